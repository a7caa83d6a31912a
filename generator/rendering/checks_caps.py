"""Caps: whether what a mapping counts tells what a client cost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from generator.mapping.billed import billed_sources
from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.sources import APP_LOG
from generator.mapping.words import Billing, CapSource
from generator.pricing.rates import Rate
from generator.pricing.weights import Weights

CREDITS = Rule(
    "caps.credits",
    Level.WARNING,
    "caps are provider cost, which credits do not tell where markups differ: the usage log is asked instead of Stripe",
    "write `source: log` under `caps:`, or use one markup for all models and token types",
)
SEVERAL = Rule(
    "caps.several-sources",
    Level.ERROR,
    "caps ask the usage source, and the mapping has several: usage-cap reads one",
    "let caps ask Stripe (`source: stripe` under `caps:`, in a billing mode that posts), or take the caps out",
)
MAKE = Rule(
    "caps.log-on-make",
    Level.WARNING,
    "caps ask the usage source, and on Make `usage-cap` and `gateway-call` can ask an app's own log alone: they answer "
    "there as if the source were down",
    "use them on n8n, or let caps ask Stripe: `source: stripe` under `caps:`, in a billing mode that posts",
)


def cap_source(mapping: Mapping, rates: list[Rate], weights: Weights) -> CapSource:
    """Say where usage is looked up: in the log in `watch` and where credits hide cost; else as the mapping says."""
    if mapping.billing.mode is Billing.WATCH or not _is_even(mapping, rates, weights):
        return CapSource.LOG
    return mapping.caps.source


def check_caps(mapping: Mapping, rates: list[Rate], weights: Weights, places: Places) -> Iterator[Finding]:
    """Say when another source answers than the mapping names."""
    capped = any(client.cap is not None for client in mapping.clients.values())
    if capped and mapping.caps.source is CapSource.STRIPE and not _is_even(mapping, rates, weights):
        yield CREDITS.at(
            places.at("markup"), "a credit costs differently from model to model, so caps ask the usage log"
        )
    sources = billed_sources(mapping)
    if not capped or cap_source(mapping, rates, weights) is not CapSource.LOG:
        return
    if len(sources) > 1:
        yield SEVERAL.at(places.at("sources"), f"caps ask the usage log, and there are {len(sources)}")
    for one in sources if len(sources) == 1 else ():
        if one.facts.kind != APP_LOG and "make" in one.facts.platforms:
            words = f"caps ask {one.facts.title}, which Make's usage-cap cannot"
            yield MAKE.at(places.at(*one.path, "kind"), words)


def _is_even(mapping: Mapping, rates: list[Rate], weights: Weights) -> bool:
    if mapping.billing.mode is not Billing.WEIGHTED:
        return True
    weighed = [(rate, weights.get((rate.model, rate.token_type))) for rate in rates]
    return len({Fraction(rate.cost) / weight for rate, weight in weighed if weight}) <= 1
