"""The example client of `usage-cap`, against the answers of the workflow itself."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Fault, UsageRow
from generator.replay.engine import Files
from generator.replay.flows.engine import Incoming
from generator.replay.flows.make import MakeFlows
from generator.replay.flows.usage import count
from generator.replay.keys import keys_of
from generator.replay.setting import open_world
from generator.replay.world import World
from generator.stripe_mock import Switches

NOON = datetime(2026, 11, 10, 18, tzinfo=UTC)


def example() -> Any:
    path = Path(__file__).parents[2] / "examples" / "ask_cap.py"
    spec = spec_from_file_location("ask_cap", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["ask_cap"] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Service:
    url: str
    world: World
    key: str
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def rendered() -> tuple[Plan, Files]:
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    return plan, build(plan)


@pytest.fixture
def service(httpserver: HTTPServer, rendered: tuple[Plan, Files]) -> Service:
    """Serve the rendered scenario on loopback."""
    plan, files = rendered
    world = open_world(plan, NOON, Switches(), ticking=False)
    flows = MakeFlows()
    flows.load(files, "usage-cap", plan)
    found = Service(httpserver.url_for("/cap"), world, keys_of(plan).ask_cap)

    def answer(request: Request) -> Response:
        found.asked.append(request.args["client"])
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply = flows.request(world, Incoming("GET", dict(request.args), headers))
        return Response(reply.body, reply.status, content_type="application/json")

    httpserver.expect_request("/cap").respond_with_handler(answer)
    count([UsageRow(client="acme", model="openai/gpt-4o", output=130_000_000, at=NOON)], world.stripe, plan)
    return found


def test_a_client_below_its_cap_goes_on_and_is_asked_about_once(service: Service) -> None:
    caps = example().Caps(service.url, service.key)
    for _ in range(3):
        caps.require("globex")
    assert (service.asked, caps.state("globex")["remaining"]) == (["globex"], 900)


def test_a_client_at_its_cap_is_stopped(service: Service) -> None:
    module = example()
    with pytest.raises(module.CapReached, match="acme: 1300 of 1300 used, resets 2026-12-01T06:00:00Z"):
        module.Caps(service.url, service.key).require("acme")


def test_a_wrong_key_or_name_is_a_mistake_and_no_outage(service: Service) -> None:
    module = example()
    for caps, client in (
        (module.Caps(service.url, "wrong"), "acme"),
        (module.Caps(service.url, service.key), "nobody"),
    ):
        with pytest.raises(LookupError):
            caps.require(client)


def test_what_is_unknown_is_decided_by_the_mapping_and_what_is_silent_by_the_caller(service: Service) -> None:
    module = example()
    service.world.begin(1, [Fault(on="meters", fault="500")])
    assert module.Caps(service.url, service.key).state("initech")["reason"] == "unknown"
    silent = "http://127.0.0.1:9/nobody"
    module.Caps(silent, service.key).require("acme")
    with pytest.raises(module.CapReached):
        module.Caps(silent, service.key, when_dark=False).require("acme")
