"""The commands that talk to Stripe, driven by the official SDK over HTTP against the mock."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from generator import resources
from generator.cli import main
from generator.commands import clock
from generator.stripe_mock import Account, Limits, Request, Response, StripeMock, Switches
from generator.stripe_mock.serve import serve

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "sk_test_fake_owner"


@dataclass
class Line:
    """The one port of a test run; it answers with the mock of the test at hand."""

    mock: StripeMock | None = None

    def handle(self, request: Request) -> Response:
        assert self.mock, "no test is at hand"
        return self.mock.handle(request)


@pytest.fixture(scope="session")
def line() -> Iterator[tuple[Line, str]]:
    line = Line()
    with serve(line) as url:
        yield line, url


@dataclass
class Shop:
    """A Stripe account, a folder with mappings, and the command line."""

    line: Line
    url: str
    folder: Path
    capsys: pytest.CaptureFixture[str]
    now: datetime = NOW
    mock: StripeMock = field(init=False)
    code: int = 0
    err: str = ""

    def __post_init__(self) -> None:
        self.open(Account(preview=True, limits=Limits.none()))

    def open(self, account: Account, switches: Switches | None = None) -> None:
        """Begin with an empty account that has the mappings' customers."""
        self.mock = self.line.mock = StripeMock(clock=lambda: self.now, account=account, switches=switches)
        self.mock.add_key("owner", SECRET)
        for customer in re.findall(r"cus_Sandbox\w+", self.text("example")):
            self.mock.create_customer(customer)

    def text(self, name: str) -> str:
        return (self.folder / f"{name}.yaml").read_text(encoding="utf-8")

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        text = self.text(name)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(self, command: str, name: str, *options: str) -> str:
        """Run a command; its results, with the exit code and the notes kept aside."""
        self.capsys.readouterr()
        path = str(self.folder / f"{name}.yaml")
        before, after = (options[:1], options[1:]) if command == "preview" else ((), options)
        self.code = main([command, *before, path, *after])
        out, self.err = self.capsys.readouterr()
        assert SECRET not in out + self.err
        return out

    def rows(self, command: str, name: str, *options: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(self.run(command, name, *options, "--format", "json") or "[]")
        return rows

    def actions(self, name: str, *options: str) -> dict[str, str]:
        """Give what `provision` would do, or did: name → action."""
        return {row["name"]: row["action"] for row in self.rows("provision", name, *options)}

    def writes(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.mock.calls if call.method != "GET"]

    def state(self) -> Any:
        """Give all that the account holds, with names in place of ids and without times."""
        books = self.mock._books
        kept = [meter.rendered(preview=True) for meter in books.meters.values()]
        kept += [product.rendered() for product in books.products.values()]
        kept += [price.rendered(tiers=True) for price in books.prices.values()]
        kept += [grant.rendered() for grant in books.grants.values()]
        kept += [alert.rendered() for alert in books.alerts.values()]
        kept += [subscription.rendered(self.now) for subscription in books.subscriptions.values()]
        kept += [thing.rendered("v1") for things in books.things.values() for thing in things.values()]
        return sorted(_timeless(_named(json.dumps(kept, sort_keys=True), kept)), key=json.dumps)


def _named(text: str, kept: list[dict[str, Any]]) -> Any:
    names = {one["id"]: one.get("event_name") or one.get("lookup_key") or one["object"] for one in kept}
    for identity in sorted(names, key=len, reverse=True):
        text = re.sub(rf'"{re.escape(identity)}"', json.dumps(names[identity]), text)
    return json.loads(text)


def _timeless(value: Any) -> Any:
    """Leave out what says when an object was made, and the ids of its parts."""
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    if not isinstance(value, dict):
        return value
    part = {"subscription_item", "list"} & {value.get("object")}
    left = {"created", "updated", "url" if part else "", "id" if part else ""}
    return {key: _timeless(one) for key, one in value.items() if key not in left}


MakeShop = Callable[..., Shop]


@pytest.fixture
def shop(
    line: tuple[Line, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shop:
    for path in resources.mappings().glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    board, url = line
    shop = Shop(board, url, tmp_path, capsys)
    monkeypatch.setenv("STRIPE_API_KEY", SECRET)
    monkeypatch.setenv("STRIPE_API_BASE", url)
    monkeypatch.setattr(clock, "now", lambda: shop.now)
    return shop


def event(shop: Shop, name: str, value: str, when: datetime | None = None, **payload: str) -> None:
    """Post usage of the first client, as a workflow does."""
    client = stripe.StripeClient(SECRET, base_addresses={"api": shop.url})
    stamp = f"{when or shop.now:%Y-%m-%dT%H:%M:%SZ}"
    own = {"stripe_customer_id": "cus_SandboxAcme001", "value": value}
    client.v2.billing.meter_events.create({"event_name": name, "timestamp": stamp, "payload": {**own, **payload}})


class Killed(KeyboardInterrupt):
    """The process ends here."""


@pytest.fixture
def kill_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """End the program right after its n-th write was answered, before it learns the answer."""
    send = requests.Session.send

    def arm(number: int) -> None:
        left = [number]

        def dying(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            answer = send(session, request, **options)
            left[0] -= request.method != "GET"
            if request.method != "GET" and left[0] == 0:
                raise Killed
            return answer

        monkeypatch.setattr(requests.Session, "send", dying)

    return arm


def days(number: int) -> timedelta:
    return timedelta(days=number)
