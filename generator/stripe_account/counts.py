"""What Stripe has counted: a meter's total of one customer over a range; a reading that is not whole counts as none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from generator.errors import OutsideWorld
from generator.rendering.services import PREVIEW_VERSION
from generator.stripe_account.connection import Connection
from generator.stripe_account.meters import read_meters

Values = tuple[str, ...]
"""The values of the dimensions that a reading is grouped by; empty where it is not."""
MOST = 100


def meter_ids(account: Connection, names: Sequence[str], *, preview: bool = False) -> dict[str, str]:
    """Find the active meters of event names; one that is missing ends it."""
    known = {one.event_name: one.id for one in read_meters(account, preview=preview) if one.status == "active"}
    if missing := [name for name in names if name not in known]:
        raise OutsideWorld(f"Stripe has no active meter {missing[0]}; `provision` makes it")
    return {name: known[name] for name in names}


def read_counts(
    account: Connection, meter: str, customer: str, start: datetime, end: datetime, by: Sequence[str] = ()
) -> dict[Values, int]:
    """Read a customer's total in [start, end), grouped by dimensions if asked; the range is aligned to minutes."""
    asked: dict[str, Any] = {
        "customer": customer,
        "start_time": int(start.timestamp()),
        "end_time": int(end.timestamp()),
        "limit": MOST,
    }
    if by:
        asked |= {"dimension_group_by_keys": list(by), "stripe_version": PREVIEW_VERSION}
    found: dict[Values, int] = {}
    for row in _rows(account, f"/v1/billing/meters/{meter}/event_summaries", asked):
        values = tuple(str(row["dimensions"][key]) for key in by)
        found[values] = found.get(values, 0) + int(Decimal(str(row["aggregated_value"])))
    return found


def _rows(account: Connection, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Page through a list; the SDK's typed call knows no dimensions, so it is the raw one."""
    cursor: dict[str, str] = {}
    while True:
        answer = account.client.raw_request("get", path, **asked, **cursor).data
        yield from answer["data"]
        if not answer["has_more"]:
            return
        cursor = {"starting_after": answer["data"][-1]["id"]}
