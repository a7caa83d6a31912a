"""A small stage for blueprints: modules in short form, scripted answers, one clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from generator.replay.clock import VirtualClock
from generator.replay.make import Incomplete, Run, Store, Switches, resume, run_blueprint
from generator.stripe_mock.exchange import Request, Response

START = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)
Answer = Response | Exception


@dataclass
class Stage:
    """Answers are taken in order; the last one stays."""

    answers: list[Answer] = field(default_factory=lambda: [Response.json(200, {"ok": True})])
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    store: Store = field(default_factory=Store)
    requests: list[Request] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def answer(self, *answers: Answer) -> Stage:
        self.answers = list(answers)
        return self

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def blueprint(self, flow: list[dict[str, Any]]) -> dict[str, Any]:
        instant = bool(self.settings.get("instant", False))
        return {"name": "t", "flow": flow, "metadata": {"version": 1, "instant": instant, "scenario": self.settings}}

    def play(self, *flow: dict[str, Any], switches: Switches | None = None, **more: Any) -> Run:
        return run_blueprint(
            self.blueprint(list(flow)),
            send=self.send,
            clock=self.clock,
            credential=lambda module, url: ("Authorization", f"Bearer {urlsplit(url).hostname} {module.id}"),
            rng=Random(7),
            switches=switches or Switches(),
            store=self.store,
            **more,
        )

    def resume(self, incomplete: Incomplete, switches: Switches | None = None) -> Run:
        return resume(
            incomplete,
            send=self.send,
            clock=self.clock,
            credential=lambda module, url: None,
            rng=Random(8),
            store=self.store,
            switches=switches or Switches(),
        )


def module(id_: int, name: str, mapper: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Write a module in short form."""
    return {"id": id_, "module": name, "version": 1, "parameters": {}, "mapper": dict(mapper or {}), **more}


def bundles(id_: int, *rows: Mapping[str, Any] | int | str, **more: Any) -> dict[str, Any]:
    """Write a trigger that emits these bundles; a lone value becomes the field `v`."""
    full = [row if isinstance(row, Mapping) else {"v": row} for row in rows]
    values = [{"spec": [{"name": name, "value": value} for name, value in row.items()]} for row in full]
    return module(id_, "util:BasicTrigger", parameters={"values": values}, **more)


def note(id_: int, text: str, **more: Any) -> dict[str, Any]:
    """Write a module that composes a text: what the run composed is its trace."""
    return module(id_, "util:ComposeTransformer", {"value": text}, **more)


def gate(a: str, o: str, b: str = "") -> dict[str, Any]:
    """Write a filter of one condition."""
    return {"name": "", "conditions": [[{"a": a, "o": o, "b": b}]]}


def http(id_: int, **more: Any) -> dict[str, Any]:
    """Write a POST; keywords that begin with `set_` go into its mapper."""
    mapper = {"url": "https://api.example.com/v1/x", "method": "post", "parseResponse": True, "stopOnHttpError": True}
    mapper |= {key.removeprefix("set_"): more.pop(key) for key in list(more) if key.startswith("set_")}
    mapper = {key: value for key, value in mapper.items() if value is not None}
    return {**module(id_, "http:MakeRequest", mapper, **more), "version": 4}


def trace(run: Run) -> list[str]:
    """List what the run composed, in order."""
    return [
        str(o.output[0]["value"]) for o in run.operations if o.module.name == "util:ComposeTransformer" and o.output
    ]
