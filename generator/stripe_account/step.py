"""A set-up as steps: each says what it finds and what it would do; all of it is shown before any of it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from generator.stripe_account.outside import speaking


class Action(StrEnum):
    """What a step does to the account."""

    CREATE = "create"
    KEEP = "keep"
    CHANGE = "change"
    REFUSE = "refuse"
    BY_HAND = "by hand"


Ids = dict[tuple[str, str], str]
"""The ids of what earlier steps found or made, by kind and name."""
Do = Callable[[Ids], str]
"""Does a step, given the ids so far; gives the id of what it made or changed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One object of the account: `kind` and `name` say which, `why` what it is for or what is wrong with it."""

    action: Action
    kind: str
    name: str
    why: str
    id: str = ""
    do: Do | None = field(default=None, repr=False, compare=False)

    @property
    def writes(self) -> bool:
        """Tell whether applying it would change the account."""
        return self.action in (Action.CREATE, Action.CHANGE)


def refused(steps: Iterable[Step]) -> bool:
    """Tell whether something stands in the way: then nothing at all is written."""
    return any(step.action is Action.REFUSE for step in steps)


def apply(steps: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """Do the steps in order and give each with its object's id; one that fails ends it, and a later run goes on."""
    ids: Ids = {}
    for step in steps:
        ids[step.kind, step.name] = _done(step, ids)
        yield step, ids[step.kind, step.name]


def _done(step: Step, ids: Ids) -> str:
    if step.do is None:
        return step.id
    with speaking(f"{step.action.value} the {step.kind} {step.name}"):
        return step.do(ids)
