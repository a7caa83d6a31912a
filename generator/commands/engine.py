"""`engine install`: put the pinned n8n engine into the user's cache."""

from __future__ import annotations

from argparse import Namespace

from generator.replay.n8n.install import ensure_engine
from generator.reporting.terminal import note, result


def run(_args: Namespace) -> int:
    """Install the engine unless it is there, and say where."""
    result(str(ensure_engine(note).folder))
    return 0
