"""A first mapping from what usage files hold: its clients and models, and TODO where only a person knows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from generator.metering.windows import day_start
from generator.pricing.amounts import format_decimal
from generator.rendering.texts import text_templates

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.:-]*[A-Za-z0-9_-])?")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model of the catalogue, and the other names under which the usage has it."""

    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundClient:
    """A client as the usage names it, with the provider cost of a month where the usage holds one."""

    key: str
    name: str
    month: str


@dataclass(frozen=True, slots=True)
class First:
    """What a first mapping is made from."""

    files: str
    out: str
    days: str
    name: str
    since: date
    zone: str
    currency: str
    markup: Decimal
    models: Sequence[FoundModel]
    unknown: Sequence[str]
    clients: Sequence[FoundClient]


def first_mapping(found: First, templates: Path) -> str:
    """Write the text of a mapping."""
    environment = text_templates(templates / "init")
    environment.filters |= {"yaml": _scalar, "comment": _comment}
    anchor = _anchor(found.since, found.zone).isoformat().replace("+00:00", "Z")
    values = {key: getattr(found, key) for key in First.__slots__} | {
        "anchor": anchor,
        "markup": format_decimal(found.markup),
    }
    return environment.get_template("mapping.yaml.j2").render(values)


def _anchor(since: date, zone: str) -> datetime:
    """Give an anchor that lies on no window's inside all year: midnight in the half-year in which UTC has it later."""
    year = [since.replace(month=month, day=1) for month in (1, 7)]
    return _midnight(since) + max(day_start(day, zone) - _midnight(day) for day in year)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _scalar(text: str) -> str:
    """Write text so that YAML reads it as that text."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """Keep text on the line of its comment."""
    return " ".join(text.split())
