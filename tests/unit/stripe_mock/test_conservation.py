"""Whatever is sent, the ledgers agree: counted = accepted − cancelled, shown = a prefix, billed = counted in time."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.stripe_mock import Account, Limits, Request, StripeMock, Switches
from generator.stripe_mock.account import GA_VERSION

from .conftest import SECRET, START, Clock

CUSTOMERS = ("cus_acme", "cus_globex", "cus_nobody")
METERS = ("tokens", "other", "nothing")

SETTINGS = [Switches(), *Switches.variants()]

events = st.fixed_dictionaries(
    {
        "kind": st.just("event"),
        "customer": st.sampled_from(CUSTOMERS),
        "event_name": st.sampled_from(METERS),
        "value": st.sampled_from(["1", "7", "1000", "0", "-3", "x"]),
        "identifier": st.sampled_from(["a", "b", "c", "d"]),
        "key": st.sampled_from(["", "k1", "k2", "k3"]),
        "back": st.integers(-1, 40),
    }
)
cancels = st.fixed_dictionaries(
    {"kind": st.just("cancel"), "event_name": st.sampled_from(METERS), "identifier": st.sampled_from("abcd")}
)
waits = st.fixed_dictionaries({"kind": st.just("wait"), "hours": st.sampled_from([0, 1, 5, 25, 24 * 8])})
lags = st.fixed_dictionaries({"kind": st.just("lag"), "hours": st.sampled_from([0, 1, 30])})


def post(mock: StripeMock, path: str, body: dict[str, Any], key: str = "") -> int:
    headers = {
        "authorization": f"Bearer {SECRET}",
        "stripe-version": GA_VERSION,
        "content-type": "application/json",
        **({"idempotency-key": key} if key else {}),
    }
    return mock.handle(Request("POST", "api.stripe.com", path, "", headers, json.dumps(body).encode())).status


def shown(mock: StripeMock, clock: Clock, meter: str, customer: str) -> int:
    start = int((START - timedelta(days=60)).timestamp())
    query = f"customer={customer}&start_time={start}&end_time={int(clock.now.timestamp()) // 60 * 60 + 600}"
    path = f"/v1/billing/meters/{meter}/event_summaries"
    answer = mock.handle(Request("GET", "api.stripe.com", path, query, {"authorization": f"Bearer {SECRET}"}))
    return int(sum(row["aggregated_value"] for row in json.loads(answer.body)["data"]))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SETTINGS), st.lists(st.one_of(events, events, events, cancels, waits, lags), max_size=25))
def test_counted_is_accepted_minus_cancelled(switches: Switches, steps: list[dict[str, Any]]) -> None:
    clock = Clock()
    mock = StripeMock(clock=clock, switches=switches, account=Account(limits=Limits.none()))
    mock.add_key("owner", SECRET)
    for customer in CUSTOMERS[:2]:
        mock.create_customer(customer)
    meters = {name: mock.create_meter(name).id for name in METERS[:2]}
    for customer in CUSTOMERS[:2]:
        mock.subscribe(customer, [mock.create_price(name, "1") for name in meters], start=START - timedelta(days=60))

    for step in steps:
        take(mock, clock, step)

    accepted: Counter[tuple[str, str]] = Counter()
    for event in mock.events:
        if event.rejected is None and event.cancelled is None:
            accepted[event.customer, event.event_name] += int(event.value)
    for customer in CUSTOMERS[:2]:
        for name, meter in meters.items():
            assert mock.counted(customer, name) == accepted[customer, name]
            mock.lag = timedelta()
            assert shown(mock, clock, meter, customer) == accepted[customer, name]
    assert all(line.quantity <= _stamped(mock, invoice, line) for invoice in mock.invoices for line in invoice.lines)


def take(mock: StripeMock, clock: Clock, step: dict[str, Any]) -> None:
    if step["kind"] == "wait":
        clock.advance(hours=step["hours"])
    elif step["kind"] == "lag":
        mock.lag = timedelta(hours=step["hours"])
    elif step["kind"] == "cancel":
        cancel = {"event_name": step["event_name"], "type": "cancel", "cancel": {"identifier": step["identifier"]}}
        assert post(mock, "/v2/billing/meter_event_adjustments", cancel) in (200, 400)
    else:
        stamp = (clock.now - timedelta(days=step["back"])).isoformat()
        payload = {"stripe_customer_id": step["customer"], "value": step["value"]}
        names = ("event_name", "identifier")
        body = {**{name: step[name] for name in names}, "timestamp": stamp, "payload": payload}
        assert post(mock, "/v2/billing/meter_events", body, step["key"]) in (200, 400, 409)


def _stamped(mock: StripeMock, invoice: Any, line: Any) -> int:
    """Total the positive usage that was ever stamped into a line's period."""
    return sum(
        max(int(event.value), 0)
        for event in mock.events
        if event.rejected is None
        and event.customer == invoice.customer
        and event.meter == line.meter
        and line.period_start <= event.timestamp < line.period_end
    )
