"""Meaning has a date: a change without a later `since` is refused."""

import json
from pathlib import Path

import pytest

from generator import resources
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.load import load_text
from generator.mapping.places import Places
from generator.pricing.catalogue import parse_catalogue
from generator.rendering.build import build
from generator.rendering.meaning import check_meaning, leaf
from generator.rendering.plan import Plan
from generator.rendering.resolve import resolve

CATALOGUE = parse_catalogue(resources.catalogue_text())
MAPPINGS = resources.mappings()
Swap = tuple[str, str]


def plan_of(*swaps: Swap, file: Path = MAPPINGS / "example.yaml") -> Plan:
    text = file.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    plan, findings = resolve(load_text(text, "agency.yml"), CATALOGUE)
    assert plan, findings
    return plan


def said(before: Plan, after: Plan) -> list[str]:
    return [finding.message for finding in compared(after, build(before)["n8n/meter-usage.json"].decode())]


def compared(plan: Plan, *rendered: str) -> list[Finding]:
    return list(check_meaning(plan, rendered, Places("agency.yml"), Place("n8n/meter-usage.json")))


DIMENSIONS = ("billing: dimensions", "billing: meter_per_rate")
LATER_MODE = ("billing: dimensions", "billing: {mode: meter_per_rate, since: 2026-12-01}")
CUSTOMER = ("cus_SandboxAcme001", "cus_SandboxAcme002")
CLIENT_LATER = ("    retainer: 1500", "    since: 2026-12-01\n    retainer: 1500")
MOVED = ("[gpt-4o-mini, gpt-4o-mini-2024-07-18]", "[gpt-4o-mini, gpt-4o-mini-2024-07-18, gpt-4o]")
ALIAS_GONE = ("[gpt-4o, gpt-4o-2024-08-06]", "[gpt-4o-2024-08-06]")
MOVED_LATER = (
    "[gpt-4o-mini, gpt-4o-mini-2024-07-18]",
    "[gpt-4o-mini, gpt-4o-mini-2024-07-18, {name: gpt-4o, since: 2026-12-01}]",
)
ALIAS = ("aliases: [acme-legal]", "aliases: []")
PREFIX = ("aliases: [acme-legal]", "prefixes: [acme-]")
PATTERN = ("aliases: [acme-legal]", 'aliases: [acme-legal]\n    patterns: ["*-acme"]')


def globex(line: str) -> Swap:
    return "    name: Globex Support", f"    name: Globex Support\n    {line}"


TO_GLOBEX = globex("aliases: [acme-legal]")
ZONE = ("zone: America/Chicago", "zone: America/Mexico_City")
LATER = ("since: 2026-11-01", "since: 2026-12-01")
HOURS = ("size: day", "size: hour")
BERLIN = (("zone: America/Chicago", "zone: Europe/Berlin"), ("T06:00:00Z", "T23:00:00Z"))
KOLKATA = (("zone: America/Chicago", "zone: Asia/Kolkata"), ("T06:00:00Z", "T18:30:00Z"))


@pytest.mark.parametrize(
    ("before", "after", "gap"),
    [
        ((), (LATER,), ""),
        ((), (ZONE, LATER), ""),  # both six hours behind in winter
        ((), (HOURS, LATER), ""),
        ((HOURS,), (*BERLIN, LATER), ""),
        (
            (),
            (*BERLIN, LATER),
            "the last window by day of America/Chicago ends at 2026-11-30T06:00Z, "
            "the first by day of Europe/Berlin begins at 2026-11-30T23:00Z",
        ),
        (
            KOLKATA,
            (KOLKATA[0], HOURS, LATER),
            "the last window by day of Asia/Kolkata ends at 2026-11-30T18:30Z, "
            "the first by hour of Asia/Kolkata begins at 2026-11-30T19:00Z",
        ),
    ],
)
def test_windows_that_do_not_meet_leave_a_gap(before: tuple[Swap, ...], after: tuple[Swap, ...], gap: str):
    old = build(plan_of(*before))["n8n/meter-usage.json"].decode()
    found = [finding for finding in compared(plan_of(*after), old) if finding.rule == "meaning.gap"]
    assert [finding.message for finding in found] == ([gap] if gap else [])
    assert all(finding.level is Level.WARNING for finding in found)


