"""The plan: the mapping's business with instants, event names, digests and weights."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from generator import resources
from generator.mapping.load import Loaded, load, load_text
from generator.mapping.words import Billing
from generator.pricing.catalogue import parse_catalogue
from generator.rendering.plan import Plan
from generator.rendering.resolve import digest, make_plan, resolve

CATALOGUE = parse_catalogue(resources.catalogue_text())
EXAMPLE = (resources.mappings() / "example.yaml").read_text(encoding="utf-8")


def plan_of(*swaps: tuple[str, str]) -> Plan:
    text = EXAMPLE
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    plan, findings = resolve(load_text(text, "agency.yml"), CATALOGUE)
    assert plan, findings
    return plan


def test_local_days_become_instants_of_the_zone():
    acme = plan_of(("    retainer: 1500", "    since: 2026-12-01\n    until: 2027-03-13\n    retainer: 1500")).clients[
        0
    ]
    assert acme.since == datetime(2026, 12, 1, 6, tzinfo=UTC)
    assert acme.until == datetime(2027, 3, 14, 6, tzinfo=UTC)
    assert plan_of().since == datetime(2026, 11, 1, 5, tzinfo=UTC)


def test_a_billing_mode_may_begin_later_than_the_mapping():
    later = plan_of(("billing: dimensions", "billing: {mode: meter_per_rate, since: 2026-12-01}"))
    assert (later.billing, later.since) == (Billing.METER_PER_RATE, datetime(2026, 12, 1, 6, tzinfo=UTC))


def test_names_are_the_key_or_model_and_all_aliases():
    plan = plan_of()
    assert plan.clients[0].names == ("acme", "acme-legal")
    assert [n.name for n in plan.model_names if n.model == "openai/gpt-4o"] == [
        "openai/gpt-4o",
        "gpt-4o",
        "gpt-4o-2024-08-06",
    ]


def test_a_spelling_may_begin_later_than_its_model():
    plan = plan_of(("[gpt-4o, ", "[{name: gpt-4o, since: 2026-12-01}, "))
    since = {name.name: name.since for name in plan.model_names}
    assert since["gpt-4o"] == datetime(2026, 12, 1, 6, tzinfo=UTC)
    assert since["gpt-4o-2024-08-06"] == since["openai/gpt-4o"] == plan.since


def test_the_digest_is_fixed_for_ever():
    """Identifiers carry it: another digest would make Stripe count a replayed event a second time."""
    assert digest("ai_tokens", "openai/gpt-4o", "input") == "f48155bf39"
    assert digest("ai_tokens_weighted") == sha256(b"ai_tokens_weighted\n\n").hexdigest()[:10]


@pytest.mark.parametrize(
    ("mode", "events"),
    [
        ("dimensions", ["ai_tokens"] * 3),
        ("meter_per_rate", [f"ai_tokens_openai_gpt_4o_{kind}" for kind in ("input", "cached_input", "output")]),
        ("weighted", [""] * 3),
        ("watch", [""] * 3),
    ],
)
def test_event_names_follow_the_mode(mode: str, events: list[str]):
    plan = plan_of(("billing: dimensions", f"billing: {mode}"))
    assert [pair.event_name for pair in plan.pairs if pair.model == "openai/gpt-4o"] == events
    assert plan.weighted_event == ("ai_tokens_weighted" if mode == "weighted" else "")


def test_weights_are_whole_credits_in_the_proportion_of_the_rates():
    plan = plan_of(("billing: dimensions", "billing: weighted"))
    assert [pair.weight for pair in plan.pairs] == [500, 250, 2000, 30, 15, 120, 50, 6, 60, 250]
    assert len({pair.rate / pair.weight for pair in plan.pairs if pair.weight}) == 1


def test_a_fixed_credit_keeps_weights_when_a_model_is_added():
    fixed = ("billing: dimensions", "billing: {mode: weighted, credit: 0.0000005}")
    more = plan_of(fixed, ("models:\n", "models:\n  openai/gpt-5-nano:\n"))
    assert {(p.model, p.token_type): p.weight for p in plan_of(fixed).pairs}.items() <= {
        (p.model, p.token_type): p.weight for p in more.pairs
    }.items()


def test_a_client_of_the_gateway_is_not_in_the_plan():
    plan = plan_of(("    name: Globex Support", "    name: Globex Support\n    path: gateway"))
    assert [client.key for client in plan.clients] == ["acme", "initech", "umbrella"]


def test_live_takes_the_live_customers():
    plan = plan_of(("stripe: sandbox", "stripe: live"))
    assert plan.livemode
    assert plan.clients[0].customer == "cus_LiveAcme00001"


def test_watch_needs_no_customer():
    text = EXAMPLE.replace("billing: dimensions", "billing: watch")
    text = "\n".join(line for line in text.splitlines() if "customer:" not in line)
    plan, findings = resolve(load_text(text, "agency.yml"), CATALOGUE)
    assert plan, findings
    assert {client.customer for client in plan.clients} == {""}


def test_the_same_mapping_gives_the_same_plan_without_places():
    loaded: Loaded = load(resources.mappings() / "example.yaml")
    assert loaded.mapping
    assert make_plan(loaded.mapping, CATALOGUE)[0] == plan_of()
