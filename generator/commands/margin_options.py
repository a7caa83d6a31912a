"""Arguments of `margin` and `init` → values, or the words for what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from generator.errors import WrongUsage
from generator.mapping.dated import on
from generator.mapping.model import Mapping
from generator.mapping.words import Billing
from generator.pricing.margin_report import Fees, Taken
from generator.pricing.naming import Names
from generator.pricing.terms import retainer_at_home


def markup_of(text: str | None) -> Decimal | None:
    """Read a markup."""
    found = number(text, "--markup")
    if found == 0:
        raise WrongUsage("--markup 0 charges nothing: write a number above 0, like 2")
    return found


def fees_of(given: Sequence[str], names: Names, kept: Sequence[Taken]) -> Fees:
    """Take the mapping's retainers, and the ones on the command line before them."""
    mapping, used = names.mapping, {names.client(entry.client) or entry.client for entry in kept}
    fees = _mapped_fees(mapping, max((entry.day for entry in kept if entry.day), default=None)) if mapping else {}
    any_client: Decimal | None = None
    for text in given:
        client, named, amount = text.rpartition("=")
        fee = number(amount, "--retainer")
        if fee is None or fee < 0:
            raise WrongUsage(f"--retainer {text}: write an amount, like 1500 or acme=1500")
        if named:
            fees[_used(names.client(client) or client, used, text)] = fee
        else:
            any_client = fee
    clients = sorted(used)
    if any_client is not None and len(clients) > 1:
        raise WrongUsage(
            f"--retainer {any_client} of which client? The usage names {', '.join(clients[:20])}; "
            f"write --retainer {clients[-1]}={any_client}, or pick one with --client"
        )
    billed = mapping is not None and mapping.billing.mode is not Billing.WATCH and not names.own_rates
    return Fees(fees, any_client, billed)


def _used(client: str, used: Collection[str], text: str) -> str:
    if client not in used:
        raise WrongUsage(f"--retainer {text}: the usage names no such client, but {', '.join(sorted(used)[:20])}")
    return client


def _mapped_fees(mapping: Mapping, day: date | None) -> dict[str, Decimal]:
    """Give a mapping's retainers as they stand on the newest day of the usage, in the mapping's currency."""
    current = on(mapping, day) if day else mapping
    fees = {key: retainer_at_home(current, client) for key, client in current.clients.items()}
    return {key: fee for key, fee in fees.items() if fee is not None}


def aliases(given: Sequence[str]) -> dict[str, str]:
    """Read `--model-alias NAME=MODEL`."""
    pairs = [text.partition("=") for text in given]
    if wrong := [text for text, (name, _, model) in zip(given, pairs, strict=True) if not name or not model]:
        raise WrongUsage(f"--model-alias {wrong[0]}: write NAME=MODEL, like my-gpt=openai/gpt-4o")
    return {name: model for name, _, model in pairs}


def number(text: str | None, option: str) -> Decimal | None:
    """Read a number from 0 on."""
    if text is None:
        return None
    try:
        found = Decimal(text.replace(",", "").lstrip("$"))
    except InvalidOperation:
        raise WrongUsage(f"{option} {text}: write a number, like 2 or 1.5") from None
    if not found.is_finite() or found < 0 or found > 10**12:
        raise WrongUsage(f"{option} {text}: write a number from 0 on")
    return found


def day_named(text: str | None, option: str) -> date | None:
    """Read a day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongUsage(f"{option} {text}: write a day like 2026-11-01") from None


def zone_named(name: str) -> str:
    """Check a time zone's name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise WrongUsage(f"--zone {name} is not a time zone: write one like America/Chicago") from None
    return name
