"""n8n's logic, for the replay: rendered metering without n8n itself, some twenty times as fast, for many worlds.

The real engine stays the measure. This one plays the nodes that metering uses, in n8n's order, on a clock that stands
still between two requests: the same seed always gives the same run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from generator.errors import EngineFailure, WrongUsage
from generator.rendering.plan import Plan
from generator.replay.case import EngineName, Step
from generator.replay.engine import Ended, Files
from generator.replay.faults import NoAnswer
from generator.replay.keys import Keys, keys_of
from generator.replay.n8n.logic.process import LogicProcess, Told
from generator.replay.n8n_engine import CHILD, PARENT, secret
from generator.replay.world import RunKilled, World
from generator.stripe_mock.exchange import Request

LATENCY = 0.2
"""Seconds on the virtual clock that requests sent at once take together."""
_MOST_TURNS = 20_000
_CODES = {"reset": "ECONNRESET", "hang": "ECONNABORTED", "slow": "ECONNABORTED"}


class OnlyReal(EngineFailure):
    """A file uses a node or a setting that this engine does not play."""


@cache
def _process() -> LogicProcess:
    """Give this program's Node: it is started once, and again where it ended, and loaded for each case."""
    return LogicProcess()


@dataclass(slots=True)
class LogicEngine:
    """Run `n8n/meter-usage.json` with its sub-workflow."""

    seed: int = 1
    name: EngineName = "n8n"
    ticking: bool = False
    _parent: Mapping[str, Any] = field(default_factory=dict)
    _keys: Keys = field(init=False, repr=False)
    _count: int = 0
    _failed: list[int] = field(default_factory=list)
    """Numbers of runs that failed, for a person's retry."""
    _headers: dict[str, tuple[str, str]] = field(default_factory=dict)
    _strays: list[str] = field(default_factory=list)

    def load(self, files: Files, plan: Plan, _world: World) -> None:
        """Take the two workflows."""
        if missing := [path for path in (CHILD, PARENT) if path not in files]:
            raise WrongUsage(f"no n8n workflow among the files: {', '.join(missing)} is missing")
        loaded = [json.loads(files[path]) for path in (CHILD, PARENT)]
        self._parent, self._keys, self._failed = loaded[1], keys_of(plan), []
        self._headers.clear()
        _process().tell("load", files=loaded)

    def run(self, world: World, step: Step) -> list[Ended]:
        """Run once from the schedule, the form or a person's retry; twice at once if the step says so."""
        self._strays.clear()
        first = self._count + 1
        self._count += 2 if step.twice else 1
        if step.retry_of is not None:
            told = _process().tell("retry", id=first, of=self._failed[step.retry_of - 1], now=_ms(world))
        else:
            runs = [{"id": number, **_begun(step, world)} for number in range(first, self._count + 1)]
            seed = self.seed * 1_000 + first
            told = _process().tell("start", workflow=self._parent["id"], runs=runs, seed=seed, now=_ms(world))
        ended: list[Mapping[str, Any]] = []
        try:
            ended.extend(self._until_ended(world, told))
        except RunKilled:
            ended.extend(_process().tell("kill").ended)
        return [self._ended(one) for one in sorted(ended, key=lambda one: int(one["run"]))]

    def _until_ended(self, world: World, told: Told) -> Iterator[Mapping[str, Any]]:
        """Answer what the runs ask for: requests at once, in their order; waits when there is nothing else to do."""
        naps: dict[int, datetime] = {}
        for _ in range(_MOST_TURNS):
            yield from told.ended
            naps |= {a["n"]: _later(world, a["seconds"]) for a in told.asks if a["kind"] == "wait"}
            asked = [ask for ask in told.asks if ask["kind"] == "http"]
            if asked:
                answers = self._answers(world, asked)
            elif naps:
                soonest = min(naps, key=lambda n: (naps[n], n))
                world.clock.advance_to(naps.pop(soonest))
                answers = [{"n": soonest}]
            else:
                return
            told = _process().tell("answer", answers=answers, now=_ms(world))
        raise EngineFailure(f"the run went on for more than {_MOST_TURNS:,} requests and waits")

    def _answers(self, world: World, asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        answers, longest = [], LATENCY
        for ask in asked:
            request = self._request(ask["request"])
            if request.host not in world.hosts:
                self._strays.append(request.host)
                answers.append({"n": ask["n"], "code": "ENOTFOUND", "message": "no such host"})
                continue
            try:
                answers.append({"n": ask["n"], **_said(world, request)})
            except NoAnswer as silence:
                longest = max(longest, LATENCY if silence.kind == "reset" else request.patience or 0)
                code = _CODES[silence.kind]
                answers.append({"n": ask["n"], "code": code, "message": f"no answer: {code}"})
        world.clock.advance(longest)
        return answers

    def _request(self, asked: Mapping[str, Any]) -> Request:
        address = urlsplit(asked["url"])
        query = "&".join(
            part
            for part in (address.query, urlencode([(name, value) for name, value in asked.get("query", ())]))
            if part
        )
        headers = dict(asked["headers"])
        if asked["credential"]:
            name, value = self._header(asked["credential"])
            headers[name.lower()] = value
        host, body = address.netloc, asked.get("body", "").encode()
        return Request(asked["method"], host, address.path, query, {**headers, "host": host}, body, asked["patience"])

    def _header(self, chosen: Mapping[str, str]) -> tuple[str, str]:
        """Give the header of a credential that a node names."""
        if chosen["id"] not in self._headers:
            held = secret(chosen["kind"], chosen, self._keys)
            bearer = "Authorization", f"Bearer {held.get('accessToken')}"
            self._headers[chosen["id"]] = (held["name"], held["value"]) if "name" in held else bearer
        return self._headers[chosen["id"]]

    def _ended(self, one: Mapping[str, Any]) -> Ended:
        if one["status"] == "unknown":
            raise OnlyReal(f"only the real n8n engine can play this file: {one['error']}")
        if one["status"] == "killed":
            return Ended("killed")
        if one["status"] == "error":
            self._failed.append(one["run"])
        error = f"replay: stray connection to {self._strays[0]}" if self._strays else one["error"]
        traces = (("the stored run", one["trace"]),)
        return Ended("success" if one["status"] == "success" else "failed", traces=traces, error=error)


def _begun(step: Step, world: World) -> dict[str, Any]:
    now = world.clock.now().isoformat()
    if step.backfill is None:
        trigger, fired = ("By hand", {}) if step.by_hand else ("On schedule", {"timestamp": now})
        return {"trigger": trigger, "items": [{"json": fired}]}
    ask = step.backfill
    filled = {"from": ask.first.isoformat(), "to": ask.last.isoformat(), "again": ask.again}
    return {"trigger": "Backfill", "items": [{"json": {**filled, "submittedAt": now, "formMode": "production"}}]}


def _said(world: World, request: Request) -> dict[str, Any]:
    response = world.handle(request)
    return {
        "statusCode": response.status,
        "statusMessage": "",
        "headers": dict(response.headers),
        "data": response.body.decode(errors="replace"),
    }


def _later(world: World, seconds: float) -> datetime:
    return world.clock.now() + timedelta(seconds=seconds)


def _ms(world: World) -> int:
    return int(world.clock.now().timestamp() * 1000)
