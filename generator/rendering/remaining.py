"""Which findings about what is left of a broken mapping hold: those that depend on none of its unread blocks."""

from __future__ import annotations

from generator.mapping.findings import Finding
from generator.mapping.remainder import Remainder

_PRICES = frozenset({"since", "currency", "markup", "pricing", "exchange", "changes"})
DEPENDS: dict[str, frozenset[str]] = {
    "caps": _PRICES | {"billing", "caps"},
    "channels": frozenset({"slack"}),
    "clients": frozenset({"since", "billing", "stripe"}),
    "mapping.missing-key": frozenset({"source", "sources"}),
    "make": frozenset({"billing", "windows", "retry"}),
    "names": frozenset(),
    "period": frozenset({"since", "billing", "windows", "period", "retry"}),
    "pricing": frozenset({"currency"}),
    "pricing.low-markup": frozenset(),
    "pricing.rounded-rate": _PRICES,
    "pricing.unknown-model": frozenset(),
    "source": frozenset({"source", "sources", "windows"}),
    "sources": frozenset({"source", "sources", "billing"}),
    "stripe": frozenset({"billing", "meter"}),
    "weighted": _PRICES | {"billing"},
    "windows": frozenset({"since", "source", "sources"}),
}
"""Rule, or family of rules → blocks on which it depends besides the one where it points. Others depend on all."""


def holds(finding: Finding, rest: Remainder) -> bool:
    """Say whether a finding about the rest would be there as well if the broken parts were whole."""
    depends = DEPENDS.get(finding.rule, DEPENDS.get(finding.rule.split(".")[0], rest.blocks))
    return rest.is_whole(finding.where.path) and not depends & rest.blocks