@pytest.mark.parametrize(
    ("swaps", "message"),
    [
        ([], ""),
        ([("cap: 1300", "cap: 1400")], ""),
        ([("  globex:", "  hooli:"), ("cus_SandboxGlobex1", "cus_SandboxHooli01")], ""),
        ([DIMENSIONS], "billing was dimensions and is now meter_per_rate"),
        ([LATER_MODE], ""),
        ([CUSTOMER], "clients.acme.customer was cus_SandboxAcme001 and is now cus_SandboxAcme002"),
        ([CUSTOMER, CLIENT_LATER], ""),
        ([ALIAS_GONE, MOVED], "'gpt-4o' was openai/gpt-4o and is now openai/gpt-4o-mini"),
        ([ALIAS_GONE, MOVED_LATER], ""),
        ([ALIAS, TO_GLOBEX], "'acme-legal' was clients.acme and is now clients.globex"),
        ([PREFIX, TO_GLOBEX], "'acme-legal' was clients.acme and is now clients.globex"),
        ([PREFIX], ""),
        ([ZONE], "windows.zone was America/Chicago and is now America/Mexico_City"),
        ([("size: day", "size: hour")], "windows.size was day and is now hour"),
        ([("meter: ai_tokens", "meter: llm_tokens")], "the event_name of openai/gpt-4o input was ai_tokens"),
        ([("meter: ai_tokens", "meter: llm_tokens"), ("since: 2026-11-01", "since: 2026-12-01")], ""),
        ([("stripe: sandbox", "stripe: live"), DIMENSIONS], ""),
    ],
)
def test_a_change_of_meaning_needs_a_later_since(swaps: list[Swap], message: str):
    found = said(plan_of(), plan_of(*swaps))
    assert bool(found) == bool(message)
    assert message in "\n".join(found)


def test_a_new_model_that_changes_the_credit_changes_every_weight():
    weighted = MAPPINGS / "weighted.yaml"
    free = ("  credit: 0.000001 ", "  # ")
    nano = ("models:\n", "models:\n  openai/gpt-5-nano:\n    markup: 2.05\n")
    assert len(said(plan_of(free, file=weighted), plan_of(free, nano, file=weighted))) == 10


def test_a_changed_weight_comes_with_the_way_to_keep_it():
    weighted = MAPPINGS / "weighted.yaml"
    before = build(plan_of(file=weighted))["n8n/meter-usage.json"].decode()
    after = plan_of(("credit: 0.000001 ", "credit: 0.0000005 "), file=weighted)
    hints = {finding.hint for finding in compared(after, before) if finding.rule == "meaning.changed"}
    assert len(hints) == 1
    assert "the former one as `credit:`" in hints.pop()


def test_weighted_notices_another_meter():
    weighted = MAPPINGS / "weighted.yaml"
    other = plan_of(("meter: ai_tokens", "meter: llm_tokens"), file=weighted)
    assert "the meter's event name was ai_tokens_weighted" in said(plan_of(file=weighted), other)[0]


def test_the_leaf_of_a_rendered_workflow_is_found():
    found = leaf(build(plan_of())["n8n/meter-usage.json"].decode())
    assert found
    assert found["name"] == "Northwind Automations"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"nodes": 3}', '{"nodes": [{"name": "Mapping", "parameters": {"a": "{"}}]}']
)
def test_a_file_that_is_no_workflow_of_ours_is_an_error_of_its_own(text: str):
    (finding,) = compared(plan_of(), text)
    assert (finding.rule, finding.where.file) == ("meaning.unreadable", "n8n/meter-usage.json")


@pytest.mark.parametrize("lost", ["since", "window", "clients", "pairs", "livemode"])
def test_a_leaf_that_lost_its_parts_is_an_error_too(lost: str):
    data = leaf(build(plan_of())["n8n/meter-usage.json"].decode()) or {}
    data[lost] = [{}] if isinstance(data[lost], list) else None
    if lost == "livemode":
        del data[lost]
    text = json.dumps({"nodes": [{"name": "Mapping", "parameters": {"raw": json.dumps(data)}}]})
    assert [finding.rule for finding in compared(plan_of(), text)] == ["meaning.unreadable"]


