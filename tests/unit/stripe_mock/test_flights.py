"""One event at a time per customer and meter, with real threads and without."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from generator.stripe_mock import Request, Response, Switches

from .conftest import Bench, MakeBench, code


def meet(bench: Bench) -> tuple[Event, Event]:
    """Hold the next meter event until it is let go."""
    arrived, go = Event(), Event()

    def hold(request: Request) -> None:
        bench.mock.hold = lambda _: None
        arrived.set()
        go.wait(5)

    bench.mock.hold = hold
    return arrived, go


def test_a_twin_in_flight_is_refused_and_others_are_not(bench: Bench) -> None:
    bench.mock.create_customer("cus_globex")
    bench.mock.create_meter("other")
    arrived, go = meet(bench)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(bench.event, "1")
        assert arrived.wait(5)
        assert code(bench.event("2")) == (409, "too_many_concurrent_requests")
        assert bench.event("4", event_name="other").status == 200
        assert bench.event(payload={"stripe_customer_id": "cus_globex", "value": "8"}).status == 200
        go.set()
        assert first.result().status == 200
    assert bench.event("16").status == 200
    assert bench.mock.counted("cus_acme", "tokens") == 17


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        (Switches(), "too_many_concurrent_requests"),
        (Switches(key_in_use="idempotency_conflict"), "idempotency_conflict"),
    ],
)
def test_a_key_in_use_is_a_conflict(make_bench: MakeBench, switches: Switches, expected: str) -> None:
    bench = make_bench(switches)
    arrived, go = meet(bench)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(bench.event, "1", headers={"idempotency_key": "k"})
        assert arrived.wait(5)
        assert code(bench.event("1", headers={"idempotency_key": "k"})) == (409, expected)
        go.set()
    assert bench.event("1", headers={"idempotency_key": "k"}).status == 200
    assert bench.mock.counted("cus_acme", "tokens") == 1


def test_a_world_without_threads_may_say_what_is_in_flight(bench: Bench) -> None:
    body = b'{"event_name":"tokens","payload":{"stripe_customer_id":"cus_acme","value":"1"}}'
    with bench.mock.in_flight(Request("POST", "api.stripe.com", "/v2/billing/meter_events", body=body)):
        assert code(bench.event()) == (409, "too_many_concurrent_requests")
        assert bench.mock.counted("cus_acme", "tokens") == 0
    assert bench.event().status == 200


def test_a_world_that_gives_up_on_a_call_leaves_nothing_behind(bench: Bench) -> None:
    def break_off(request: Request) -> None:
        raise ConnectionError("gone")

    bench.mock.hold = break_off
    with pytest.raises(ConnectionError):
        bench.event(headers={"idempotency_key": "k"})
    bench.mock.hold = lambda _: None
    assert bench.event(headers={"idempotency_key": "k"}).status == 200
    assert len(bench.mock.events) == 1


def test_a_twin_that_came_first_is_seen_after_the_hold(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.mock.create_customer("cus_globex")
    arrived, go = meet(bench)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(bench.event, "1", identifier="a")
        assert arrived.wait(5)
        other = {"stripe_customer_id": "cus_globex", "value": "2"}
        assert bench.event(payload=other, identifier="a").status == 200
        go.set()
        assert code(first.result()) == (400, "duplicate_meter_event")


def test_many_threads_lose_nothing(bench: Bench) -> None:
    for number in range(8):
        bench.mock.create_customer(f"cus_{number}")
    gate = Barrier(8)

    def send(number: int) -> list[Response]:
        gate.wait()
        payload = {"stripe_customer_id": f"cus_{number}", "value": "1"}
        return [bench.event(payload=payload) for _ in range(25)]

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for batch in pool.map(send, range(8)) for answer in batch]
    assert {answer.status for answer in answers} == {200}
    assert [bench.mock.counted(f"cus_{number}", "tokens") for number in range(8)] == [25] * 8
