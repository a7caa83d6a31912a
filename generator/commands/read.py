"""What several commands begin with: the mapping file, the catalogue, the plan."""

from __future__ import annotations

from pathlib import Path

from generator import resources
from generator.mapping.findings import Finding
from generator.mapping.load import Loaded, load
from generator.pricing.catalogue import Catalogue, parse_catalogue
from generator.rendering.plan import Plan
from generator.rendering.resolve import resolve
from generator.reporting.terminal import note

DEFAULT = Path("mappings/example.yaml")


def mapping_path(given: Path | None) -> Path:
    """Give the mapping to read: the one named, else the folder's example, else the one that ships with the package."""
    if given or DEFAULT.is_file():
        return given or DEFAULT
    shipped = resources.mappings() / DEFAULT.name
    note(f"no {DEFAULT} here: using {shipped}")
    return shipped


def catalogue() -> Catalogue:
    """Read the committed catalogue."""
    return parse_catalogue(resources.catalogue_text())


def read_plan(path: Path) -> tuple[Loaded, Plan | None, list[Finding]]:
    """Load and resolve a mapping."""
    loaded = load(path)
    plan, findings = resolve(loaded, catalogue())
    return loaded, plan, findings
