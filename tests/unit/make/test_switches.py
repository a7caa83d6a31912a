"""Every open question has a switch; its values differ where it is met, and runs say where that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from generator.iml.rules import Rules
from generator.replay import make
from generator.replay.make import Run, Switches, choices, pairs, variants
from generator.stripe_mock.exchange import Response

from .stage import Stage, bundles, gate, http, module, note, trace

Play = Callable[[Stage, Switches], Run]

SHEET = module(
    1,
    "google-sheets:getSheetContent",
    {"spreadsheetId": "1a", "sheetId": "Usage", "range": "A:Z", "includesHeaders": False},
)


def expression(source: str) -> Play:
    return lambda stage, switches: stage.play(
        note(1, source, onerror=[module(2, "builtin:Resume", {"value": "error"})]),
        note(3, "{{1.value}}"),
        switches=switches,
        inputs={"n": 7, "rows": [{"k": 1, "v": "a"}], "t": "7", "dotted": {"a.b": "field"}},
    )


def answered(status: int, body: bytes = b"{}", **more: Any) -> Play:
    def play(stage: Stage, switches: Switches) -> Run:
        stage.answer(Response(status, {"content-type": "application/json"}, body))
        resumed = module(2, "builtin:Resume", {"data": "{{1.error.type}}", "statusCode": "error"})
        return stage.play(http(1, onerror=[resumed], **more), note(3, "{{1.data}}"), switches=switches)

    return play


def aggregated(stage: Stage, switches: Switches) -> Run:
    flow = [module(1, "builtin:BasicFeeder", {"array": "{{emptyarray}}"})]
    flow += [module(2, "builtin:BasicAggregator", {}, parameters={"feeder": 1}), note(3, "{{length(2.array)}}")]
    return stage.play(*flow, switches=switches)


def chained(stage: Stage, switches: Switches) -> Run:
    flow = [bundles(1, 1, 2)]
    flow += [module(2, "builtin:BasicAggregator", {}, parameters={"feeder": 1}, flags={"groupBy": "{{1.v}}"})]
    flow += [module(4, "builtin:BasicAggregator", {}, parameters={"feeder": 2}), note(5, "{{length(4.array)}}")]
    return stage.play(*flow, switches=switches)


def counted(stage: Stage, switches: Switches) -> Run:
    fn = {"feeder": 1, "fn": "sum"}
    flow = [bundles(1, 1, 2), module(2, "util:FunctionAggregator2", {"value": "{{1.v}}"}, parameters=fn)]
    return stage.play(*flow, note(3, "{{2.result}}"), switches=switches)


def filtered(stage: Stage, switches: Switches) -> Run:
    stage.settings = {"dlq": True}
    stage.answer(Response.json(503, {}), Response.json(200, {}))
    never = module(3, "builtin:Ignore", filter=gate("{{2.error.type}}", "text:equal", "DataError"))
    return stage.play(bundles(1, 1, 2), http(2, onerror=[never]), note(4, "{{1.v}}"), switches=switches)


def unhandled(stage: Stage, switches: Switches) -> Run:
    stage.settings = {"dlq": True}
    stage.answer(Response.json(503, {}), Response.json(200, {}))
    return stage.play(bundles(1, 1, 2), http(2), note(4, "{{1.v}}"), switches=switches)


def committed(stage: Stage, switches: Switches) -> Run:
    stage.answer(Response.json(500, {}))
    return stage.play(http(1, onerror=[module(2, "builtin:Commit")]), switches=switches)


def hooked(stage: Stage, switches: Switches) -> Run:
    flow = [module(1, "gateway:CustomWebHook"), note(2, "{{1.array[2].n}}{{1.n}}")]
    return stage.play(*flow, switches=switches, webhook={"body": '[{"n": 1}, {"n": 2}]'})


def resumed(stage: Stage, switches: Switches) -> Run:
    stage.settings = {"dlq": True}
    stage.answer(Response.json(503, {}), Response.json(200, {}))
    first = stage.play(note(9, "x"), http(1), note(2, '{{formatDate(now; "mm")}}'), switches=switches)
    stage.clock.advance(60)
    return stage.resume(first.incomplete[0], switches)


def routed(stage: Stage, switches: Switches) -> Run:
    put = module(3, "util:SetVariable2", {"name": "x", "scope": "roundtrip", "value": "set"})
    later = [module(4, "util:GetVariable2", {"name": "x"}), note(5, "[{{4.x}}]")]
    fork = {**module(2, "builtin:BasicRouter"), "routes": [{"flow": [put]}, {"flow": later}]}
    return stage.play(note(1, "x"), fork, switches=switches)


def test_a_variable_set_on_one_route_is_read_on_a_later_one(stage: Stage):
    assert told(routed(stage, Switches())) == "x [set] success"


def told(run: Run) -> str:
    """Say how a run ended, in few words."""
    words = " ".join(trace(run)[-2:])
    return f"{words} {run.status}".strip()


CASES: list[tuple[str, Play, str, str]] = [
    ("status_500", answered(500), "RuntimeError success", "ConnectionError success"),
    ("status_4xx", answered(422), "RuntimeError success", "DataError success"),
    ("status_401", answered(401), "InvalidConfigurationError success", "RuntimeError success"),
    (
        "missing_stop_on_error",
        answered(400, b'"body"', set_stopOnHttpError=None),
        "RuntimeError success",
        "body success",
    ),
    (
        "pass_401",
        answered(401, b'"body"', set_stopOnHttpError=False),
        "body success",
        "InvalidConfigurationError success",
    ),
    ("broken_json", answered(200, b"{nope"), "{nope success", "DataError success"),
    ("zero_bundles", aggregated, "success", "0 success"),
    ("filtered_error", filtered, "2 warning", "error"),
    ("retriable_unhandled", unhandled, "2 warning", "warning"),
    ("commit_status", committed, "success", "warning"),
    ("webhook_array", hooked, "2 success", "1 2 success"),
    ("aggregator_fn", counted, "3 success", "error"),
    ("retry_now", resumed, "21 success", "20 success"),
    ("aggregator_as_feeder", chained, "2 success", "success"),
    ("empty_replacement", expression('{{replace("a-b"; "-"; )}}'), "ab ab success", "error success"),
    ("date_difference", expression("{{now - now}}"), "0 0 success", "error success"),
    ("escape_json", expression('{{escapeJSON("""")}}'), "error success", '\\" \\" success'),
    ("plus", expression('{{1 + "2"}}'), "3 3 success", "12 12 success"),
    ("map_filter", expression('{{map(var.input.rows; "v"; "k"; "1")}}'), "a a success", "success"),
    ("unchosen_branches", expression('{{if(true; "fine"; round("x"))}}'), "error success", "fine fine success"),
    ("missing_array", expression('{{length(map(var.input.none; "v"))}}'), "0 0 success", "error success"),
    (
        "equality",
        expression('{{if(var.input.n = var.input.t; "same"; "other")}}'),
        "same same success",
        "other other success",
    ),
    ("condition", expression('{{if(0; "yes"; "no")}}'), "no no success", "yes yes success"),
    (
        "empty_array",
        expression('{{if(ifempty(emptyarray; 1) = 1; "empty"; "value")}}'),
        "value value success",
        "empty empty success",
    ),
    ("replace_text", expression('{{replace("a-b-c"; "-"; "+")}}'), "a+b+c a+b+c success", "a+b-c a+b-c success"),
    ("split_nothing", expression('{{length(split(""; ","))}}'), "0 0 success", "1 1 success"),
    ("map_missing", expression('{{length(map(var.input.rows; "z"))}}'), "1 1 success", "0 0 success"),
    (
        "sheet_empty_rows",
        lambda stage, switches: stage.answer(Response.json(200, {"values": [["a"], [], [7]]})).play(
            SHEET, note(2, "{{1.`0`}}"), switches=switches
        ),
        "7 success",
        "a 7 success",
    ),
    ("text_order", expression('{{"10" < "9"}}'), "true true success", "false false success"),
    (
        "dotted_names",
        expression('{{ifempty(get(var.input.dotted; "a.b"); "-")}}'),
        "- - success",
        "field field success",
    ),
    (
        "day_zone",
        expression('{{formatDate(setHour(now; 0); "DD HH"; "UTC")}}'),
        "23 06 23 06 success",
        "23 00 23 00 success",
    ),
]


