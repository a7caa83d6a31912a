"""The words of the language: values with a name."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Final

from generator.iml.scope import Scope
from generator.iml.values import ERASE, IGNORE, Value

Compiled = Callable[[Scope], Value]

WORDS: Final[dict[str, Compiled]] = {
    "now": lambda s: s.around.now(),
    "timestamp": lambda s: int(s.around.now().timestamp()),
    "executionId": lambda s: s.around.execution_id,
    "random": lambda s: s.around.rng.random(),
    "uuid": lambda s: s.around.uuid(),
    "pi": lambda _: pi,
    "null": lambda _: None,
    "true": lambda _: True,
    "false": lambda _: False,
    "emptystring": lambda _: "",
    "emptyarray": lambda _: [],
    "space": lambda _: " ",
    "tab": lambda _: "\t",
    "newline": lambda _: "\n",
    "nbsp": lambda _: "\u00a0",
    "carriagereturn": lambda _: "\r",
    "ignore": lambda _: IGNORE,
    "erase": lambda _: ERASE,
}
