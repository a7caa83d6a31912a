"""An object that the mock only keeps: what was given is given back; nothing of billing hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .books import Books
from .call import Call
from .refusal import Generation, missing_object
from .times import rfc3339, unix

UNTOLD = ("expand", "include")
"""Parameters that shape an answer and are no part of the object."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a kind, such as `webhook_endpoint`."""

    id: str
    kind: str
    created: datetime
    updated: datetime
    livemode: bool
    fields: Mapping[str, Any]

    def rendered(self, generation: Generation) -> dict[str, Any]:
        """Write the object: unix seconds in v1, RFC 3339 text in v2."""
        when = unix if generation == "v1" else rfc3339
        times = {"created": when(self.created), "updated": when(self.updated)}
        return {"id": self.id, "object": self.kind, "livemode": self.livemode, **times, **self.fields}


def keep(books: Books, call: Call, kind: str, prefix: str, **fields: Any) -> Thing:
    """Create an object from a call's parameters; `fields` are what Stripe adds."""
    given = {key: value for key, value in call.params.items() if key not in UNTOLD}
    thing = Thing(books.new_id(prefix), kind, call.at, call.at, books.account.livemode, {**fields, **given})
    books.things.setdefault(kind, {})[thing.id] = thing
    return thing


def change(books: Books, call: Call, thing: Thing, **fields: Any) -> Thing:
    """Put new fields into an object; metadata is merged by key, and an empty value removes its key."""
    metadata = {**thing.fields.get("metadata", {}), **fields.get("metadata", {})}
    new = {**thing.fields, **fields, "metadata": {key: value for key, value in metadata.items() if value}}
    changed = replace(thing, fields=new, updated=call.at)
    books.things[thing.kind][thing.id] = changed
    return changed


def every(books: Books, kind: str) -> Iterator[Thing]:
    """List the objects of a kind, newest first."""
    return reversed(books.things.get(kind, {}).values())


def found(books: Books, kind: str, identity: str, param: str = "id") -> Thing:
    """Find an object or refuse."""
    known = books.things.get(kind, {})
    if identity not in known:
        raise missing_object(kind.rpartition(".")[2].replace("_", " "), identity, param)
    return known[identity]
