"""A mock on a clock that stands still until a test moves it, and the official SDK in front of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from generator.stripe_mock import Account, Limits, Request, Response, StripeMock, Switches
from generator.stripe_mock.account import GA_VERSION, PREVIEW_VERSION
from generator.stripe_mock.serve import serve

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "sk_test_fake_owner"


@dataclass
class Clock:
    """Virtual time."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Bench:
    """A mock with one key, one customer and one meter, and short ways to call it."""

    clock: Clock
    mock: StripeMock
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, query: str = "", **headers: str) -> Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"authorization": f"Bearer {SECRET}", "stripe-version": GA_VERSION, "content-type": "application/json"}
        text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        merged = {name: value for name, value in {**own, **self.headers, **names}.items() if value}
        return self.mock.handle(Request(method, "api.stripe.com", path, query, merged, text))

    def event(self, value: str = "5", *, headers: dict[str, str] | None = None, **fields: Any) -> Response:
        payload = {"stripe_customer_id": "cus_acme", "value": value}
        body = {"event_name": "tokens", "payload": payload, **fields}
        body = {key: value for key, value in body.items() if value is not None}
        return self.call("POST", "/v2/billing/meter_events", body, **(headers or {}))

    def form(self, path: str, text: str, method: str = "POST", **headers: str) -> Response:
        return self.call(method, path, text.encode(), content_type="application/x-www-form-urlencoded", **headers)

    def summary(self, query: str = "", **headers: str) -> Response:
        span = f"start_time={int(START.timestamp()) - 86400}&end_time={int(START.timestamp()) + 86400}"
        path = f"/v1/billing/meters/{self.mock.meters[0].id}/event_summaries"
        return self.call("GET", path, None, f"customer=cus_acme&{span}{query}", **headers)


def data(response: Response) -> Any:
    return json.loads(response.body)


def code(response: Response) -> tuple[int, str | None]:
    return response.status, data(response)["error"].get("code")


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench() -> MakeBench:
    """Build a bench with other switches or another account."""

    def make(switches: Switches | None = None, account: Account | None = None) -> Bench:
        clock = Clock()
        account = account or Account(limits=Limits.none())
        mock = StripeMock(clock=clock, switches=switches, account=account)
        mock.add_key("owner", SECRET)
        mock.create_customer("cus_acme")
        mock.create_meter("tokens", dimensions=("model", "token_type") if account.preview else ())
        return Bench(clock, mock, {"stripe-version": PREVIEW_VERSION} if account.preview else {})

    return make


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    """Give the default bench."""
    return make_bench()


@pytest.fixture
def preview(make_bench: MakeBench) -> Bench:
    """Give a bench on an account of the private preview; calls speak its version."""
    return make_bench(account=Account(preview=True, limits=Limits.none()))


@dataclass
class Served:
    """The default bench on a port, with the SDK pointed at it."""

    bench: Bench
    url: str
    client: stripe.StripeClient

    def as_key(self, secret: str) -> stripe.StripeClient:
        return stripe.StripeClient(secret, base_addresses={"api": self.url, "meter_events": self.url})


@dataclass
class Switchboard:
    """What the one server of a test run answers with: the mock of the test at hand."""

    mock: StripeMock | None = None

    def handle(self, request: Request) -> Response:
        if self.mock is None:
            raise LookupError("no test is at hand")
        return self.mock.handle(request)


@pytest.fixture(scope="session")
def line() -> Iterator[tuple[Switchboard, str]]:
    """Open one port for the whole run; stopping a server takes half a second."""
    board = Switchboard()
    with serve(board) as url:
        yield board, url


ServeBench = Callable[[Bench], Served]


@pytest.fixture
def serve_bench(line: tuple[Switchboard, str]) -> ServeBench:
    """Point the port at a bench, and the SDK at the port."""

    def point(bench: Bench) -> Served:
        board, url = line
        board.mock = bench.mock
        client = stripe.StripeClient(SECRET, base_addresses={"api": url, "meter_events": url})
        return Served(bench, url, client)

    return point


@pytest.fixture
def sdk(bench: Bench, serve_bench: ServeBench) -> Served:
    """Serve the default bench."""
    return serve_bench(bench)
