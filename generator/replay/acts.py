"""What a person or Stripe does between two runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from urllib.parse import urlencode

from generator.rendering.plan import Billing, Plan
from generator.replay.case import Act
from generator.stripe_mock import Request, StripeMock
from generator.stripe_mock.event import MeterEvent


def perform(acts: Sequence[Act], stripe: StripeMock, plan: Plan) -> None:
    """Do them in order."""
    for act in acts:
        _DO[act.do](act, stripe, plan)


def _lag(act: Act, stripe: StripeMock, _plan: Plan) -> None:
    stripe.lag = timedelta(seconds=act.seconds)


def _cancel(act: Act, stripe: StripeMock, plan: Plan) -> None:
    for event in stripe.events:
        if event.counts and _is_meant(event, act, plan):
            stripe.cancel_event(event.identifier, event.event_name)


def _is_meant(event: MeterEvent, act: Act, plan: Plan) -> bool:
    ours = event.customer == _customer(act, plan)
    if plan.billing is Billing.WEIGHTED:
        return ours
    return ours and (event.payload.get("model"), event.payload.get("token_type")) == (act.model, act.token_type)


def _post(act: Act, stripe: StripeMock, plan: Plan) -> None:
    words = {"stripe_customer_id": _customer(act, plan), "value": str(act.value)}
    if plan.billing is not Billing.WEIGHTED:
        words |= {"model": act.model or "", "token_type": act.token_type or ""}
    form = {"event_name": _event_name(act, plan), **{f"payload[{name}]": word for name, word in words.items()}}
    if act.at:
        form["timestamp"] = str(int(act.at.astimezone(UTC).timestamp()))
    _by_hand(stripe, plan, "meter_events", form)


def _deactivate(act: Act, stripe: StripeMock, plan: Plan) -> None:
    name = _event_name(act, plan)
    meter = next(m for m in stripe.meters if m.event_name == name)
    _by_hand(stripe, plan, f"meters/{meter.id}/deactivate", {})


def _by_hand(stripe: StripeMock, plan: Plan, path: str, form: dict[str, str]) -> None:
    """Call Stripe as from a terminal, with a secret key of one's own."""
    secret = f"sk_{'live' if plan.livemode else 'test'}_fakeByHand0001"
    stripe.add_key("by hand", secret)
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode()
    answer = stripe.handle(Request("POST", "api.stripe.com", f"/v1/billing/{path}", headers=headers, body=body))
    if answer.status != 200:
        raise ValueError(f"Stripe refused what a person did by hand: {answer.body.decode()}")


def _customer(act: Act, plan: Plan) -> str:
    return next(c.customer for c in plan.contacts if c.key == act.client)


def _event_name(act: Act, plan: Plan) -> str:
    if plan.billing is Billing.WEIGHTED:
        return plan.weighted_event
    return next(p.event_name for p in plan.pairs if (p.model, p.token_type) == (act.model, act.token_type))


_DO = {"lag": _lag, "cancel_event": _cancel, "manual_event": _post, "deactivate_meter": _deactivate}
