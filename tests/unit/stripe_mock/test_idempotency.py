"""Two generations of `Idempotency-Key`."""

from __future__ import annotations

from typing import Any

import pytest

from generator.stripe_mock import Switches

from .conftest import Bench, MakeBench, code, data

EVENT = "event_name=tokens&payload[stripe_customer_id]=cus_acme&payload[value]=5"
V1 = "/v1/billing/meter_events"


def test_v1_answers_a_repeat_from_memory_for_a_day(bench: Bench) -> None:
    first = bench.form(V1, EVENT, idempotency_key="k")
    again = bench.form(V1, EVENT, idempotency_key="k")
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] != again.headers["request-id"]
    bench.clock.advance(hours=24)
    assert "idempotent-replayed" not in bench.form(V1, EVENT, idempotency_key="k").headers
    assert bench.mock.counted("cus_acme", "tokens") == 10


def test_v1_refuses_other_parameters_in_its_own_words(bench: Bench) -> None:
    bench.form(V1, EVENT, idempotency_key="k")
    error = data(bench.form(V1, EVENT + "0", idempotency_key="k"))["error"]
    assert (error["type"], "code" in error) == ("idempotency_error", False)
    assert "Try using a key other than 'k'" in error["message"]
    assert bench.form("/v1/billing/meters", "", idempotency_key="k").status == 400


def test_v1_keeps_a_failure_that_began_but_not_a_validation(bench: Bench) -> None:
    assert bench.form(V1, "event_name=tokens", idempotency_key="a").status == 400
    assert bench.form(V1, EVENT, idempotency_key="a").status == 200
    missing = EVENT.replace("tokens", "later")
    assert bench.form(V1, missing, idempotency_key="b").status == 400
    bench.mock.create_meter("later")
    assert bench.form(V1, missing, idempotency_key="b").headers["idempotent-replayed"] == "true"


def test_v2_does_a_failure_again(bench: Bench) -> None:
    assert code(bench.event(event_name="later", headers={"idempotency_key": "k"})) == (400, "no_meter")
    bench.mock.create_meter("later")
    assert bench.event(event_name="later", headers={"idempotency_key": "k"}).status == 200


def test_v2_forgets_a_key_after_thirty_days(bench: Bench) -> None:
    bench.event(headers={"idempotency_key": "k"})
    bench.clock.advance(days=30)
    bench.event(headers={"idempotency_key": "k"})
    assert len(bench.mock.events) == 2


def test_a_new_key_does_not_help_a_known_identifier(bench: Bench) -> None:
    bench.event(identifier="a", headers={"idempotency_key": "1"})
    assert code(bench.event(identifier="a", headers={"idempotency_key": "2"})) == (400, "duplicate_meter_event")


def test_the_generations_do_not_share_keys(bench: Bench) -> None:
    assert bench.form(V1, EVENT, idempotency_key="k").status == 200
    assert bench.event(headers={"idempotency_key": "k"}).status == 200


def test_a_v2_replay_may_say_so(make_bench: MakeBench) -> None:
    bench = make_bench(Switches(replay_header="present"))
    bench.event(headers={"idempotency_key": "k"})
    assert bench.event(headers={"idempotency_key": "k"}).headers["idempotent-replayed"] == "true"


def test_a_key_has_at_most_255_characters(bench: Bench) -> None:
    assert bench.event(headers={"idempotency_key": "k" * 255}).status == 200
    assert bench.event(headers={"idempotency_key": "k" * 256}).status == 400


@pytest.mark.parametrize("method", ["GET"])
def test_reads_have_no_memory(bench: Bench, method: Any) -> None:
    bench.call(method, "/v1/billing/meters", idempotency_key="k")
    bench.mock.create_meter("later")
    assert len(data(bench.call(method, "/v1/billing/meters", idempotency_key="k"))["data"]) == 2
