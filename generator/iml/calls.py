"""How a function is called: with evaluated arguments, or choosing among them; its errors are named as Make does it.

A call is what an expression does most, so there is one closure for each number of arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from generator.iml.faults import ImlFault
from generator.iml.scope import Scope
from generator.iml.values import Value
from generator.iml.words import Compiled

ERRORS: Final = (ImlFault, ArithmeticError, TypeError, ValueError)
Does = Callable[..., Value]


class Choice(NamedTuple):
    """An argument that may be chosen: `take` evaluates it, `leave` does so for its errors alone; None = it has none."""

    take: Compiled
    leave: Callable[[Scope], None] | None


NO_CHOICE: Final = Choice(lambda _: None, None)
"""An optional argument that is not there."""


def eager(name: str, does: Does, arguments: Sequence[Compiled], *, around: bool) -> Compiled:
    """Call a function with all of its arguments; with `around` it wants the surroundings first."""
    given: list[Compiled] = [attrgetter("around"), *arguments] if around else list(arguments)
    if len(given) in _CALLS:
        return _CALLS[len(given)](name, does, *given)

    def call(s: Scope) -> Value:
        try:
            return does(*[argument(s) for argument in given])
        except ERRORS as error:
            raise _named(name, error) from error

    return call


def _one(name: str, does: Does, first: Compiled) -> Compiled:
    def call(s: Scope) -> Value:
        try:
            return does(first(s))
        except ERRORS as error:
            raise _named(name, error) from error

    return call


def _two(name: str, does: Does, first: Compiled, second: Compiled) -> Compiled:
    def call(s: Scope) -> Value:
        try:
            return does(first(s), second(s))
        except ERRORS as error:
            raise _named(name, error) from error

    return call


def _three(name: str, does: Does, first: Compiled, second: Compiled, third: Compiled) -> Compiled:
    def call(s: Scope) -> Value:
        try:
            return does(first(s), second(s), third(s))
        except ERRORS as error:
            raise _named(name, error) from error

    return call


_CALLS: Final[dict[int, Callable[..., Compiled]]] = {1: _one, 2: _two, 3: _three}


def _named(name: str, error: Exception) -> ImlFault:
    message = str(error)
    if isinstance(error, ImlFault) and message.startswith("Function '"):
        return error
    return ImlFault(f"Function '{name}' finished with error! {message}")


def choice(argument: Compiled, *, safe: bool, draws: bool) -> Choice:
    """Make an argument one that may be left out; where that is `safe`, nobody could tell whether it was evaluated."""
    if safe:
        return Choice(argument, None)

    def leave(s: Scope) -> None:
        try:
            argument(s)
        except ImlFault:
            s.around.met.add("unchosen_branches")
            if s.around.rules.unchosen_branches == "evaluated":
                raise

    return Choice(argument, _undrawn(leave) if draws else leave)


def _undrawn(leave: Callable[[Scope], None]) -> Callable[[Scope], None]:
    """Leave chance as it is where an argument that is left out is not evaluated at all."""

    def call(s: Scope) -> None:
        state = s.around.rng.getstate()
        leave(s)
        if s.around.rules.unchosen_branches == "skipped":
            s.around.rng.setstate(state)

    return call
