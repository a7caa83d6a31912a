"""`statement` from files: usage or the archive in, page and CSV out; nothing that only the owner may know."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from generator.cli import main

EXAMPLE = str(Path(__file__).parents[2] / "mappings" / "example.yaml")


def usage(path: Path, days: range, tokens: int = 3_000_000) -> str:
    rows = [
        {
            "time": f"2026-11-{day:02}T15:00:00Z",
            "client": name,
            "model": "gpt-4o-mini",
            "input": tokens,
            "output": 1_000,
        }
        for day in days
        for name in ("acme-legal", "globex")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def statement(*words: str) -> int:
    return main(["statement", "acme", "--period", "2026-11", "--mapping", EXAMPLE, *words])


def test_every_level_of_the_csv_adds_up_to_the_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert statement("--usage", usage(tmp_path / "u.jsonl", range(2, 12)), "--csv", str(tmp_path / "s.csv")) == 0
    rows = list(csv.DictReader((tmp_path / "s.csv").open(encoding="utf-8")))
    by_level = {level: [row for row in rows if row["level"] == level] for level in ("day", "line", "total")}
    assert sum(Decimal(row["exact"]) for row in by_level["day"]) == sum(
        Decimal(row["exact"]) for row in by_level["line"]
    )
    assert sum(int(row["amount"]) for row in by_level["line"]) == int(by_level["total"][0]["amount"]) == 901
    assert "total: $9.01, 30,010,000 tokens" in capsys.readouterr().out


def test_the_archive_remembers_what_the_source_forgets(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    kept = ["--archive", str(tmp_path / "kept")]
    assert statement("--usage", usage(tmp_path / "a.jsonl", range(2, 8)), *kept) == 0
    assert statement("--usage", usage(tmp_path / "b.jsonl", range(6, 12)), *kept) == 0
    capsys.readouterr()
    assert statement(*kept, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 901
    before = (tmp_path / "kept" / "2026-11.jsonl").read_bytes()
    assert statement("--usage", usage(tmp_path / "c.jsonl", range(11, 12), 5), *kept) == 0
    shown = capsys.readouterr().out
    assert "statement.archive-has-more" in shown
    assert "total: $9.01" in shown
    assert (tmp_path / "kept" / "2026-11.jsonl").read_bytes() == before


def test_an_archive_of_another_zone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    head = {"tokentill": "archive", "format": 1, "zone": "UTC"}
    (tmp_path / "2026-11.jsonl").write_text(json.dumps(head) + "\n", encoding="utf-8")
    assert statement("--archive", str(tmp_path)) == 2
    assert "America/Chicago" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[]", '{"object": "invoice"}', "no json", '{"object": "customer"}'])
def test_a_file_that_is_no_invoice_is_said_in_a_sentence(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "i.json").write_text(text, encoding="utf-8")
    given = ["--usage", usage(tmp_path / "u.jsonl", range(2, 3)), "--invoice", str(tmp_path / "i.json")]
    assert statement(*given) == 2
    assert "not a saved Stripe invoice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody", "--period", "2026-11"], "no client 'nobody'"),
        (["acme", "--period", "november"], "like 2026-11"),
        (["acme", "--period", "2026-11"], "--archive"),
        (["acme", "--period", "2026-03", "--archive", "."], "not metered"),
    ],
)
def test_what_cannot_be_asked_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert main(["statement", "--mapping", EXAMPLE, *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("content", "said"), [(None, "No such file or directory"), (b"\xff\xfe{", "not UTF-8 text")])
def test_an_invoice_that_cannot_be_read_ends_with_two(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "invoice.json"
    if content is not None:
        path.write_bytes(content)
    assert statement("--usage", usage(tmp_path / "u.jsonl", range(2, 4)), "--invoice", str(path)) == 2
    assert said in capsys.readouterr().err
