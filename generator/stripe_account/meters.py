"""Meters: one per event name that the workflows post to. A meter's aggregation and keys never change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stripe import RequestOptions
from stripe.billing import Meter

from generator.rendering.plan import Billing, Plan
from generator.rendering.services import PREVIEW_VERSION
from generator.rendering.setup import meters as event_names
from generator.stripe_account.connection import Connection
from generator.stripe_account.step import Action, Ids, Step

KIND = "meter"
CUSTOMER_KEY, VALUE_KEY = "stripe_customer_id", "value"
DIMENSIONS = ("model", "token_type")


@dataclass(frozen=True, slots=True)
class WantedMeter:
    """A meter as the workflows need it: `sum` of `value` by `stripe_customer_id`."""

    event_name: str
    title: str
    dimensions: tuple[str, ...] = ()


def wanted_meters(plan: Plan) -> list[WantedMeter]:
    """List the meters of a plan."""
    dimensions = DIMENSIONS if plan.billing is Billing.DIMENSIONS else ()
    titles = {pair.event_name: f"{pair.model} {pair.token_type.value} tokens" for pair in plan.pairs}
    plain = plan.billing is not Billing.METER_PER_RATE
    return [WantedMeter(name, name if plain else titles[name], dimensions) for name in event_names(plan)]


def read_meters(account: Connection, *, preview: bool = False) -> list[Meter]:
    """List all meters of the account, active ones first; only the preview shows their dimensions."""
    version: RequestOptions = {"stripe_version": PREVIEW_VERSION} if preview else {}
    found = account.client.v1.billing.meters.list({"limit": 100}, version)
    return sorted(found.auto_paging_iter(), key=lambda meter: meter.status != "active")


def meter_steps(account: Connection, wanted: Sequence[WantedMeter], known: Sequence[Meter]) -> Iterator[Step]:
    """Plan every meter: create it, keep it, take an inactive one back into use, or refuse one that does not fit."""
    for meter in wanted:
        found = next((one for one in known if one.event_name == meter.event_name), None)
        yield _create(account, meter) if found is None else _found(account, meter, found)


def _found(account: Connection, wanted: WantedMeter, found: Meter) -> Step:
    name, way_out = wanted.event_name, "deactivate it in Stripe, or choose another `meter:` in the mapping"
    if reason := unsuitable(wanted, found, livemode=account.livemode):
        if found.status != "active":
            return _create(account, wanted)
        return Step(Action.REFUSE, KIND, name, f"{found.id} {reason}; {way_out}", found.id)
    if found.status == "active":
        return Step(Action.KEEP, KIND, name, "fits", found.id)

    def reactivate(_: Ids) -> str:
        return account.client.v1.billing.meters.reactivate(found.id).id

    return Step(Action.CHANGE, KIND, name, "is inactive: take it back into use", found.id, reactivate)


def unsuitable(wanted: WantedMeter, found: Meter, *, livemode: bool) -> str:
    """Say why a meter of this name cannot count these events; empty where it can."""
    mapping, settings = found.customer_mapping, found.value_settings
    dimensions = tuple(getattr(found, "dimension_payload_keys", None) or ())
    rules = [
        (found.livemode == livemode, "belongs to the other side of the account"),
        (found.default_aggregation.formula == "sum", f"aggregates by {found.default_aggregation.formula}, not by sum"),
        (
            not found.event_time_window,
            f"is pre-aggregated by {found.event_time_window}: a later event replaces earlier ones",
        ),
        (mapping.event_payload_key == CUSTOMER_KEY, f"reads the customer from `{mapping.event_payload_key}`"),
        (settings.event_payload_key == VALUE_KEY, f"reads the value from `{settings.event_payload_key}`"),
        (set(dimensions) == set(wanted.dimensions), _dimension_words(wanted.dimensions, dimensions)),
    ]
    return ", ".join(words for fits, words in rules if not fits)


def _dimension_words(wanted: Sequence[str], found: Sequence[str]) -> str:
    has, needs = ("dimensions " + ", ".join(some) if some else "no dimensions" for some in (found, wanted))
    return f"has {has} where {needs} are needed" if wanted else f"has {has}, which every event would have to carry"


def _create(account: Connection, meter: WantedMeter) -> Step:
    def create(_: Ids) -> str:
        return _create_plain(account, meter) if not meter.dimensions else _create_with_dimensions(account, meter)

    about = f"sum of `{VALUE_KEY}`" + (f" by {', '.join(meter.dimensions)}" if meter.dimensions else "")
    return Step(Action.CREATE, KIND, meter.event_name, about, do=create)


def _create_plain(account: Connection, meter: WantedMeter) -> str:
    return account.client.v1.billing.meters.create(
        {
            "display_name": meter.title,
            "event_name": meter.event_name,
            "default_aggregation": {"formula": "sum"},
            "customer_mapping": {"type": "by_id", "event_payload_key": CUSTOMER_KEY},
            "value_settings": {"event_payload_key": VALUE_KEY},
        }
    ).id


def _create_with_dimensions(account: Connection, meter: WantedMeter) -> str:
    """The stable SDK has no type for `dimension_payload_keys`; the parameters are those of stripe 16.1.0a4."""
    answer = account.client.raw_request(
        "post",
        "/v1/billing/meters",
        stripe_version=PREVIEW_VERSION,
        display_name=meter.title,
        event_name=meter.event_name,
        default_aggregation={"formula": "sum"},
        customer_mapping={"type": "by_id", "event_payload_key": CUSTOMER_KEY},
        value_settings={"event_payload_key": VALUE_KEY},
        dimension_payload_keys=list(meter.dimensions),
    )
    return str(answer.data["id"])
