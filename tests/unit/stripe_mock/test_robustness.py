"""Whatever a caller sends, the mock answers with JSON and a status that Stripe knows."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.stripe_mock import Account, Limits, Request, StripeMock
from generator.stripe_mock.account import PREVIEW_VERSION
from generator.stripe_mock.routes import ROUTES
from generator.stripe_mock.schema import schema

from .conftest import SECRET, Clock

NAMES = sorted({name for _, route in ROUTES for name in schema(route.schema, preview=True)["properties"]})
IDS = ("mtr_test_1", "cus_acme", "price_test_1", "sub_test_1", "in_test_1", "evt_test_1", "prod_test_1", "none")

scalars = st.one_of(
    st.sampled_from(["cus_acme", "tokens", "1", "0", "-1", "sum", "month", "active", "inf", "99999999999999999999"]),
    st.integers().map(str),
    st.text(max_size=5),
)
keys = st.one_of(st.sampled_from(NAMES), st.text(max_size=4))
suffixes = st.lists(st.sampled_from(["[]", "[0]", "[meter]", "[price]", "[", "]", "[identifier]"]), max_size=2)
pairs = st.lists(st.tuples(st.tuples(keys, suffixes).map(lambda k: k[0] + "".join(k[1])), scalars), max_size=6)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), scalars),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=6,
)
bodies = st.one_of(
    st.binary(max_size=20), st.dictionaries(keys, values, max_size=5).map(lambda b: json.dumps(b).encode())
)


def leaves(rule: dict[str, Any], path: str = "") -> list[str]:
    """List the form names that a schema has room for."""
    if rule["type"] == "array":
        return leaves(rule["items"], f"{path}[0]") + leaves(rule["items"], f"{path}[1]")
    if rule["type"] != "object":
        return [path]
    inner = {**rule.get("properties", {}), **({"value": {"type": "string"}} if "properties" not in rule else {})}
    return [leaf for name, one in inner.items() for leaf in leaves(one, f"{path}[{name}]" if path else name)]


LIKELY = {"limit": "5", "currency": "usd", "up_to": "inf", "interval": "month", "usage_type": "metered", "round": "up"}
LIKELY |= {"customer": "cus_acme", "meter": "mtr_test_1", "price": "price_test_1", "event_name": "new", "quantity": "2"}
LIKELY |= {"start_time": "1795046400", "end_time": "1795305600", "starts_at": "1795046400", "ends_at": "1795305600"}
LIKELY |= {"type": "cancel", "formula": "sum", "title": "t", "display_name": "d", "gte": "1", "recurrence": "one_time"}
LIKELY |= {"alert_type": "usage_threshold", "unit_amount": "5", "value_grouping_window": "day", "day_of_month": "31"}
LIKELY |= {
    "subscription": "sub_test_1",
    "name": "n",
    "product": "prod_test_1",
    "tiers_mode": "volume",
    "status": "open",
}


@st.composite
def plausible(draw: st.DrawFn) -> tuple[Any, str]:
    """Draw an operation and a form that often fits it."""
    route = draw(st.sampled_from([route for _, route in ROUTES if route.path.startswith("/v1/")]))
    rule = schema(route.schema, preview=True)
    names = leaves(rule)
    chosen = draw(st.lists(st.sampled_from(names), max_size=6)) if names else []
    needed = [name for name in names if name.partition("[")[0] in rule.get("required", ()) and draw(st.integers(0, 9))]
    spec = {name: LIKELY.get(name.replace("]", "").split("[")[-1], "1") for name in {*chosen, *needed}}
    return route, "&".join(
        f"{name}={value if draw(st.integers(0, 9)) else draw(scalars)}" for name, value in spec.items()
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(plausible(), min_size=1, max_size=6), st.sampled_from(IDS))
def test_plausible_calls_are_answered_in_any_order(calls: list[tuple[Any, str]], identity: str) -> None:
    mock, clock = opened(), Clock()
    mock._books.clock = clock
    for route, text in calls:
        headers = {"authorization": f"Bearer {SECRET}", "stripe-version": PREVIEW_VERSION}
        path = route.path.replace("{id}", identity)
        sent = text.encode("utf-8", "replace")
        answer = mock.handle(Request(route.method, "api.stripe.com", path, text, headers, sent))
        assert answer.status in {200, 400, 404}
        clock.advance(days=20)
    assert all(invoice.total >= 0 for invoice in mock.invoices)


def opened() -> StripeMock:
    account = Account(preview=True, any_key=True, any_customer=True, limits=Limits.none())
    mock = StripeMock(clock=Clock(), account=account)
    mock.create_customer("cus_acme")
    mock.create_meter("tokens", dimensions=("model",))
    mock.subscribe("cus_acme", [mock.create_price("tokens", "1")])
    return mock


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([route for _, route in ROUTES]), st.sampled_from(IDS), pairs, bodies, st.booleans())
def test_nothing_a_caller_sends_breaks_the_mock(
    route: Any, identity: str, query: list[tuple[str, str]], body: bytes, form: bool
) -> None:
    text = "&".join(f"{name}={value}" for name, value in query)
    v2 = route.path.startswith("/v2/")
    sent = text.encode("utf-8", "surrogatepass") if form and not v2 else body
    kind = "application/json" if v2 else "application/x-www-form-urlencoded"
    headers = {"authorization": f"Bearer {SECRET}", "stripe-version": PREVIEW_VERSION, "content-type": kind}
    host = "meter-events.stripe.com" if "stream" in route.path else "api.stripe.com"
    path = route.path.replace("{id}", identity)
    answer = opened().handle(Request(route.method, host, path, text, headers, sent))
    assert answer.status in {200, 400, 401, 404}
    assert isinstance(json.loads(answer.body), dict)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10))
def test_any_header_is_answered(authorization: str, version: str, key: str) -> None:
    headers = {"authorization": authorization, "stripe-version": version, "idempotency-key": key}
    for path in ("/v1/billing/meters", "/v2/billing/meter_event_session"):
        assert opened().handle(Request("POST", "api.stripe.com", path, "", headers, b"{}")).status in {400, 401}
