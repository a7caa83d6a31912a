"""Words from outside come through as themselves, and the report stays readable however much there is to say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from generator.replay.make import Switches
from generator.replay.make.switches import variants

from .night import MODES, Night, plan_of, rendered, row

ODD = [
    "O'Brien \"={{ $env }}",
    "{{1.now}}",
    "}} {{ }}",
    "a,b",
    "a;b|c",
    "k0",
    "__proto__",
    "c0001.key",
    "Ünïcödé 🦊",
    "back\\slash",
    "$1 $& /x/g",
    "⟦ name ⟧",
    "",
]


@pytest.mark.parametrize("name", ODD[:-1])
def test_an_odd_name_of_a_client_is_found(name: str) -> None:
    plan = plan_of("meter_per_rate", 1)
    first, *others = plan.clients
    plan = replace(plan, clients=(replace(first, names=(*first.names, *ODD[:-1])), *others))
    night = Night(plan, row(client=name, input=5))
    night.run()
    assert night.counted == 5


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_that_nobody_knows_is_told(name: str) -> None:
    night = Night(plan_of("meter_per_rate", 1), row(client=name, input=5), row(model=name, input=6))
    run = night.run()
    assert run.error is None
    assert night.told.parked == {"unknown_client": 5, "unknown_model": 6}
    shown = name.replace("&", "&amp;") or "(none)"
    assert night.told.details["unknown_client"] == f"in 1 rows: {shown}"


def test_text_from_outside_is_escaped_and_stays_on_its_line() -> None:
    night = Night(plan_of("meter_per_rate", 1), row(client="<@U1> & co.\nPosted: 9 tokens in 9 events", input=5))
    night.run()
    assert "in 1 rows: &lt;@U1&gt; &amp; co. Posted: 9 tokens in 9 events" in night.text
    assert night.told.events == 0


def test_an_odd_name_of_the_mapping_comes_through() -> None:
    plan = replace(plan_of("meter_per_rate", 1), name='{{ now }} <Ünï> "quoted" }}')
    night = Night(plan, row(input=5))
    night.run()
    assert night.text.startswith('Tokentill · {{ now }} &lt;Ünï&gt; "quoted" }} · 2026-11-22 (America/Chicago)')


def test_no_expression_hides_in_the_mapping() -> None:
    plan = replace(plan_of("meter_per_rate", 1), name="{{ now }}")
    text = json.loads(rendered(plan))["flow"][1]["mapper"]["json"].split('"format"')[1]
    assert "{{" not in text
    assert "}}" not in text


def test_only_twenty_details_are_told() -> None:
    rows = [row(client=f"nobody{number:02}", input=1) for number in range(25)]
    night = Night(plan_of("meter_per_rate", 1), *rows)
    night.run()
    names = ", ".join(f"nobody{number:02}" for number in range(20))
    assert f"• unknown_client: 25 tokens (in 25 rows: {names}; and 5 more)" in night.text


def test_rows_that_cannot_be_read_are_told_by_position() -> None:
    bad = [row(input="x"), row(time="x", input=1), row(input=1), row(input="y")]
    night = Night(plan_of("meter_per_rate", 1), *bad)
    night.run()
    assert "Parked: 0 tokens\n• bad_time: 0 tokens (rows 2)\n• bad_count: 0 tokens (rows 1, 4)" in night.text
    assert night.told.last_call == "2026-11-22"


def test_details_are_in_the_order_of_windows_clients_and_pairs() -> None:
    rows = [
        row(client, "gpt-4o", f"2026-11-{day}T15:00:00Z", output=3, input=2)
        for day in (22, 21)
        for client in ("globex", "acme")
    ]
    night = Night(plan_of("meter_per_rate", 3), *rows)
    night.run({"on": "meter_event", "fault": "500"}, {"on": "summary", "fault": "500"})
    left = next(line for line in night.text.splitlines() if line.startswith("Left"))
    facts = [entry.rsplit(":", 1)[0] for entry in left.split("(")[1].split("; ")]
    pairs = ("input", "output")
    assert facts == [
        f"{client} openai/gpt-4o {kind} 2026-11-{day}"
        for day in (21, 22)
        for client in ("acme", "globex")
        for kind in pairs
    ]


@pytest.mark.parametrize("mode", MODES)
def test_every_answer_to_an_open_question_gives_the_same_night(mode: str) -> None:
    rows = [
        row(input="12", output=3),
        row("acme", "gpt-4o", "2026-11-21T15:00:00Z", usage={"prompt_tokens": 9, "completion_tokens": 4}),
        row("nobody", input=5),
        row(input=None),
        row(time="never"),
        row("globex", "claude-3-haiku", usage={"iterations": [
            {"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 2},
            {"model": "gpt-4o", "input_tokens": 3, "output_tokens": 1}]}),
    ]  # fmt: skip
    faults = [{"on": "meter_event", "calls": [1], "fault": "429"}, {"on": "summary", "calls": [1], "fault": "500"}]

    def play(switches: Switches) -> tuple[str, frozenset[str]]:
        night = Night(plan_of(mode, 3), *rows)
        run = night.run(*faults, switches=switches)
        assert run.error is None, switches
        return night.text, run.met

    text, met = play(Switches())
    assert met
    assert {play(switches)[0] for switches in variants(met)} == {text}
