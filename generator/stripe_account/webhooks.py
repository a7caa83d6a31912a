"""Where Stripe sends events: snapshots for `stripe-events`, thin ones for `meter-errors`; that takes two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, cast, get_args

from generator.stripe_account.connection import Connection
from generator.stripe_account.marks import mark
from generator.stripe_account.step import Action, Ids, Step

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointUpdateParams

SNAPSHOT_KIND, THIN_KIND = "webhook endpoint", "event destination"
SECRET = "its signing secret is in the Dashboard under Webhooks"

Snapshot = Literal[
    "billing.alert.triggered",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.upcoming",
]
SNAPSHOTS: tuple[Snapshot, ...] = get_args(Snapshot)
"""What `stripe-events` tells a client's channel about."""
THIN = ("v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found")
"""What `meter-errors` tells the ops channel about."""


def snapshot_steps(account: Connection, url: str) -> Iterator[Step]:
    """Plan the endpoint for snapshot events; it is known by its URL."""
    hooks = account.client.v1.webhook_endpoints
    found = next((hook for hook in hooks.list({"limit": 100}).auto_paging_iter() if hook.url == url), None)
    if found is None:

        def create(_: Ids) -> str:
            return hooks.create({"url": url, "enabled_events": list(SNAPSHOTS), "metadata": mark("events")}).id

        yield Step(Action.CREATE, SNAPSHOT_KIND, url, f"{len(SNAPSHOTS)} kinds of events; {SECRET}", do=create)
        return
    told = set(found.enabled_events)
    missing = [name for name in SNAPSHOTS if name not in told and "*" not in told]
    if not missing and found.status == "enabled":
        yield Step(Action.KEEP, SNAPSHOT_KIND, url, "fits", found.id)
        return

    def change(_: Ids) -> str:
        params = {"enabled_events": sorted({*told, *missing}), "disabled": False}
        return hooks.update(found.id, cast("WebhookEndpointUpdateParams", params)).id

    why = f"lacks {', '.join(missing)}" if missing else "is disabled"
    yield Step(Action.CHANGE, SNAPSHOT_KIND, url, why, found.id, change)


def thin_steps(account: Connection, url: str) -> Iterator[Step]:
    """Plan the destination for thin events; it is known by its URL."""
    places = account.client.v2.core.event_destinations
    listed = places.list({"limit": 100, "include": ["webhook_endpoint.url"]}).auto_paging_iter()
    thin = [one for one in listed if one.event_payload == "thin" and one.webhook_endpoint]
    found = next((one for one in thin if one.webhook_endpoint and one.webhook_endpoint.url == url), None)
    if found is None:

        def create(_: Ids) -> str:
            return places.create(
                {
                    "name": "Tokentill meter errors",
                    "type": "webhook_endpoint",
                    "event_payload": "thin",
                    "enabled_events": list(THIN),
                    "webhook_endpoint": {"url": url},
                    "metadata": mark("meter-errors"),
                }
            ).id

        yield Step(Action.CREATE, THIN_KIND, url, f"{len(THIN)} kinds of thin events; {SECRET}", do=create)
        return
    missing = [name for name in THIN if name not in found.enabled_events]
    if not missing and found.status == "enabled":
        yield Step(Action.KEEP, THIN_KIND, url, "fits", found.id)
        return

    def change(_: Ids) -> str:
        if missing:
            places.update(found.id, {"enabled_events": sorted({*found.enabled_events, *missing})})
        return places.enable(found.id).id if found.status != "enabled" else found.id

    yield Step(
        Action.CHANGE, THIN_KIND, url, f"lacks {', '.join(missing)}" if missing else "is disabled", found.id, change
    )
