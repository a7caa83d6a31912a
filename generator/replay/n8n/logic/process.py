"""The Node process that plays workflows: one line of JSON goes in, one comes back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import Any

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
        self._process = subprocess.Popen(
            [bundled_node().program, *_BOUNDS, _HERE / "main.js"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={"TZ": "UTC"},
        )

    def tell(self, do: str, **words: Any) -> Told:
        """Send an order and wait until nothing moves by itself any more.

        Raises `EngineFailure` when Node dies, or goes on for a minute: then it is ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **words}) + "\n")
            self._process.stdin.flush()
            if not select([self._process.stdout], [], [], _PATIENCE_S)[0]:
                self.close()  # it would go on without us
                raise EngineFailure(f"a workflow's code did not end within {_PATIENCE_S:g} s")
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            assert self._process.stderr is not None
            raise EngineFailure(f"Node ended while it played a workflow\n{self._process.stderr.read()[-_LAST_CHARS:]}")
        said = json.loads(line)
        return Told(said["asks"], said["ended"])

    def close(self) -> None:
        """End it; it also ends with the program that started it."""
        self._process.kill()
        self._process.communicate()
