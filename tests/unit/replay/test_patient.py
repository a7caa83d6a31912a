"""Slack's `Retry-After`, by the judge of workflows that react."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.replay.engine import Ended
from generator.replay.flows.case import FlowStep
from generator.replay.flows.record import Deed
from generator.replay.flows.rules import patient
from generator.replay.world import Exchange
from generator.stripe_mock.exchange import Request

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def asked(after_s: float, body: bytes = b"one", *, wait: str = "") -> Exchange:
    request = Request("POST", "slack.com", "/api/chat.postMessage", body=body)
    status, headers = (429, {"retry-after": wait}) if wait else (200, {})
    return Exchange(0, AT + timedelta(seconds=after_s), "slack", request, status, b"{}", headers)


def words(*exchanges: Exchange) -> list[str]:
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan is not None
    return [*patient(Deed(0, FlowStep(at=AT), plan, 200, b"", {}, Ended("success"), (), exchanges, (), ()))]


@pytest.mark.parametrize(("after_s", "fine"), [(5, False), (19.9, False), (20, True), (31, True)])
def test_the_same_message_comes_again_when_slack_has_its_time(after_s: float, *, fine: bool) -> None:
    assert (words(asked(0, wait="20"), asked(after_s)) == []) is fine


def test_another_message_need_not_wait() -> None:
    assert words(asked(0, wait="20"), asked(1, b"another"), asked(20)) == []


def test_the_last_answer_before_a_try_is_the_one_that_binds() -> None:
    again = asked(20, wait="30")
    assert words(asked(0, wait="20"), again, asked(45)) == [
        "Slack asked to wait 30 s, and was asked again after 25.0 s"
    ]
    assert words(replace(again, target="stripe"), asked(45)) == []
