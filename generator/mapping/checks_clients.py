"""Clients: Stripe customers, dates, money, and who posts their usage."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Client, Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import Account, Billing, Path

NO_CUSTOMER = Rule(
    "clients.no-customer",
    Level.ERROR,
    "a client has no customer id for the account that `stripe:` names",
    "add the id under `customer:`, or bill with `watch`",
)
SAME_CUSTOMER = Rule(
    "clients.same-customer",
    Level.ERROR,
    "two clients have the same Stripe customer, or one has the same id for sandbox and live",
    "give each client its own customer; several spellings of one client are `aliases`",
)
TWO_PATHS = Rule(
    "clients.two-paths",
    Level.ERROR,
    "one Stripe customer is metered by an AI gateway and by this workflow: its usage would be billed twice",
    "keep one entry for the customer, with `path: gateway` or without",
)
LONG_CUSTOMER = Rule(
    "clients.long-customer",
    Level.ERROR,
    "a customer id makes event identifiers longer than Stripe's 100 characters",
    "use a shorter customer id",
)
GATEWAY = Rule(
    "clients.gateway-path",
    Level.WARNING,
    "a client is metered by a gateway: this mapping leaves it out, so that nothing is counted twice",
    "keep its rows out of the log, or use `path: workflow` and take the Stripe headers out of its calls",
)
GATEWAY_METER = Rule(
    "clients.gateway-meter",
    Level.WARNING,
    "a gateway's events go to the meter `token-billing-tokens` by model and type: another meter does not price them "
    "(a warning), and neither does meter per rate or weighted (an error: the client's usage would be billed nowhere)",
    "use `billing: dimensions` with `meter: token-billing-tokens`, or `path: workflow`",
)
DATES = Rule("clients.dates", Level.ERROR, "`until` lies before the first metered day", "correct `until` or `since`")
CAP = Rule(
    "clients.cap-below-expected",
    Level.WARNING,
    "`cap` is below `expected_month`: calls are refused in an ordinary month",
    "raise `cap`, or lower `expected_month`",
)

GATEWAY_EVENT = "token-billing-tokens"
"""The event name that Vercel's gateway sends (its documents: Stripe billing)."""
LONGEST_IDENTIFIER = 100
"""Characters that Stripe takes (Stripe docs: meter event `identifier`)."""
LONGEST_CUSTOMER = (
    LONGEST_IDENTIFIER - len("d2026-11-22T06:00Z::0123456789::") - len("999999999999999") - len("12345678")
)
"""What an identifier leaves for the customer: window, digest, base of 15 digits and `again` of 8 are taken."""


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Run the rules over every client."""
    seen: dict[str, tuple[str, Path]] = {}
    for key, client in mapping.clients.items():
        yield from _customer(mapping, key, client, seen, places)
        yield from _dates(mapping, key, client, places)
        if client.path is Path.GATEWAY:
            yield GATEWAY.at(places.at("clients", key, "path"), f"clients.{key} is metered by its gateway, not here")
            yield from _gateway_meter(mapping, key, places)
        if client.cap is not None and client.expected_month is not None and client.cap < client.expected_month:
            text = f"clients.{key}.cap is {client.cap}, below its expected_month of {client.expected_month}"
            yield CAP.at(places.at("clients", key, "cap"), text)


def _gateway_meter(mapping: Mapping, key: str, places: Places) -> Iterator[Finding]:
    mode = mapping.billing.mode
    if mode is not Billing.DIMENSIONS or mapping.meter != GATEWAY_EVENT:
        text = f"clients.{key} is metered as {GATEWAY_EVENT}; this mapping prices {mapping.meter} in {mode.value}"
        level = Level.ERROR if mode in (Billing.METER_PER_RATE, Billing.WEIGHTED) else Level.WARNING
        yield GATEWAY_METER.at(places.at("clients", key, "path"), text, level=level)


def _customer(
    mapping: Mapping, key: str, client: Client, seen: dict[str, tuple[str, Path]], places: Places
) -> Iterator[Finding]:
    ids = {account: found for account in Account if (found := getattr(client.customer, account.value))}
    if mapping.stripe not in ids and client.path is Path.WORKFLOW and mapping.billing.mode is not Billing.WATCH:
        text = f"clients.{key} has no {mapping.stripe.value} customer id, and `stripe: {mapping.stripe.value}` needs it"
        yield NO_CUSTOMER.at(places.at("clients", key, "customer"), text)
    for account, found in ids.items():
        where, name = places.at("clients", key, "customer", account.value), f"clients.{key}.customer.{account.value}"
        if found in seen:
            other, path = seen[found]
            rule = SAME_CUSTOMER if path is client.path else TWO_PATHS
            yield rule.at(where, f"{name} is {found}, which is also {other}")
        seen.setdefault(found, (name, client.path))
        if len(found) > LONGEST_CUSTOMER:
            text = f"{name} has {len(found)} characters; identifiers leave room for {LONGEST_CUSTOMER}"
            yield LONG_CUSTOMER.at(where, text)


def _dates(mapping: Mapping, key: str, client: Client, places: Places) -> Iterator[Finding]:
    since = max(client.since or mapping.since, mapping.since)
    if client.until and client.until < since:
        text = f"clients.{key}.until is {client.until}, before its first metered day {since}"
        yield DATES.at(places.at("clients", key, "until"), text)