@pytest.mark.parametrize(("name", "play", "default", "other"), CASES, ids=[case[0] for case in CASES])
def test_a_switch_changes_the_run_and_is_reported(name: str, play: Play, default: str, other: str) -> None:
    value = choices()[name][1]
    first, second = play(Stage(), Switches()), play(Stage(), Switches(**{name: value}))
    assert (told(first), told(second)) == (default, other)
    assert name in first.met
    assert name in second.met


def test_every_switch_is_tested() -> None:
    assert {case[0] for case in CASES} | {"schedule_zone"} == set(choices())


def test_the_schedules_zone_is_a_switch_too() -> None:
    assert Switches().run_zone("America/Chicago") == "America/Chicago"
    assert Switches(schedule_zone="UTC").run_zone("America/Chicago") == "UTC"


def test_the_third_values_of_switches_differ_as_well(stage: Stage) -> None:
    assert told(expression('{{1 + "x"}}')(stage, Switches(plus="error"))) == "error success"
    assert told(answered(404)(stage, Switches(status_4xx="BundleValidationError"))) == "BundleValidationError success"


def test_an_ordinary_run_meets_no_switch(stage: Stage) -> None:
    run = stage.play(bundles(1, "a"), note(2, '{{1.v}} {{if(1.v = "a"; 1; 2)}}'), http(3))
    assert run.met == frozenset()


def test_variants_change_one_switch_and_pairs_two() -> None:
    met = frozenset({"plus", "equality"})
    assert len(list(variants(met))) == 1 + 2 + 1
    assert list(pairs(met)) == [Switches(plus="joined", equality="strict"), Switches(plus="error", equality="strict")]
    assert len(set(variants())) == 1 + sum(len(values) - 1 for values in choices().values())


def test_the_defaults_come_first_and_the_language_shares_them() -> None:
    assert all(getattr(Switches(), name) == values[0] for name, values in choices().items())
    assert Switches().rules() == Rules()
    assert {f.name for f in fields(Rules)} <= set(choices())


def test_the_page_lists_every_switch_with_its_values() -> None:
    page = (Path(make.__file__).parent / "README.md").read_text(encoding="utf-8")
    for name, values in choices().items():
        assert f"| `{name}` | {' · '.join(f'`{value}`' for value in values)} |" in page
