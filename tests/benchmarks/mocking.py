"""The Stripe mock alone: meter events per second, in process and over HTTP with several connections.

python -m tests.benchmarks.mocking [--events 10000]
"""

from __future__ import annotations

import argparse
import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from urllib.parse import urlencode, urlsplit

from generator.stripe_mock import Account, Limits, StripeMock
from generator.stripe_mock.exchange import Request
from generator.stripe_mock.serve import serve

from .measure import table

CONNECTIONS = 8
V1, V2 = "/v1/billing/meter_events", "/v2/billing/meter_events"
_KEY = "rk_test_" + "fakePostMeterEvents0001"


def mock() -> StripeMock:
    """Open an account without limits, with one meter and some customers."""
    stripe = StripeMock(clock=lambda: datetime.now(UTC), account=Account(limits=Limits.none()))
    stripe.add_key("post", _KEY, ["rak_billing_meter_event_write"])
    stripe.create_meter("ai_tokens")
    for number in range(100):
        stripe.create_customer(f"cus_Mock{number:04}")
    return stripe


def event(path: str, number: int) -> tuple[dict[str, str], bytes]:
    """Write the headers and the body of one event."""
    customer, headers = f"cus_Mock{number % 100:04}", {"authorization": f"Bearer {_KEY}"}
    if path == V1:
        fields = {"event_name": "ai_tokens", "payload[value]": "7", "payload[stripe_customer_id]": customer}
        form = {**headers, "content-type": "application/x-www-form-urlencoded"}
        return form, urlencode({**fields, "identifier": f"v1-{number}"}).encode()
    payload = {"value": "7", "stripe_customer_id": customer}
    body = {"event_name": "ai_tokens", "payload": payload, "identifier": f"v2-{number}"}
    return {**headers, "content-type": "application/json", "stripe-version": "2026-10-28.endive"}, json.dumps(
        body
    ).encode()


def in_process(path: str, events: int) -> Iterator[tuple[str, str, str]]:
    """Hand events to the mock itself."""
    stripe, asked = mock(), [event(path, number) for number in range(events)]
    began = perf_counter()
    for headers, body in asked:
        answer = stripe.handle(Request("POST", "api.stripe.com", path, "", headers, body))
        assert answer.status == 200, answer.body
    yield f"{events:,} events to {path[:3]}, in process", f"{events / (perf_counter() - began):,.0f} events/s", ""


def over_http(path: str, events: int) -> Iterator[tuple[str, str, str]]:
    """Send events to a server in a process of its own, over several connections at once."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    address = urlsplit(ours.recv())
    began = perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [range(start, events, CONNECTIONS) for start in range(CONNECTIONS)]
        list(pool.map(lambda share: _send(address.netloc, path, share), shares))
    rate = events / (perf_counter() - began)
    ours.send("stop")
    counted = ours.recv()
    process.join()
    wrong = "" if counted == events else f", {counted:,} counted"
    yield f"the same over HTTP, {CONNECTIONS} connections", f"{rate:,.0f} events/s{wrong}", "1,000"


def _serve(line: Connection) -> None:
    stripe = mock()
    with serve(stripe) as address:
        line.send(address)
        line.recv()
    line.send(len(stripe.events))


def _send(address: str, path: str, share: range) -> None:
    connection = http.client.HTTPConnection(address)
    for number in share:
        headers, body = event(path, number)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
    connection.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mocking")
    parser.add_argument("--events", type=int, default=10_000)
    events = parser.parse_args().events
    parts = [lambda path=path, part=part: part(path, events) for path in (V2, V1) for part in (in_process, over_http)]
    table("The Stripe mock", *parts)


if __name__ == "__main__":
    main()
