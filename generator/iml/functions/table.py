"""The table of functions: each with its group and its signature, so that a linter can ask without running anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, cast

from generator.iml.values import Value
from generator.iml.words import Compiled

Kind = Literal["any", "text", "number", "date", "array", "collection", "boolean"]
Group = Literal["general", "text", "date", "math", "array"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: `rest` takes all that follow."""

    name: str
    kind: Kind
    optional: bool
    rest: bool


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `around`: it wants the surroundings first. `builds`: makes the call of one that chooses itself."""

    name: str
    group: Group
    parameters: tuple[Parameter, ...]
    does: Callable[..., Value]
    around: bool
    builds: Callable[..., Compiled] | None = None

    @property
    def least(self) -> int:
        """Count the arguments that must be there."""
        return sum(not p.optional for p in self.parameters)

    @property
    def most(self) -> int | None:
        """Count the arguments that may be there; None = any number."""
        return None if any(p.rest for p in self.parameters) else len(self.parameters)

    @property
    def signature(self) -> str:
        """Write the call as documents do: `get(value; path)`, optional arguments in brackets."""
        words = (f"{p.name}{'…' if p.rest else ''}" for p in self.parameters)
        shown = (f"[{w}]" if p.optional else w for w, p in zip(words, self.parameters, strict=True))
        return f"{self.name}({'; '.join(shown)})"

    def parameter(self, position: int) -> Parameter:
        """Give the parameter for an argument's 0-based position."""
        return self.parameters[min(position, len(self.parameters) - 1)]


FUNCTIONS: Final[dict[str, Function]] = {}
UNOFFICIAL: Final = frozenset({"escapeJSON"})
"""Seen in the wild, in no official list."""


def function(
    group: Group, signature: str, *, around: bool = False
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a function by its signature: `name(a kind; [b kind]; c… kind)`; without a kind it takes anything."""
    name, parameters = _read(signature)

    def enter(does: Callable[..., Value]) -> Callable[..., Value]:
        FUNCTIONS[name] = Function(name, group, parameters, does, around)
        return does

    return enter


def chooser(signature: str) -> Callable[[Callable[..., Compiled]], Callable[..., Compiled]]:
    """Enter a general function that chooses among its arguments: it gets them unevaluated and builds its own call."""
    name, parameters = _read(signature)

    def enter(builds: Callable[..., Compiled]) -> Callable[..., Compiled]:
        FUNCTIONS[name] = Function(name, "general", parameters, lambda *_: None, around=False, builds=builds)
        return builds

    return enter


def _read(signature: str) -> tuple[str, tuple[Parameter, ...]]:
    name, _, rest = signature.partition("(")
    return name, tuple(_parameter(w.strip()) for w in rest.rstrip(")").split(";") if w.strip())


def _parameter(words: str) -> Parameter:
    optional = words.startswith("[")
    name, _, kind = words.strip("[]").partition(" ")
    return Parameter(name.rstrip("…"), cast(Kind, kind or "any"), optional, name.endswith("…"))
