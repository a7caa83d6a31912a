"""Play many cases: what the command line, the tests and the mutation script share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

from generator.errors import WrongUsage
from generator.mapping.sources import source_facts
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import CASES, Case, load_cases
from generator.replay.cast import is_at_home, variant
from generator.replay.engine import Engine, Files
from generator.replay.flows.case import load_flow_cases
from generator.replay.flows.engine import FlowEngine
from generator.replay.flows.player import FlowJob, flow_jobs
from generator.replay.ledger import differences
from generator.replay.logic_engine import LogicEngine
from generator.replay.make_engine import MakeEngine
from generator.replay.matrix import Player, Row
from generator.replay.n8n_engine import DATA_TABLE
from generator.replay.serving import served
from generator.replay.simulation.world import World
from generator.replay.usage.folder import missing, source_nodes

_FILES = {
    "make": ("make/meter-usage.json",),
    "n8n": ("n8n/meter-usage.json", "n8n/meter-usage-chunk.json"),
    "n8n-1": ("n8n/meter-usage.json", "n8n/meter-usage-chunk.json"),
    "n8n-logic": ("n8n/meter-usage.json", "n8n/meter-usage-chunk.json"),
    "n8n-native": ("n8n/meter-usage-native.json",),
}
_READING = frozenset({"usage-thresholds"})
"""Workflows that react to what they read from the usage source: without it there is nothing to play."""
REAL = ("n8n", "n8n-1")
"""Engines that need a server of n8n: the current line, and the one before it, which plays metering alone."""
Report = Callable[[Row], None]


@dataclass(frozen=True, slots=True)
class Engines:
    """What one n8n server runs: metering by the engine's name, and every workflow that reacts."""

    metering: Mapping[str, Engine]
    reacting: FlowEngine | None = None


Starter = Callable[[str], Engines]
"""Brings a server of one of the real engines up; asked again, in another thread, it brings up one more."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What to play: plans (one per billing mode), engines, cases; `given` are files in place of freshly built ones."""

    plans: Sequence[Plan]
    engines: Sequence[str] = ("make",)
    names: Sequence[str] = ()
    seeds: Sequence[int] = (1,)
    given: Files | None = None
    quick: bool = False
    """Only the default setting of every switch."""
    worlds: bool = False
    """A simulated world for each seed, in place of cases."""

    @property
    def runs(self) -> list[Plan]:
        """List the plans that are metered: of a mapping with several sources each one's."""
        return [run for plan in self.plans for run in plan.runs or (plan,)]


@dataclass(frozen=True, slots=True)
class Job:
    """One case with one plan on one engine: what becomes a row."""

    case: Case
    plan: Plan
    engine: str
    seed: int
    given: Files | None

    def play(self, n8n: Engine | None = None) -> Row:
        """Play it, under every setting of the switches that it meets."""
        files = _Files(self.given, platform_of(self.engine))
        if self.engine == "make":
            player = Player(MakeEngine, files, self.seed, self.given is not None)
        elif self.engine == "n8n-logic":
            player = Player(lambda _switches, seed: LogicEngine(seed), files, self.seed, self.given is not None)
        elif n8n is None:
            raise WrongUsage("the n8n engine is not running")
        else:
            player = Player(lambda _switches, _seed: n8n, files, self.seed, self.given is not None)
        return replace(player.row(self.case, self.plan, self.engine), source=self.plan.run)


