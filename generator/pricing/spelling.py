"""Spelling: a model's name as exports write it → the catalogue's model; never a guess between two prices."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from generator.pricing.catalogue import Catalogue, Price
from generator.pricing.routes import readings

_DATED = re.compile(r"(.+?)[-@](?:\d{4}-\d\d-\d\d|\d{8})(?:-v\d+(?::\d+)?)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A model's price, and whether the name is that model's own or the name of a dated version of it."""

    price: Price
    dated: bool = False
    steps: tuple[str, ...] = ()
    """What stands around the model's own name."""
    differs: str = ""
    """Why the model may cost something else under this name; empty where it does not."""


class Spellings:
    """Looks names up with and without their maker."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Sort the catalogue's names by what stands after the maker."""
        self._catalogue = catalogue
        bare: defaultdict[str, set[str]] = defaultdict(set)
        for name in (*catalogue.lines, *catalogue.aliases):
            bare[name.partition("/")[2].lower()].add(catalogue.aliases.get(name, name))
        self._bare = {name: next(iter(models)) for name, models in bare.items() if len(models) == 1}

    def find(self, name: str) -> Found | None:
        """Give the model of a name, if its price is that model's whatever route the name shows."""
        found = self.read(name)
        return None if found is None or found.differs else found

    def read(self, name: str) -> Found | None:
        """Give the model of a name, with what stands around it; the fewest things are taken off that lead to one."""
        for read in readings(name):
            if found := self._plain(read.name):
                return replace(found, steps=read.steps, differs=read.price)
        return None

    def _plain(self, name: str) -> Found | None:
        """Find a name without a route; a dated version is its model only where the catalogue has none of its own."""
        if price := self._named(name):
            return Found(price)
        dated = _DATED.fullmatch(name)
        for guess in _undated(dated[1]) if dated else ():
            if price := self._named(guess):
                return Found(price, dated=True)
        return None

    def _named(self, name: str) -> Price | None:
        return self._catalogue.find(name) or self._catalogue.find(self._bare.get(name.lower(), ""))


def _undated(name: str) -> Iterator[str]:
    yield name
    yield f"{name}-latest"
