"""The driver of the real engine: what goes in unchanged, what comes out at the world, and whose clock it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import pytest
from tiny_workflows import called, chain, child, clock, code, form, manual, node, post, schedule, wait

from generator.errors import EngineFailure, WrongUsage
from generator.replay.clock import VirtualClock
from generator.replay.faults import NoAnswer
from generator.replay.n8n.control import Stray
from generator.replay.n8n.server import N8nServer
from generator.stripe_mock.exchange import Request, Response
from tests.replay.turns import SECOND

pytestmark = [pytest.mark.engine, SECOND]

NIGHT = datetime(2026, 3, 8, 8, 15, tzinfo=UTC)
HOSTS = ("api.stripe.com", "slack.com")
FORM_LOGIN = ("clerk", "fake-password-0001")
CREDENTIALS = [
    {
        "id": "credForm01",
        "name": "Form",
        "type": "httpBasicAuth",
        "data": {"user": FORM_LOGIN[0], "password": FORM_LOGIN[1]},
    },
    {"id": "credStripe01", "name": "Stripe", "type": "stripeApi", "data": {"secretKey": "rk_test_fake0001"}},
    {"id": "credSlack01", "name": "Slack", "type": "slackApi", "data": {"accessToken": "xoxb-fake-0001"}},
]
Answer = Callable[[Request], Response]
WHOLE_MS = 0.002
"""The engine and the world count whole milliseconds, each of its own: a wait may look so much shorter."""


@dataclass
class Notebook:
    """A world that writes down every request with its virtual time."""

    clock: VirtualClock
    answer: Answer = lambda request: Response.json(200, {"ok": True})
    requests: list[Request] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        self.times.append(self.clock.now())
        self.requests.append(request)
        return self.answer(request)

    @property
    def gaps(self) -> list[float]:
        return [(b - a).total_seconds() for a, b in pairwise(self.times)]


@contextmanager
def world(server: N8nServer, at: datetime = NIGHT) -> Iterator[Notebook]:
    notebook = Notebook(VirtualClock(at, ticking=True))
    with server.attached(notebook.handle, HOSTS, notebook.clock) as notebook.strays:
        yield notebook


@contextmanager
def real_seconds() -> Iterator[list[float]]:
    """Give what the block took on this machine, however busy: the virtual clock runs along with it."""
    taken: list[float] = []
    began = time.monotonic()
    yield taken
    taken.append(time.monotonic() - began)


def put(server: N8nServer, workflow: bytes) -> str:
    workflow_id = server.library.put_workflow(workflow)
    if b"manualTrigger" not in workflow:
        server.library.publish(workflow_id)
    return workflow_id


def failing(times: int, status: int = 500) -> Answer:
    left = iter(range(times))
    return lambda request: Response.json(status if next(left, None) is not None else 200, {"ok": True})


# ------------------------------------------------------------------------------------------------ hosts and clock


def test_a_run_reads_the_virtual_clock_and_reaches_the_world_under_the_real_host(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        put(n8n_server, chain("clock01", manual(), clock(), post("Post")))
        run = n8n_server.runs.run("clock01", "Start")
    assert run.status == "success"
    (request,) = seen.requests
    assert (request.method, request.host, request.path) == ("POST", "api.stripe.com", "/v2/billing/meter_events")
    assert request.headers["host"] == "api.stripe.com"
    now = datetime.fromisoformat(json.loads(request.body)["now"])
    assert timedelta() <= now - NIGHT < timedelta(seconds=5)
    assert run.node_output("Clock") == [json.loads(request.body)]


@pytest.mark.parametrize("at", [NIGHT, NIGHT - timedelta(days=400), NIGHT + timedelta(days=400)])
def test_a_wait_moves_the_virtual_clock_and_costs_no_time(n8n_server: N8nServer, at: datetime) -> None:
    with real_seconds() as taken, world(n8n_server, at) as seen:
        put(n8n_server, chain("wait01", manual(), post("Before"), code(), wait(60), clock(), post("After")))
        n8n_server.runs.run("wait01", "Start")
    assert 60 <= seen.gaps[0] + WHOLE_MS < 60 + taken[0]
    after = datetime.fromisoformat(json.loads(seen.requests[1].body)["now"])
    assert timedelta(seconds=60) <= after - at < timedelta(seconds=60 + taken[0])
    assert taken[0] < 30


def test_a_schedule_fires_on_demand_as_often_as_wanted_for_the_same_moment(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        put(n8n_server, chain("night01", schedule(), clock(), post("Post")))
        for _ in range(3):
            seen.clock.set(NIGHT)
            assert n8n_server.runs.run("night01", "Night").status == "success"
    assert len(seen.requests) == 3


def test_a_form_is_filled_in_by_label(n8n_server: N8nServer) -> None:
    n8n_server.library.put_credentials(CREDENTIALS)
    n8n_server.runs.form_login = FORM_LOGIN
    with world(n8n_server) as seen:
        put(n8n_server, chain("form01", form("Backfill", "backfill01", "From", "To"), post("Post")))
        assert n8n_server.runs.run("form01", "Backfill", {"From": "2026-03-01", "To": "2026-03-02"}).status == "success"
        with pytest.raises(WrongUsage, match="has no field Until"):
            n8n_server.runs.run("form01", "Backfill", {"Until": "2026-03-02"})
    sent = json.loads(seen.requests[0].body)
    assert (sent["From"], sent["To"]) == ("2026-03-01", "2026-03-02")


def test_a_host_outside_the_table_is_refused_and_reported(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        put(n8n_server, chain("stray01", manual(), post("Post", url="https://elsewhere.example/steal")))
        run = n8n_server.runs.run("stray01", "Start")
    assert (run.status, run.last_node, seen.requests) == ("error", "Post", [])
    assert seen.strays == [Stray("elsewhere.example", 443, "unexpected")]


def test_a_host_of_the_table_is_refused_without_tls(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        put(n8n_server, chain("plain01", manual(), post("Post", url="http://api.stripe.com/v2/x")))
        assert n8n_server.runs.run("plain01", "Start").status == "error"
    assert [stray.host for stray in seen.strays] == ["api.stripe.com"]


def test_a_world_that_breaks_fails_the_test(n8n_server: N8nServer) -> None:
    def break_down(request: Request) -> Response:
        raise LookupError("a bug in the world")

    def run_in_it() -> None:
        with n8n_server.attached(break_down, HOSTS, VirtualClock(NIGHT, ticking=True)):
            put(n8n_server, chain("broken01", manual(), post("Post")))
            n8n_server.runs.run("broken01", "Start")

    with pytest.raises(LookupError, match="a bug in the world"):
        run_in_it()


# ------------------------------------------------------------------------------------------------------ no answer


def silence(kind: str) -> Answer:
    def keep(request: Request) -> Response:
        raise NoAnswer(kind)  # type: ignore[arg-type]

    return keep


@pytest.mark.parametrize(
    ("kind", "codes", "virtual_s"),
    [
        ("hang", {"ECONNABORTED"}, 20),
        ("slow", {"ECONNABORTED", "aborted"}, 20),  # the words alone, where the body had begun to be read
        ("reset", {"ECONNRESET"}, 0),
    ],
)
def test_a_missing_answer_becomes_an_error_item(
    n8n_server: N8nServer, kind: str, codes: set[str], virtual_s: int
) -> None:
    with real_seconds() as taken, world(n8n_server) as seen:
        seen.answer = silence(kind)
        put(n8n_server, chain("silent01", manual(), post("Post", onError="continueRegularOutput"), clock()))
        run = n8n_server.runs.run("silent01", "Start")
        lost = seen.clock.now() - NIGHT
    (item,) = run.node_output("Post")
    said = item["error"]
    assert (said if isinstance(said, str) else said["code"]) in codes
    assert timedelta(seconds=virtual_s) <= lost < timedelta(seconds=virtual_s + taken[0])
    assert taken[0] < 15
    assert len(seen.requests) == 1


def test_tries_again_wait_on_the_virtual_clock(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        seen.answer = failing(2)
        again = {"retryOnFail": True, "maxTries": 4, "waitBetweenTries": 3000}
        put(n8n_server, chain("again01", manual(), post("Post", **again)))
        with real_seconds() as taken:
            assert n8n_server.runs.run("again01", "Start").status == "success"
    assert [3 <= gap + WHOLE_MS < 3 + taken[0] for gap in seen.gaps] == [True, True]


def test_many_requests_of_one_node_meet_different_fates_at_once(n8n_server: N8nServer) -> None:
    def answer(request: Request) -> Response:
        number = json.loads(request.body)["n"]
        if number % 4:
            return Response.json(200, {"n": number})
        raise NoAnswer("hang" if number % 8 else "reset")

    with real_seconds() as taken, world(n8n_server) as seen:
        seen.answer = answer
        items = code("return [...Array(40).keys()].map((n) => ({ json: { n } }));")
        put(n8n_server, chain("many01", manual(), items, post("Post", onError="continueRegularOutput"), clock()))
        run = n8n_server.runs.run("many01", "Start")
        lost = seen.clock.now() - NIGHT
    assert timedelta(seconds=20) <= lost < timedelta(seconds=20 + taken[0])
    assert taken[0] < 15
    found = [item.get("n", item.get("error", {}).get("code")) for item in run.node_output("Post")]
    code_of = {0: "ECONNRESET", 4: "ECONNABORTED"}
    assert found == [n if n % 4 else code_of[n % 8] for n in range(40)]


def test_batches_keep_their_distance_on_the_virtual_clock(n8n_server: N8nServer) -> None:
    sending = post("Post", credentials={"stripeApi": {"id": "credStripe01", "name": "Stripe"}})
    sending["parameters"] |= {"authentication": "predefinedCredentialType", "nodeCredentialType": "stripeApi"}
    sending["parameters"]["options"]["batching"] = {"batch": {"batchSize": 5, "batchInterval": 10_000}}
    items = code("return [...Array(25).keys()].map((n) => ({ json: { n } }));")
    n8n_server.library.put_credentials(CREDENTIALS)
    with real_seconds() as taken, world(n8n_server) as seen:
        put(n8n_server, chain("batch01", manual(), items, sending))
        assert n8n_server.runs.run("batch01", "Start").status == "success"
    assert taken[0] < 30
    firsts = [at.timestamp() for at in seen.times[::5]]
    assert all(10 <= b - a + WHOLE_MS < 10 + taken[0] for a, b in pairwise(firsts))


# ------------------------------------------------------------------------------------------- several runs, killed


def test_two_runs_are_in_flight_at_once(n8n_server: N8nServer) -> None:
    meeting = Barrier(2, timeout=20)

    def meet(request: Request) -> Response:
        if request.path.endswith("first"):
            meeting.wait()
        return Response.json(200, {})

    with real_seconds() as taken, world(n8n_server) as seen:
        seen.answer = meet
        first = post("First", url="https://api.stripe.com/first")
        put(n8n_server, chain("twice01", schedule(), first, wait(60), post("Second")))
        runs = [n8n_server.runs.start("twice01", "Night") for _ in range(2)]
        assert {n8n_server.runs.wait(run).status for run in runs} == {"success"}
    assert len(set(runs)) == 2
    assert taken[0] < 45
    assert seen.times[2] - NIGHT < timedelta(seconds=60 + taken[0])  # their waits did not add up


def test_a_run_stopped_at_a_request_makes_no_further_one(n8n_server: N8nServer) -> None:
    def stop(request: Request) -> Response:
        n8n_server.runs.cancel_all()
        raise NoAnswer("reset")

    goes_on = {"onError": "continueRegularOutput"}
    with world(n8n_server) as seen:
        seen.answer = stop
        put(n8n_server, chain("stop02", called(), post("First", **goes_on), wait(5), post("Second", **goes_on)))
        put(n8n_server, chain("stop01", schedule(), child("stop02"), post("Third")))
        run = n8n_server.runs.start("stop01", "Night")
        assert n8n_server.runs.wait(run).status == "canceled"
        assert [begun.workflow for begun in n8n_server.runs.begun[-2:]] == ["stop01", "stop02"]
        assert n8n_server.runs.wait(n8n_server.runs.begun[-1].execution).status == "canceled"
        time.sleep(0.3)
    assert len(seen.requests) == 1


def test_nothing_happens_after_a_run_was_killed_at_a_request(n8n_server: N8nServer) -> None:
    def die(request: Request) -> Response:
        if len(seen.requests) == 4:
            n8n_server.runs.kill_running()
        raise NoAnswer("reset" if len(seen.requests) == 4 else "hang")

    again = {"retryOnFail": True, "maxTries": 5, "waitBetweenTries": 1000, "onError": "continueRegularOutput"}
    sending = post("Post", **again)
    sending["parameters"]["options"]["batching"] = {"batch": {"batchSize": 2, "batchInterval": 10_000}}
    items = code("return [...Array(9).keys()].map((n) => ({ json: { n } }));")
    with world(n8n_server) as seen:
        seen.answer = die
        put(n8n_server, chain("die01", called(), items, sending))
        put(n8n_server, chain("die02", schedule(), child("die01"), post("Then")))
        run = n8n_server.runs.start("die02", "Night")
        assert n8n_server.runs.wait(run).status == "canceled"
        seen.clock.advance(60)
        time.sleep(0.5)
        assert len(seen.requests) == 4
        seen.answer = failing(0)
        put(n8n_server, chain("alive01", schedule(), post("Post"), wait(5), post("Then")))
        assert n8n_server.runs.run("alive01", "Night").status == "success"
    assert len(seen.requests) == 6


def test_a_failed_run_can_be_retried_by_hand_days_later(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        seen.answer = failing(1)
        put(n8n_server, chain("retry01", schedule(), clock(), post("Post"), post("Then")))
        failed = n8n_server.runs.run("retry01", "Night")
        assert (failed.status, failed.last_node) == ("error", "Post")
        assert "500" in failed.error
        seen.clock.set(NIGHT + timedelta(days=3))
        retried = n8n_server.runs.retry(failed.id)
    assert (retried.status, retried.last_node) == ("success", "Then")
    assert seen.requests[1].body == seen.requests[0].body  # the clock was not read again


def test_a_killed_server_comes_back_with_its_workflows(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        put(n8n_server, chain("kill01", schedule(), post("First"), wait(5), post("Second")))

        def kill(request: Request) -> Response:
            n8n_server.kill()
            raise NoAnswer("reset")

        seen.answer = kill
        killed = n8n_server.runs.start("kill01", "Night")
        while not seen.requests:
            time.sleep(0.01)
    n8n_server.restart()
    assert n8n_server.runs.execution(killed).status == "crashed"
    with world(n8n_server) as seen:
        with real_seconds() as taken:
            assert n8n_server.runs.run("kill01", "Night").status == "success"
        assert 5 <= seen.gaps[0] + WHOLE_MS < 5 + taken[0]


# --------------------------------------------------------------------------------------------------- what goes in


def test_native_stripe_and_slack_nodes_reach_the_world_with_their_credentials(n8n_server: N8nServer) -> None:
    meter_event = {
        "resource": "meterEvent",
        "operation": "create",
        "eventName": "ai_tokens",
        "customerId": "cus_1",
        "value": 5,
        "additionalFields": {"identifier": "id1"},
    }
    message = {
        "authentication": "accessToken",
        "resource": "message",
        "operation": "post",
        "select": "channel",
        "channelId": {"__rl": True, "mode": "id", "value": "C0OPS00001"},
        "messageType": "text",
        "text": "Posted: 5 tokens",
        "otherOptions": {"includeLinkToWorkflow": False},
    }
    stripe = node(
        "Stripe", "stripe", 1, meter_event, credentials={"stripeApi": {"id": "credStripe01", "name": "Stripe"}}
    )
    slack = node("Slack", "slack", 2.3, message, credentials={"slackApi": {"id": "credSlack01", "name": "Slack"}})
    n8n_server.library.put_credentials(CREDENTIALS)
    with world(n8n_server) as seen:
        put(n8n_server, chain("native01", manual(), stripe, slack))
        assert n8n_server.runs.run("native01", "Start").status == "success"
    to_stripe, to_slack = seen.requests
    assert (to_stripe.host, to_stripe.path) == ("api.stripe.com", "/v1/billing/meter_events")
    assert b"payload[stripe_customer_id]=cus_1" in to_stripe.body.replace(b"%5B", b"[").replace(b"%5D", b"]")
    assert to_stripe.headers["authorization"] == "Bearer rk_test_fake0001"
    assert (to_slack.host, to_slack.path) == ("slack.com", "/api/chat.postMessage")
    assert json.loads(to_slack.body)["text"] == "Posted: 5 tokens"


def test_putting_a_workflow_again_replaces_it(n8n_server: N8nServer) -> None:
    with world(n8n_server) as seen:
        put(n8n_server, chain("again02", schedule(), post("Post", body='={{ JSON.stringify({"v": 1}) }}')))
        n8n_server.runs.run("again02", "Night")
        put(n8n_server, chain("again02", schedule(), post("Post", body='={{ JSON.stringify({"v": 2}) }}')))
        n8n_server.runs.run("again02", "Night")
    assert [json.loads(request.body) for request in seen.requests] == [{"v": 1}, {"v": 2}]


def test_an_unpublished_schedule_cannot_fire(n8n_server: N8nServer) -> None:
    with world(n8n_server):
        put(n8n_server, chain("idle01", schedule(), clock()))
        n8n_server.library.unpublish("idle01")
        with pytest.raises(EngineFailure, match="the schedule 'Night' of workflow idle01 is not active"):
            n8n_server.runs.run("idle01", "Night")
        with pytest.raises(WrongUsage, match="has no node 'Morning'; it has Night, Clock"):
            n8n_server.runs.run("idle01", "Morning")


def test_the_command_line_imports_and_publishes_a_file(n8n_server: N8nServer, tmp_path: Path) -> None:
    path = tmp_path / "file01.json"
    path.write_bytes(chain("file01", schedule(), clock()))
    assert "Successfully imported 1 workflow" in n8n_server.command("import:workflow", f"--input={path}")
    n8n_server.command("publish:workflow", "--id=file01")
    path.write_bytes(chain("file02", schedule(), clock()).replace(b'"node": "Clock"', b'"node": "Clok"'))
    with pytest.raises(EngineFailure, match="import:workflow ended with 1"):
        n8n_server.command("import:workflow", f"--input={path}")


# ------------------------------------------------------------------------------------- the engine as users have it


def test_the_default_expression_engine_runs_on_the_real_clock(n8n_server_as_users_have_it: N8nServer) -> None:
    server, seen = n8n_server_as_users_have_it, Notebook(VirtualClock(datetime.now(UTC), ticking=True))
    with server.attached(seen.handle, HOSTS):
        put(server, chain("real01", schedule(), clock(), post("Post"), wait(0.7), post("Second")))
        began = datetime.now(UTC)
        assert server.runs.run("real01", "Night").status == "success"
    now = datetime.fromisoformat(json.loads(seen.requests[0].body)["now"])
    assert abs(now - began) < timedelta(seconds=5)
    assert 0.7 <= seen.gaps[0] < 3


def test_the_virtual_clock_needs_the_legacy_expression_engine() -> None:
    with pytest.raises(ValueError, match="legacy"):
        N8nServer(expression_engine="default", virtual_clock=True)
