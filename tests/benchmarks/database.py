"""n8n: a million log rows in PostgreSQL become one night's totals and posts; the database does the sums.

python -m tests.benchmarks.database [--rows 1000000] [--heap 384]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Step
from generator.replay.keys import keys_of
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, credentials
from generator.replay.setting import open_world
from generator.replay.usage.database import UsageTable
from generator.stripe_mock import Switches

from .measure import table
from .running import PATIENCE_S, Watch

AT = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)
FILLED = """
INSERT INTO calls SELECT '2026-11-22T06:00:00Z'::timestamptz + (n % 86400) * interval '1 second',
  (ARRAY['acme','globex'])[n % 2 + 1], (ARRAY['gpt-4o','gpt-4o-mini','claude-3-haiku'])[n % 3 + 1],
  'r' || n, n % 4000, 0, 0, n % 300, NULL FROM generate_series(1, {rows}) AS n;
CREATE INDEX ON calls ("time");
ANALYZE calls;
"""


class Filled(UsageTable):
    """A table that is filled by the database itself, once."""

    def statements(self, *, readable: bool = True) -> str:
        """Leave the table as it is."""
        return "" if readable else "DROP VIEW tokentill_usage;"


def night(engine: N8nEngine, plan: Plan, rows: int) -> Iterator[tuple[str, str, str]]:
    """Run one night over a filled table, without a judge: the mock says what was counted."""
    engine.server.library.put_usage("postgres", UsageTable(plan=plan).statements() + FILLED.format(rows=rows))
    world = open_world(plan, AT, Switches(), ticking=True)
    world.log = Filled(plan=plan)
    files = build(plan)
    engine.server.library.put_credentials(credentials(files, keys_of(plan), engine.server))
    engine.load(files, plan, world)
    world.begin(1, ())
    began = time.perf_counter()
    with Watch(engine.server.pid) as memory:
        (ended,) = engine.run(world, Step(at=AT))
    seconds = time.perf_counter() - began
    counted = sum(int(event.value) for event in world.stripe.events if event.counts)
    wanted = sum(n % 4000 + n % 300 for n in range(1, rows + 1))
    wrong = "" if counted == wanted else f", but {counted:,} of {wanted:,} tokens counted ({ended.status})"
    what = f"{rows:,} rows of PostgreSQL, totalled and posted"
    yield what, f"{seconds:.1f} s, main process {memory.most:.0f} MB{wrong}", "15 s, 700 MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.database")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--heap", type=int, default=384, help="MB that Node may take for objects (SETUP.md §9)")
    args = parser.parse_args()
    plan = read_plan(resources.mappings() / "postgres.yaml")[1]
    if plan is None:
        raise SystemExit("mappings/postgres.yaml has errors")
    with N8nServer(patience_s=PATIENCE_S, variables={"NODE_OPTIONS": f"--max-old-space-size={args.heap}"}) as server:
        table("Database", lambda: night(N8nEngine(server), plan, args.rows))


if __name__ == "__main__":
    main()
