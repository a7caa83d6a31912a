"""A replay that is broken off, or whose engine fails, does not play the rest first."""

from __future__ import annotations

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.errors import EngineFailure
from generator.replay import command
from generator.replay.matrix import Row


@pytest.mark.parametrize("kind", [KeyboardInterrupt, EngineFailure])
def test_cases_that_have_not_begun_are_given_up(kind: type[BaseException]) -> None:
    _, plan, _ = read_plan(resources.mappings() / "weighted.yaml")
    assert plan
    played: list[Row] = []

    def start(_name: str) -> command.Engines:
        raise kind

    names = [case.key for case in command.wanted([])]
    with pytest.raises(kind):
        command.replay(command.Ask((plan,), ("make", "n8n"), names, range(1, 9)), start, played.append)
    assert played == []
