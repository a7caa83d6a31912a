"""Identifiers: the name of a difference, the same in every run that sees the same base."""

from __future__ import annotations

from datetime import UTC, datetime


def identifier(size: str, start: datetime, customer: str, digest: str, base: int, again: str = "") -> str:
    """Name a difference so that posting it twice counts once.

    The same window, customer, event and base always give the same name, so a second run that has not seen the first
    one's event yet repeats it and Stripe refuses it as a duplicate. ``size`` is `day` or `hour`, ``digest`` stands for
    event name, model and token type, ``again`` is what a person set to post a stuck difference once more.
    """
    name = f"{size[0]}{start.astimezone(UTC):%Y-%m-%dT%H:%MZ}:{customer}:{digest}:{base}"
    return f"{name}:{again}" if again else name
