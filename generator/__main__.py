"""`python -m generator`."""

from generator.cli import program

raise SystemExit(program())
