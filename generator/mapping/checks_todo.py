"""What `init` left for a person to fill in."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.billed import billed_sources
from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule

TODO = Rule(
    "mapping.todo",
    Level.WARNING,
    "a value is still the one that `init` wrote for you to replace",
    "write your own value in its place",
)


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Report values that only stand in for the real ones."""
    for one in billed_sources(mapping):
        if one.source.url and one.source.url.startswith("https://todo.example.com/"):
            yield TODO.at(places.at(*one.path, "url"), f"{one.title}.url is {one.source.url}: no endpoint of yours")
    if "TODO" in mapping.slack.ops:
        yield TODO.at(places.at("slack", "ops"), f"slack.ops is {mapping.slack.ops}: no channel of yours")