def wanted(names: Sequence[str]) -> list[Case]:
    """Load the cases of metering of these names, all if there are none; a name that no case has is wrong usage."""
    cases = load_cases()
    known = {case.key for case in cases} | {name for one in load_flow_cases(CASES) for name in (one.key, one.workflow)}
    if unknown := [name for name in names if name not in known]:
        raise WrongUsage(f"no case is named {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [case for case in cases if not names or case.key in names]


def worlds(ask: Ask, engine: str) -> Iterator[World]:
    """List a world for each seed on one engine; n8n's own Stripe node has the plain path only, and plays none."""
    files = _FILES[engine]
    runs = tuple(plan for plan in ask.runs if reads(engine, plan.source))
    if runs and engine != "n8n-native" and (ask.given is None or all(path in ask.given for path in files)):
        yield from (World(seed, runs, engine, ask.given) for seed in ask.seeds)


def jobs(ask: Ask, engine: str) -> Iterator[Job]:
    """List each case with each plan that it fits, on one engine."""
    for case in wanted(ask.names):
        chosen = case.model_copy(update={"switches": "default"}) if ask.quick else case
        for plan in ask.runs:
            cut = case.window or plan.windows.size
            if cut not in source_facts(case.source).sizes:
                continue  # the source has no windows of this mapping's size
            if plays(engine, case) and plan.billing.value in case.modes and _fits(chosen, plan, engine, ask):
                yield from (Job(chosen, plan, engine, seed, ask.given) for seed in ask.seeds)


def platform_of(engine: str) -> str:
    """Name the platform whose files an engine plays."""
    return "make" if engine == "make" else "n8n"


def plays(engine: str, case: Case) -> bool:
    """Whether a case is for an engine; n8n's logic and n8n 1 take those of the real one whose source they read."""
    of = "n8n" if engine in ("n8n-1", "n8n-logic") else engine
    return of in case.engines and reads(engine, case.source)


def reads(engine: str, source: str) -> bool:
    """Whether an engine can read a kind of source.

    n8n's logic reads what is asked with a header; n8n 1 all but a Data Table, which it cannot find by name; Make what
    the source says.
    """
    nodes = source_nodes(source)
    if engine == "make":
        return "make" in source_facts(source).platforms
    if engine == "n8n-1":
        return not any(node.get("type") == DATA_TABLE for node in nodes)
    return engine != "n8n-logic" or all(
        "type" not in node and set(node.get("credentials", {})) <= {"httpHeaderAuth"} for node in nodes
    )


def left_out(ask: Ask) -> Mapping[str, str]:
    """Name the cases on the real engine that this machine cannot play, each with what it lacks."""
    cases = [job.case for name in ask.engines if name != "make" for job in jobs(ask, name)]
    return {case.key: words for case in cases if (words := missing(case.source))}


def together(found: Iterable[Job]) -> list[Job]:
    """Put jobs with the same files one behind the other: on n8n an import takes longer than many a run."""
    by_plan: dict[Plan, list[Job]] = {}
    for job in found:
        by_plan.setdefault(variant(job.plan, job.case, job.engine), []).append(job)
    return [job for alike in by_plan.values() for job in alike]


def reacting(ask: Ask, engine: str) -> list[FlowJob]:
    """List the cases of workflows that react, on one engine; fixed files play those that change nothing in them."""
    given = ask.given
    found = flow_jobs(ask.plans, engine, ask.names, ask.seeds, _Files(given, platform_of(engine)))
    played = [job for job in found if job.case.workflow not in _READING or reads(engine, job.plan.source)]
    chosen = [replace(job, as_given=given is not None) for job in played]
    if ask.quick:
        quick = {"switches": "default"}
        chosen = [replace(job, case=job.case.model_copy(update=quick)) for job in chosen]
    return [job for job in chosen if given is None or (f"{engine}/{job.case.workflow}.json" in given and job.fits())]


@dataclass(frozen=True, slots=True)
class _Files:
    """Render a plan for a platform, or keep to the files that were given; can be sent to another process."""

    given: Files | None
    platform: str

    def __call__(self, plan: Plan) -> Files:
        return {**_rendered(plan, self.platform), **(self.given or {})}


@lru_cache(maxsize=64)
def _rendered(plan: Plan, platform: str) -> Files:
    """Render a plan once for all of its cases: they are many, and most change nothing in it."""
    return build(plan, [platform])


def _fits(case: Case, plan: Plan, engine: str, ask: Ask) -> bool:
    """Whether fixed files can play a case: what it changes in the mapping must be what they were rendered from."""
    if ask.given is None:
        return True
    if case.source != plan.source or not any(path in ask.given for path in _FILES[engine]):
        return False
    return not (case.names or case.patterns) and (
        not is_at_home(plan) or engine == "n8n-native" or variant(plan, case, engine) == plan
    )


def replay(ask: Ask, start_n8n: Starter | None = None, report: Report = lambda _row: None) -> list[Row]:
    """Play everything asked for; what needs no server runs beside n8n's cases. Gives rows by engine and case."""
    rows: list[Row] = []
    real = [name for name in REAL if name in ask.engines]
    workers = (os.cpu_count() or 2) - bool(real)
    with ProcessPoolExecutor(max(1, workers), get_context("spawn")) as pool:
        try:
            running = [pool.submit(job.play) for job in _beside(ask)]
            if start_n8n is not None:
                for name in real:
                    rows += served([*_on_n8n(ask, name)], partial(start_n8n, name), report)
            return list(_compared([*_collected(running, report), *_in_order(ask, rows)], report))
        except BaseException:  # an interrupt or a broken engine must not wait for all cases that have not begun
            pool.shutdown(cancel_futures=True)
            raise


def _beside(ask: Ask) -> Iterator[Job | FlowJob | World]:
    """List what is played in processes of its own."""
    for engine in ("make", "n8n-logic"):
        if engine in ask.engines:
            yield from worlds(ask, engine) if ask.worlds else jobs(ask, engine)
            if engine == "make" and not ask.worlds:
                yield from reacting(ask, engine)


def _on_n8n(ask: Ask, real: str) -> Iterator[Callable[[Engines], Row]]:
    """List what servers of one of the real engines play."""
    for name in ("n8n", "n8n-native") if real == "n8n" else (real,):
        played = [job for job in jobs(ask, name) if not missing(job.case.source)]
        yield from (partial(_metered, one, name) for one in (worlds(ask, name) if ask.worlds else together(played)))
    if real == "n8n" and not ask.worlds:
        yield from (partial(_reacted, job) for job in reacting(ask, real))


def _metered(one: Job | World, name: str, engines: Engines) -> Row:
    return one.play(engines.metering[name])


def _reacted(job: FlowJob, engines: Engines) -> Row:
    return job.play(engines.reacting)


def _in_order(ask: Ask, rows: Sequence[Row]) -> list[Row]:
    """Sort rows of n8n as their cases are listed; what is no case of metering comes last, as it was played."""
    listed = [job for name in _FILES if name != "make" for job in jobs(ask, name)]
    places = {
        (job.engine, job.case.key, job.plan.billing.value, job.plan.run, job.seed): n for n, job in enumerate(listed)
    }
    return sorted(rows, key=lambda row: places.get((row.engine, *row.about), len(places)))


def _collected(running: Sequence[Future[Row]], report: Report) -> list[Row]:
    rows: list[Row] = []
    for future in running:
        rows.append(future.result())
        report(rows[-1])
    return rows


def _compared(rows: Sequence[Row], report: Report) -> Iterator[Row]:
    """Hold each row of n8n against Make's of the same case, mode and seed; a difference fails it."""
    makes = {row.about: row for row in rows if row.engine == "make"}
    for row in rows:
        other = makes.get(row.about)
        words = list(unlike(row, other)) if other and row.engine != "make" else []
        if words:
            row = replace(row, passed=False, failures=(*row.failures, *words))
            report(row)
        yield row


def unlike(row: Row, make: Row) -> Iterator[str]:
    """Say where a row of n8n and Make's differ. n8n's own Stripe node tries nothing again: it is compared unharmed."""
    if row.ledger is None or make.ledger is None or (row.engine == "n8n-native" and row.ledger.hits):
        return
    yield from (f"[n8n and Make] {words}" for words in differences(row.ledger, make.ledger))


def repeat_command(row: Row, files: Sequence[Path] = (), mapping: Path | None = None) -> str:
    """Say how to see one row again."""
    words = ["python -m generator replay", *map(str, files), *([f"--mapping {mapping}"] if mapping else [])]
    engine = row.engine.removesuffix("-native")
    case = [] if row.case == f"world-{row.seed}" else ["--case", row.case]
    return " ".join([*words, "--engine", engine, *case, "--mode", row.mode, "--seed", str(row.seed)])
