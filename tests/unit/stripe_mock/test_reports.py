"""Async error reports: when they come out and what they say."""

from __future__ import annotations

from generator.stripe_mock import Switches

from .conftest import Bench, MakeBench, data


def nobody(bench: Bench, count: int, **more: object) -> None:
    for _ in range(count):
        bench.event(payload={"stripe_customer_id": "cus_nobody", "value": "1"}, **more)


def test_a_report_covers_one_meter_and_ten_seconds(bench: Bench) -> None:
    nobody(bench, 2)
    bench.clock.advance(seconds=9)
    nobody(bench, 1)
    assert bench.mock.reports == ()
    bench.clock.advance(seconds=1)
    [report] = bench.mock.reports
    assert report.thin() == {
        "id": "evt_test_1",
        "object": "v2.core.event",
        "type": "v1.billing.meter.error_report_triggered",
        "created": "2026-11-20T12:00:10.000Z",
        "livemode": False,
        "context": None,
        "reason": None,
        "related_object": {"id": "mtr_test_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_test_1"},
    }
    full = report.full()["data"]
    assert full["developer_message_summary"] == "There are 3 invalid events"
    assert full["reason"]["error_types"][0]["error_count"] == 3
    assert (full["validation_start"], full["validation_end"]) == (
        "2026-11-20T12:00:00.000Z",
        "2026-11-20T12:00:10.000Z",
    )


def test_only_samples_are_shown(bench: Bench) -> None:
    nobody(bench, 9)
    bench.clock.advance(seconds=10)
    kind = bench.mock.reports[0].full()["data"]["reason"]["error_types"][0]
    assert (kind["error_count"], len(kind["sample_errors"])) == (9, 5)


def test_a_sample_names_the_request_or_the_event(make_bench: MakeBench) -> None:
    for switches, expected in ((Switches(), "key"), (Switches(report_names="identifier"), "a")):
        bench = make_bench(switches)
        nobody(bench, 1, identifier="a", headers={"idempotency_key": "key"})
        bench.clock.advance(seconds=10)
        kind = bench.mock.reports[0].full()["data"]["reason"]["error_types"][0]
        assert kind["sample_errors"][0]["request"] == {"identifier": expected}


def test_an_event_without_a_meter_is_reported_without_one(bench: Bench) -> None:
    token = data(bench.call("POST", "/v2/billing/meter_event_session", {}))["authentication_token"]
    event = {"event_name": "nothing", "payload": {"stripe_customer_id": "cus_acme", "value": "1"}}
    answer = bench.call("POST", "/v2/billing/meter_event_stream", {"events": [event]}, authorization=f"Bearer {token}")
    assert answer.status == 404, "the stream has a host of its own"
    bench.mock.handle(_to_stream(bench, token))
    bench.clock.advance(seconds=10)
    [report] = bench.mock.reports
    assert report.type == "v1.billing.meter.no_meter_found"
    assert "related_object" not in report.thin()


def _to_stream(bench: Bench, token: str):  # type: ignore[no-untyped-def]
    from generator.stripe_mock import Request

    body = b'{"events":[{"event_name":"nothing","payload":{"value":"1"}}]}'
    headers = {
        "authorization": f"Bearer {token}",
        "stripe-version": "2026-10-28.endive",
        "content-type": "application/json",
    }
    return Request("POST", "meter-events.stripe.com", "/v2/billing/meter_event_stream", "", headers, body)


def test_events_are_paged_and_filtered(bench: Bench) -> None:
    for _ in range(3):
        nobody(bench, 1)
        bench.clock.advance(seconds=10)
    first = data(bench.call("GET", "/v2/core/events", None, "limit=2"))
    assert [event["id"] for event in first["data"]] == ["evt_test_3", "evt_test_2"]
    path, _, query = first["next_page_url"].partition("?")
    second = data(bench.call("GET", path, None, query))
    assert [event["id"] for event in second["data"]] == ["evt_test_1"]
    assert (second["next_page_url"], first["previous_page_url"]) == (None, None)
    recent = data(bench.call("GET", "/v2/core/events", None, "created[gt]=2026-11-20T12:00:20Z"))
    assert [event["id"] for event in recent["data"]] == ["evt_test_3"]
    assert data(bench.call("GET", "/v2/core/events", None, "object_id=mtr_other"))["data"] == []
    assert bench.call("GET", "/v2/core/events", None, "page=7").status == 400
    bench.clock.advance(days=31)
    assert data(bench.call("GET", "/v2/core/events"))["data"] == []
