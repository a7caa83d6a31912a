"""A case whose database is not on this machine is left out, and said."""

from __future__ import annotations

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.replay.command import Ask, left_out
from generator.replay.n8n import mariadb


def test_a_case_without_its_database_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mariadb, "_PROGRAMS", ("no-such-program",))
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    assert left_out(Ask((plan,), ("make",))) == {}
    assert left_out(Ask((plan,), ("make", "n8n"))) == {
        "mysql-nights": "no-such-program not found: install MariaDB (Debian: mariadb-server)"
    }
