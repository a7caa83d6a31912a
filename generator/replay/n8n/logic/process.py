"""The Node process that plays workflows: one line of JSON goes in, one comes back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import IO, Any

from generator.errors import EngineFailure
from generator.replay.n8n.node import bundled_node

_HERE = Path(__file__).parent
_BOUNDS = ("--permission", f"--allow-fs-read={_HERE}/*", "--disallow-code-generation-from-strings")
_LAST_CHARS = 2000
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Told:
    """What came back: `asks` wait for an answer under their number `n`; `ended` are runs that do nothing more."""

    asks: Sequence[Mapping[str, Any]]
    ended: Sequence[Mapping[str, Any]]


class LogicProcess:
    """Node, allowed to read these scripts and nothing else: files that are replayed may come from anybody.

    Neither may their code make code of texts, by which it could step out of the scope that it is given.
    """

    def __init__(self) -> None:
        self._process = _started()

    def tell(self, do: str, **words: Any) -> Told:
        """Send an order and wait until nothing moves by itself any more.

        Raises `EngineFailure` when Node dies, or goes on for a minute. Whatever breaks this off ends Node, which would
        go on without us; the next order starts another one.
        """
        if self._process.poll() is not None:
            self._process = _started()
        try:
            said = json.loads(self._answer(json.dumps({"do": do, **words})))
        except BaseException:
            self.close()
            raise
        return Told(said["asks"], said["ended"])

    def close(self) -> None:
        """End it; it also ends with the program that started it."""
        self._process.kill()
        self._process.communicate()

    def _answer(self, order: str) -> str:
        orders, answers, complaints = _pipes(self._process)
        try:
            orders.write(order + "\n")
            orders.flush()
            if not select([answers], [], [], _PATIENCE_S)[0]:
                raise EngineFailure(f"a workflow's code did not end within {_PATIENCE_S:g} s")
            line = answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise EngineFailure(f"Node ended while it played a workflow\n{complaints.read()[-_LAST_CHARS:]}")
        return line


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [bundled_node().program, *_BOUNDS, _HERE / "main.js"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={"TZ": "UTC"},
    )


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise EngineFailure("Node was started without pipes")
    return process.stdin, process.stdout, process.stderr
