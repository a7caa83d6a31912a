"""`reconcile`: Stripe's counts against the logs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .conftest import Shop, event

MINI = "ai_tokens_openai_gpt_4o_mini_input"
RANGE = ("--from", "2026-11-17", "--to", "2026-11-19")
DIMENSIONS = {"model": "openai/gpt-4o-mini", "token_type": "input"}


@pytest.fixture
def log(tmp_path: Path) -> tuple[str, str]:
    """Give 100 tokens on the 17th and 250 on the 19th, local time."""
    rows = [
        {"client": "acme-legal", "model": "gpt-4o-mini", "time": "2026-11-17T20:00:00Z", "input": 100, "output": 0},
        {"client": "acme", "model": "gpt-4o-mini", "time": "2026-11-20T05:59:59Z", "input": 250, "output": 0},
        {"client": "nobody", "model": "gpt-4o-mini", "time": "2026-11-18T12:00:00Z", "input": 9, "output": 0},
    ]
    path = tmp_path / "usage.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return "--usage", str(path)


def at(day: int) -> datetime:
    """Give the last second of a local day: when the nightly run stamps it."""
    return datetime(2026, 11, day + 1, 5, 59, 59, tzinfo=UTC)


def post(shop: Shop, name: str, tokens: int, day: int) -> None:
    if name == "example":
        event(shop, "ai_tokens", str(tokens), at(day), **DIMENSIONS)
    elif name == "weighted":
        event(shop, "ai_tokens_weighted", str(tokens * 30), at(day))
    else:
        event(shop, MINI, str(tokens), at(day))


def verdicts(shop: Shop, name: str, *options: str) -> list[tuple[str, str, str, str]]:
    rows = shop.rows("reconcile", name, *RANGE, *options)
    return [(row["days"], row["logs"], row["stripe"], row["verdict"]) for row in rows]


@pytest.mark.parametrize(("name", "weight"), [("example", 1), ("meter-per-rate", 1), ("weighted", 30)])
def test_equal_logs_and_counts_are_one_row(shop: Shop, log: tuple[str, str], name: str, weight: int) -> None:
    shop.run("provision", name, "--apply")
    post(shop, name, 100, 17)
    post(shop, name, 250, 19)
    total = str(350 * weight)
    assert verdicts(shop, name, *log) == [("2026-11-17 … 2026-11-19", total, total, "equal")]
    assert shop.code == 0
    assert "left out (unknown client): 1 row, 9 tokens: nobody" in shop.err


def test_what_is_missing_is_named_by_day(shop: Shop, log: tuple[str, str]) -> None:
    shop.run("provision", "meter-per-rate", "--apply")
    assert verdicts(shop, "meter-per-rate", *log) == [
        ("2026-11-17", "100", "0", "uncounted after a day"),
        ("2026-11-19", "250", "0", "behind"),
    ]
    assert shop.code == 1


def test_usage_of_the_last_day_may_still_come(shop: Shop, log: tuple[str, str]) -> None:
    shop.run("provision", "meter-per-rate", "--apply")
    post(shop, "meter-per-rate", 100, 17)
    assert verdicts(shop, "meter-per-rate", *log) == [("2026-11-19", "250", "0", "behind")]
    assert shop.code == 0


def test_more_than_the_logs_is_ahead(shop: Shop, log: tuple[str, str]) -> None:
    shop.run("provision", "meter-per-rate", "--apply")
    post(shop, "meter-per-rate", 100, 17)
    post(shop, "meter-per-rate", 251, 19)
    assert verdicts(shop, "meter-per-rate", *log) == [("2026-11-19", "250", "251", "ahead")]
    assert shop.code == 1


def test_a_model_that_the_mapping_lacks_is_a_dimension_mismatch(shop: Shop, log: tuple[str, str]) -> None:
    shop.run("provision", "example", "--apply")
    post(shop, "example", 100, 17)
    post(shop, "example", 250, 19)
    event(shop, "ai_tokens", "5", at(18), model="openai/gpt-4o-mini-2024", token_type="input")
    found = verdicts(shop, "example", *log)
    assert ("2026-11-18", "0", "5", "dimension mismatch") in found
    assert shop.code == 1


def test_without_logs_only_stripes_side_is_shown(shop: Shop) -> None:
    shop.run("provision", "meter-per-rate", "--apply")
    post(shop, "meter-per-rate", 100, 17)
    assert verdicts(shop, "meter-per-rate") == [("2026-11-17 … 2026-11-19", "", "100", "counted")]


def test_a_missing_meter_ends_it_with_the_way_out(shop: Shop, log: tuple[str, str]) -> None:
    shop.run("reconcile", "meter-per-rate", *RANGE, *log)
    assert shop.code == 3
    assert "`provision` makes it" in shop.err


def test_a_range_without_a_day_that_is_over_is_refused(shop: Shop) -> None:
    shop.run("reconcile", "meter-per-rate", "--from", "2026-12-01", "--to", "2026-12-02")
    assert shop.code == 2


def test_a_gateways_report_is_the_log_of_its_clients(shop: Shop, tmp_path: Path) -> None:
    shop.edit(
        "example",
        ("  acme:\n", "  acme:\n    path: gateway\n"),
        ("meter: ai_tokens", "meter: token-billing-tokens"),
    )
    shop.run("provision", "example", "--apply")
    report = tmp_path / "report.csv"
    report.write_text(
        "day,user,model,market_cost,input_tokens,output_tokens,cached_input_tokens,cache_creation_input_tokens\n"
        "2026-11-18T20:00:00Z,acme,openai/gpt-4o-mini,0.1,100,7,40,0\n"
        "2026-11-18T20:00:00Z,globex,openai/gpt-4o-mini,0.1,900,0,0,0\n",
        encoding="utf-8",
    )
    for kind, tokens in (("input", 60), ("cached_input", 40), ("output", 7)):
        event(shop, "token-billing-tokens", str(tokens), at(18), model="openai/gpt-4o-mini", token_type=kind)
    asked = "--usage", str(report), "--gateway"
    assert {row[3] for row in verdicts(shop, "example", *asked, "--cached", "inside")} == {"equal"}
    assert ("2026-11-18", "100", "60", "uncounted after a day") in verdicts(
        shop, "example", *asked, "--cached", "outside"
    )
    shop.run("reconcile", "meter-per-rate", *RANGE, "--gateway")
    assert (shop.code, "no client of the mapping has `path: gateway`" in shop.err) == (2, True)
