"""`mock`: serve the Stripe mock until it is interrupted."""

from __future__ import annotations

import sys
from argparse import Namespace

from generator.errors import OutsideWorld, WrongUsage, installing
from generator.reporting.terminal import note, result


def run(args: Namespace) -> int:
    """Print the address on the first line of standard output, then serve."""
    try:
        from generator.stripe_mock.serve import run_server
    except ModuleNotFoundError as error:
        raise WrongUsage(f"the mock needs {error.name}: {installing('replay')}") from None
    try:
        run_server(args.port, _ready)
    except OSError as error:
        raise OutsideWorld(f"port {args.port}: {error.strerror or error}") from None
    note("stopped")
    return 0


def _ready(address: str) -> None:
    result(address)
    sys.stdout.flush()
