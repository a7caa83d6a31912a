"""Meter event names: what a billing mode calls the meter of a pair."""

from __future__ import annotations

import re

from generator.mapping.model import Mapping
from generator.mapping.words import Billing, TokenType


def event_name(mapping: Mapping, model: str, token_type: TokenType) -> str:
    """Name the meter event of one pair; empty where no event belongs to a single pair."""
    if mapping.billing.mode is Billing.DIMENSIONS:
        return mapping.meter
    if mapping.billing.mode is Billing.METER_PER_RATE:
        return f"{mapping.meter}_{slug(model)}_{token_type.value}"
    return ""


def weighted_event(meter: str) -> str:
    """Name the one meter of `weighted`."""
    return f"{meter}_weighted"


def slug(model: str) -> str:
    """Write a model's name with small letters, digits and underscores alone: `openai_gpt_4o_mini`."""
    return re.sub(r"[^a-z0-9]+", "_", model.lower()).strip("_")
