"""Which modules or nodes a case comes to: only such a case can notice a change there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from generator.iml.scope import Scope
from generator.replay.engine import Ended
from generator.replay.make.blueprint import Module
from generator.replay.make.engine import Bundles, Engine
from generator.replay.make.point import Tail

Coverage = Mapping[str, frozenset[str]]
"""Name of a shot → the places that it comes to, named as `mutants.place_of` names them."""


@contextmanager
def modules_met() -> Iterator[set[str]]:
    """Collect the modules that a bundle comes to, if only to their filter."""
    met, perform = set[str](), Engine._perform

    def noted(self: Engine, module: Module, scope: Scope, tail: Tail | None) -> Bundles | None:
        met.add(f"{module.info.id} {module.info.name}")
        return perform(self, module, scope, tail)

    Engine._perform = noted  # type: ignore[method-assign]
    try:
        yield met
    finally:
        Engine._perform = perform  # type: ignore[method-assign]


def nodes_met(ended: Iterable[Ended]) -> set[str]:
    """Name the nodes that ran, from what n8n stored of a run."""
    return {node for run in ended for what, text in run.traces if what == "the stored run" for node in json.loads(text)}


def rarest_first(coverage: Coverage) -> list[str]:
    """Order shots by how much they show that few others show."""
    shown = Counter(place for places in coverage.values() for place in places)
    return sorted(coverage, key=lambda name: -sum(1 / shown[place] ** 2 for place in coverage[name]))
