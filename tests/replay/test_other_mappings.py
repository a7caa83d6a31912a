"""The cases were written for the example's business; they are played for any other one too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.command import Ask, jobs, reacting, worlds
from generator.replay.flows.player import EXAMPLE, shown
from generator.replay.simulation.world import World

OTHERS = {
    "hours": {"size: day": "size: hour", "lookback: 3": "lookback: 48"},
    "another zone": {"America/Chicago": "Asia/Tokyo", "2026-11-01T06:00:00Z": "2026-11-01T15:00:00Z"},
    "other channels": {"C0OPS00001": "C0OPS99999", "audience: internal": "audience: client"},
    "other money": {"retainer: 1500": "retainer: 90", "expected_month: 860": "expected_month: 88"},
}
CASES = {
    "hours": ("late-rows", "old-retry", "openrouter-days"),
    "another zone": ("late-rows", "sheets-nights"),
    "other channels": ("late-rows", "stripe-events/channel-not-found", "stripe-events/failed-payment"),
    "other money": ("stripe-events/failed-payment", "usage-thresholds/zero-to-all"),
}


def read(text: str, folder: Path) -> Plan:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    _, plan, findings = read_plan(path)
    assert plan, findings
    return plan


def example() -> str:
    return (resources.mappings() / "example.yaml").read_text(encoding="utf-8")


def plays(plan: Plan, names: Sequence[str]) -> None:
    metering = Ask([plan], names=[name for name in names if "/" not in name], quick=True)
    others = Ask([plan], names=[name for name in names if "/" in name], quick=True)
    found = [job for engine in ("make", "n8n-logic") for job in jobs(metering, engine) if metering.names]
    rows = [job.play() for job in [*found, *(reacting(others, "make") if others.names else ())]]
    assert rows
    failed = [f"{row.engine} {row.case}: {words}" for row in rows for words in row.failures]
    assert not failed, "\n".join(failed)


def test_the_words_of_the_cases_are_the_examples(tmp_path: Path) -> None:
    assert shown(read(example(), tmp_path)) == EXAMPLE


@pytest.mark.parametrize("name", OTHERS)
def test_a_mapping_otherwise(name: str, tmp_path: Path) -> None:
    text = example()
    for before, after in OTHERS[name].items():
        assert before in text
        text = text.replace(before, after)
    plays(read(text, tmp_path), CASES[name])


def test_a_model_less_is_parked_as_a_part_of_a_call_too(tmp_path: Path) -> None:
    lines = example().splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith("  openai/gpt-4o:"))
    plays(read("".join(lines[:first] + lines[first + 2 :]), tmp_path), ["iterations", "unknown-model"])


def test_a_world_of_a_client_divided_over_sources(tmp_path: Path) -> None:
    plan = read((resources.mappings() / "several-sources.yaml").read_text(encoding="utf-8"), tmp_path)
    row = World(2, tuple(plan.runs), "make").play()
    assert row.passed, row.failures


def test_a_world_of_a_file_counts_rows_from_its_first_one(tmp_path: Path) -> None:
    plan = read((resources.mappings() / "file.yaml").read_text(encoding="utf-8"), tmp_path)
    rows = [World(2, (plan,), engine).play() for engine in ("make", "n8n-logic")]
    assert [row.failures for row in rows if row.failures] == []


def test_an_engine_plays_no_world_of_a_source_that_it_cannot_read(tmp_path: Path) -> None:
    plan = read((resources.mappings() / "postgres.yaml").read_text(encoding="utf-8"), tmp_path)
    assert not [one for engine in ("make", "n8n-logic") for one in worlds(Ask([plan], worlds=True), engine)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b'"name": "per_page"', b'"name": "perpage"', "asked for: the usage source answered 400"),
        (b"proj_", b"prej_", "missing at Stripe"),
    ],
    ids=["a question that the log does not know", "a pattern"],
)
def test_what_is_broken_in_files_of_another_mapping_shows(
    before: bytes, after: bytes, told: str, tmp_path: Path
) -> None:
    alone = example().partition("  globex:\n")[0].replace("acme", "beta")
    plan = read(alone.replace("    name: ", '    patterns: ["proj_*_b"]\n    name: ', 1), tmp_path)
    files = build(plan, ["make"])
    broken = files | {"make/meter-usage.json": files["make/meter-usage.json"].replace(before, after)}
    for given, words in ((files, ""), (broken, told)):
        (row,) = [job.play() for job in jobs(Ask([plan], names=["ordinary-day"], quick=True, given=given), "make")]
        assert any(words in failure for failure in row.failures) if words else not row.failures, row.failures


@pytest.mark.parametrize("source", ["openai", "openrouter", "table"])
def test_thresholds_of_other_sources(source: str, tmp_path: Path) -> None:
    plan = read((resources.mappings() / f"{source}.yaml").read_text(encoding="utf-8"), tmp_path)
    rows = [job.play() for job in reacting(Ask([plan], names=["usage-thresholds"], quick=True), "make")]
    assert rows
    assert [f"{row.case}: {row.failures}" for row in rows if row.failures] == []


def test_a_case_of_another_source_does_not_ask_the_mappings_address(tmp_path: Path) -> None:
    plan = read((resources.mappings() / "langfuse.yaml").read_text(encoding="utf-8"), tmp_path)
    assert plan.source_url
    plays(plan, ["late-rows", "langfuse-endless"])


def test_a_spelling_that_a_mapping_has_given_away_stays_its_own(tmp_path: Path) -> None:
    plan = read((resources.mappings() / "anthropic.yaml").read_text(encoding="utf-8"), tmp_path)
    plays(plan, ["anthropic-days"])


def test_make_plays_no_thresholds_of_a_source_that_it_cannot_read(tmp_path: Path) -> None:
    plan = read((resources.mappings() / "litellm.yaml").read_text(encoding="utf-8"), tmp_path)
    assert not reacting(Ask([plan], names=["usage-thresholds"]), "make")
    assert reacting(Ask([plan], names=["usage-thresholds"]), "n8n")


def test_one_client_alone(tmp_path: Path) -> None:
    plan = read(example().partition("  globex:\n")[0].replace("acme", "beta"), tmp_path)
    plays(plan, ["late-rows"])
    rows = [World(seed, (plan,), engine).play() for seed in (2, 3) for engine in ("make", "n8n-logic")]
    assert [row.failures for row in rows if row.failures] == []