def test_a_broken_workflow_leaves_the_text_beside_it_to_compare_with():
    text = build(plan_of())["n8n/mapping.txt"].decode()
    assert compared(plan_of(), "{}", text) == []
    assert "customer was cus_SandboxAcme001" in compared(plan_of(CUSTOMER), "{}", text)[0].message


def test_nothing_was_rendered_so_nothing_has_changed():
    assert compared(plan_of(CUSTOMER)) == []


DEARER = ("markup: 2 ", "markup: 3 ")
FROM_DECEMBER = ("since: 2026-11-01", "since: 2026-12-01")
FROM_THE_SECOND = ("since: 2026-11-01", "since: 2026-12-02")
OTHER_ANCHOR = ("    retainer: 1500", "    period: {anchor: 2026-11-15T06:00:00Z, grace: 3h}\n    retainer: 1500")
LIVE = ("stripe: sandbox", "stripe: live")


@pytest.mark.parametrize(
    ("swaps", "words"),
    [
        ([DEARER], "on its `since`, 2026-11-01, the old one holds"),
        ([DEARER, FROM_THE_SECOND], "on its `since`, 2026-12-02, no period of clients.acme begins"),
        ([DEARER, FROM_DECEMBER, OTHER_ANCHOR], "on its `since`, 2026-12-01, no period of clients.acme begins"),
        ([DEARER, FROM_DECEMBER], ""),
        ([FROM_THE_SECOND], ""),
    ],
)
def test_a_price_changes_where_every_period_begins(swaps: list[Swap], words: str):
    found = compared(plan_of(LIVE, *swaps), build(plan_of(LIVE))["n8n/meter-usage.json"].decode())
    assert {finding.rule for finding in found} == ({"meaning.price"} if words else set())
    assert all(words in finding.message for finding in found)
    assert all(finding.level is Level.ERROR for finding in found)


def test_a_price_in_the_sandbox_is_only_warned_about():
    (first, *_) = compared(plan_of(DEARER), build(plan_of())["n8n/meter-usage.json"].decode())
    assert (first.rule, first.level) == ("meaning.price", Level.WARNING)


def test_watch_has_no_price_that_anybody_pays():
    watch = MAPPINGS / "watch.yaml"
    assert said(plan_of(file=watch), plan_of(("markup: 2 ", "markup: 3 "), file=watch)) == []


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ([PREFIX], [PREFIX, globex("prefixes: [acme-eu-]")], "acme-eu-*"),
        ([PREFIX], [globex("prefixes: [acme-]")], "acme-*"),
        ([PREFIX], [globex("prefixes: [acm]")], "acme-*"),
        ([PREFIX], [PREFIX, globex('patterns: ["acme-*-eu"]')], ""),
        ([PREFIX, globex('patterns: ["acme-*-eu"]')], [globex('patterns: ["acme-*-eu"]')], "acme-*"),
        ([PATTERN], [PATTERN, globex('patterns: ["team-*-acme"]')], "team-*-acme"),
        ([PATTERN], [PATTERN, globex('patterns: ["*me"]')], ""),
        ([PATTERN], [PATTERN, globex('patterns: ["*-globex"]')], ""),
        ([PATTERN], [globex('patterns: ["*me"]')], "*-acme"),
        ([PATTERN], [PATTERN, globex("aliases: [eu-acme]")], "eu-acme"),
        ([], [ALIAS, globex('patterns: ["*-legal"]')], "acme-legal"),
        ([], [globex('patterns: ["*-legal"]')], ""),
        ([PATTERN], [PATTERN], ""),
    ],
)
def test_a_pattern_that_takes_spellings_from_another_client_changes_their_meaning(
    before: list[Swap], after: list[Swap], moved: str
):
    found = said(plan_of(*before), plan_of(*after))
    assert bool(found) == bool(moved)
    assert all(f"'{moved}' was clients.acme and is now clients.globex" in words for words in found)
