"""`replay`: run the cases against the rendered files."""

from __future__ import annotations

from argparse import Namespace

from generator.replay import command


def run(args: Namespace) -> int:
    """Hand over to the replay, which reports by itself."""
    code: int = command.main(args)
    return code
