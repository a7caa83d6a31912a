"""The mock on a port, and what it never says."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import stripe

from generator.stripe_mock.serve import public_mock, serve

from .conftest import SECRET, Bench, Clock, ServeBench
from .conftest import Bench as _Bench

ROOT = Path(__file__).parents[3]
SERVER = "from generator.stripe_mock.serve import run_server; run_server(0, lambda at: print(at, flush=True))"


def test_the_served_mock_takes_any_fake_key_and_customer(serve_bench: ServeBench) -> None:
    served = serve_bench(_Bench(Clock(), public_mock()))
    for secret in ("sk_test_fake", "rk_test_fake"):
        client = served.as_key(secret)
        assert client.v1.billing.meters.list().object == "list"
    with pytest.raises(stripe.AuthenticationError):
        served.as_key("sk_live_fake").v1.billing.meters.list()
    client = served.as_key("rk_test_fake")
    client.v1.billing.meters.create(
        {"display_name": "t", "event_name": "tokens", "default_aggregation": {"formula": "sum"}}
    )
    payload = {"stripe_customer_id": "cus_any", "value": "1"}
    client.v2.billing.meter_events.create({"event_name": "tokens", "payload": payload})
    assert served.bench.mock.counted("cus_any", "tokens") == 1


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_the_server_says_where_it_is_and_ends_on_a_signal(name: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        asked = urllib.request.Request(f"{address}/v1/billing/meters", headers={"Authorization": "Bearer sk_test_x"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert json.load(answer)["data"] == []
        server.send_signal(name)
        assert server.wait(10) == 0


def test_a_port_in_use_is_an_os_error(bench: Bench) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"), serve(bench.mock, taken.getsockname()[1]):
            pass


def test_no_log_and_no_answer_holds_a_secret(bench: Bench) -> None:
    bench.mock.add_key("reader", "rk_test_fake_reader_1", ["rak_billing_meter_read"])
    for secret in (SECRET, "rk_test_fake_reader_1", "sk_test_fake_stranger"):
        bench.event(headers={"authorization": f"Bearer {secret}"})
        bench.call("GET", "/v1/billing/meters", authorization=f"Bearer {secret}")
    said = repr(bench.mock.calls)
    assert not any(secret in said for secret in (SECRET, "rk_test_fake_reader_1", "sk_test_fake_stranger"))
    assert {call.key_name for call in bench.mock.calls} == {"owner", "reader", None}


def test_a_call_is_logged_as_it_was_answered(bench: Bench) -> None:
    bench.event("5", identifier="a", headers={"idempotency_key": "k"})
    [call] = bench.mock.calls
    assert (call.method, call.path, call.status) == ("POST", "/v2/billing/meter_events", 200)
    assert (call.idempotency_key, call.body["identifier"], call.answer["identifier"]) == ("k", "a", "a")
