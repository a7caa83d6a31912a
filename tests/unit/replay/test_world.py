"""The simulated world answers what workflows may ask, and keeps what nobody expected."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from generator.replay.clock import VirtualClock
from generator.replay.slack import Slack
from generator.replay.usage.log import UsageLog
from generator.replay.usage.source import UsageSource
from generator.replay.world import World
from generator.stripe_mock import Request, StripeMock


@pytest.mark.parametrize(
    ("method", "host", "path"),
    [
        ("POST", "slack.com", "/api/conversations.kick"),
        ("GET", "slack.com", "/api/chat.postMessage"),
        ("POST", "elsewhere.example.com", "/"),
    ],
)
def test_a_request_that_nobody_expected_is_kept(method: str, host: str, path: str):
    clock = VirtualClock(datetime(2026, 11, 23, 6, 20, tzinfo=UTC))
    log = UsageLog("https://usage.example.com/v1/usage")
    world = World(StripeMock(clock=clock.now), cast("UsageSource", log), Slack(frozenset()), clock)
    request = Request(method, host, path)
    assert world.handle(request).status == 404
    assert world.unexpected == [request]
