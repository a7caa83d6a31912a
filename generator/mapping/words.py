"""The closed sets of words that a mapping may use."""

from __future__ import annotations

from enum import StrEnum


class Billing(StrEnum):
    """How usage becomes Stripe meter events."""

    DIMENSIONS = "dimensions"
    METER_PER_RATE = "meter_per_rate"
    WEIGHTED = "weighted"
    WATCH = "watch"


class TokenType(StrEnum):
    """Disjoint kinds of tokens, named as gateways send them, in the order used everywhere."""

    INPUT = "input"
    CACHED_INPUT = "cached_input"
    CACHED_WRITE = "cached_write"
    OUTPUT = "output"


class Account(StrEnum):
    """Which Stripe account, and so which customer ids, a mapping is built for."""

    SANDBOX = "sandbox"
    LIVE = "live"


class WindowSize(StrEnum):
    """A local day, or a UTC hour."""

    DAY = "day"
    HOUR = "hour"


class Audience(StrEnum):
    """Who reads a Slack channel: the owner's own people, or the client."""

    INTERNAL = "internal"
    CLIENT = "client"


class Path(StrEnum):
    """Who posts a client's usage: the rendered workflow (path B), or an AI gateway by itself (path A)."""

    WORKFLOW = "workflow"
    GATEWAY = "gateway"


class CapSource(StrEnum):
    """Where a client's usage of the month is looked up before a call: what Stripe counted, or the usage log."""

    STRIPE = "stripe"
    LOG = "log"


class CapFailure(StrEnum):
    """Whether a client may go on while nobody can say what it used."""

    OPEN = "open"
    CLOSED = "closed"


class Shape(StrEnum):
    """How a price depends on the month's quantity."""

    FLAT = "flat"
    GRADUATED = "graduated"
    VOLUME = "volume"


class Unit(StrEnum):
    """What an invoice counts."""

    PER_TOKEN = "per_token"
    PER_THOUSAND = "per_thousand"


class RetainerBilling(StrEnum):
    """Who bills a client's retainer, and how often."""

    ELSEWHERE = "elsewhere"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class TaxBehavior(StrEnum):
    """Whether tax is inside a price or added to it (Stripe API: prices, `tax_behavior`)."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
