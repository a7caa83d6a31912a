"""`engine install`: put a pinned n8n engine into the user's cache."""

from __future__ import annotations

from argparse import Namespace

from generator.replay.n8n.install import RELEASES, ensure_engine
from generator.reporting.terminal import note, result


def run(args: Namespace) -> int:
    """Install the engine of a line unless it is there, and say where."""
    result(str(ensure_engine(note, RELEASES[args.line]).folder))
    return 0
