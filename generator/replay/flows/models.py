"""The small model that each workflow is judged by, besides the rules for all: add yours here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from generator.replay.flows import (
    gateway_call,
    log_call,
    meter_errors,
    ops_errors,
    stripe_events,
    usage_cap,
    usage_thresholds,
)
from generator.replay.flows.record import Deed

Model = Callable[[Sequence[Deed]], Iterator[str]]
"""Says everything that is wrong with a whole case, whatever its own numbers: it also judges other people's mappings."""

MODELS: Mapping[str, Model] = {
    "stripe-events": stripe_events.judge,
    "meter-errors": meter_errors.judge,
    "ops-errors": ops_errors.judge,
    "log-call": log_call.judge,
    "usage-thresholds": usage_thresholds.judge,
    "usage-cap": usage_cap.judge,
    "gateway-call": gateway_call.judge,
}
KEEPING = frozenset({"log-call", "gateway-call"})
"""Workflows whose model looks at what their table holds after each step."""
