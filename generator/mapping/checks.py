"""All rules that need the mapping alone, one family per module."""

from __future__ import annotations

from generator.mapping import (
    checks_channels,
    checks_clients,
    checks_names,
    checks_source,
    checks_sources,
    checks_todo,
    checks_windows,
)
from generator.mapping.findings import Finding
from generator.mapping.model import Mapping
from generator.mapping.places import Places

FAMILIES = (checks_names, checks_clients, checks_channels, checks_todo, checks_sources, checks_source, checks_windows)


def check_mapping(mapping: Mapping, places: Places) -> list[Finding]:
    """Run every family over a mapping that has its shape."""
    return [finding for family in FAMILIES for finding in family.check(mapping, places)]
