"""A replay case: usage, runs, faults and what must come of them, in a file that a billing person can read."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from generator import resources
from generator.errors import UnreadableInput

CASES = Path(__file__).parent / "cases"

Metering = Literal["dimensions", "meter_per_rate", "weighted", "watch"]
EngineName = Literal["make", "n8n", "n8n-native"]
Target = Literal[
    "event", "gateway", "usage", "meters", "summary", "range_read", "fact_read", "meter_event", "slack", "any"
]
"""`range_read`: a summary over several windows; `fact_read`: over one; `summary`: both."""
FaultKind = Literal[
    "402", "429", "500", "503", "400", "408", "401", "403", "409", "in_use",  # answered in place of the service
    "sticky_500",       # stored, then answered 500
    "lost_response",    # stored, then the connection is reset
    "reset_peer",       # the connection is reset before anything is stored
    "timeout",          # nothing is stored, no answer comes
    "stored_timeout",   # stored, no answer comes
    "html",             # a proxy's page with status 200, nothing stored
    "stored_html",      # stored, then a proxy's page with status 200
    "partial",          # usage: `complete` is false
    "short",            # usage: rows are missing although `total` counts them
    "repeat_page",      # usage: the page before is sent again
    "cut_body",         # the answer's second half is missing
    "cut",              # summary: `has_more` is true
    "empty_object",     # summary: 200 with an empty JSON object
    "latency",          # the answer takes `seconds`; a client that waits less hears nothing
    "channel_not_found", "is_archived", "invalid_auth",  # slack: refused as Slack does it, with status 200
    "kill",             # the run dies at this request, before it leaves
    "kill_after",       # the run dies after the service handled this request
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UsageRow(_Strict):
    """One row of the app log. `raw` replaces all other fields but `at`: a case may hold what no contract allows."""

    at: datetime | None = None
    client: Any = None
    model: Any = None
    input: Any = None
    cached_input: Any = None
    cached_write: Any = None
    output: Any = None
    request_id: str | None = None
    usage: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None


class Drawn(_Strict):
    """Rows drawn from a real trace's distribution, spread over the mapping's clients and models."""

    rows: int
    day: date
    seed: int = 1


class Fault(_Strict):
    """What goes wrong: which service, which of its calls in this run (1-based; empty = all), and how."""

    on: Target
    fault: FaultKind
    calls: tuple[int, ...] = ()
    retry_after: str | None = None
    """Seconds, or an HTTP date."""
    should_retry: Literal["true", "false"] | None = None
    seconds: int = 0
    """Of `latency`."""
    until: int | None = None
    """With no `calls`: only the first so many calls."""
    client: str = ""
    """Slack: only messages to this client's own channel, by its key."""


class Backfill(_Strict):
    """What a person enters for a backfill: local days, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    again: str = ""
    on: date | None = None
    """What stands in Make's variable `on`, where that is not the day of the run: the backfill is ignored."""


class Dates(_Strict):
    """The first and the last local day of a client, in place of the mapping's."""

    since: date | None = None
    until: date | None = None


class Act(_Strict):
    """Something a person or Stripe does between runs."""

    do: Literal["cancel_event", "manual_event", "deactivate_meter", "lag"]
    client: str | None = None
    model: str | None = None
    token_type: str | None = None
    value: int = 0
    at: datetime | None = None
    seconds: int = 0


class Step(_Strict):
    """One run of the workflow: when, what is new in the log since the run before, what a person did, what fails."""

    at: datetime
    usage: tuple[UsageRow, ...] = ()
    drawn: Drawn | None = None
    drop: tuple[str, ...] = ()
    """`request_id`s whose rows a correction removed from the log before this run."""
    acts: tuple[Act, ...] = ()
    faults: tuple[Fault, ...] = ()
    backfill: Backfill | None = None
    twice: bool = False
    """Started twice at the same moment."""
    by_hand: bool = False
    """A person starts it in the editor; on Make that is a run like any other."""
    retry_of: int | None = None
    """A person retries the stored failed execution of this earlier run (1-based) by hand; n8n only."""


class Expect(_Strict):
    """Numbers a reader can check; the judge works out the rest."""

    counted: dict[str, int] = {}
    """`client/model/token_type`, `client/model` or `client` → tokens counted at the end, over all windows."""
    parked: dict[str, int] = {}
    """Reason → tokens parked by the last run."""
    stuck: int = 0
    ahead: int = 0
    left: int = 0
    """In tokens; -1: any number but 0. In `weighted` only whether there is something counts."""
    stopped: bool = False
    last_call: str | None = None
    """None: not looked at."""
    uncharged: int = 0
    """Tokens counted into a period after it was invoiced: only ever from outside the workflow."""


class Case(_Strict):
    """One replay test."""

    name: str
    about: str = ""
    file: str = ""
    modes: tuple[Metering, ...] = ("dimensions", "meter_per_rate", "weighted")
    engines: tuple[EngineName, ...] = ("make", "n8n")
    lookback: int | None = None
    """None: as in the mapping."""
    window: Literal["day", "hour"] | None = None
    currency: str | None = None
    """None: the mapping's. Prices stay what they are in minor units."""
    source: str = "app_log"
    """The kind of usage source that the mapping names, in place of the mapping's own."""
    url: str = ""
    """The source's address, in place of the mapping's."""
    by: str = ""
    """What names a client there; empty: the kind's first word."""
    names: dict[str, str] = {}
    """Client key → a further outside name, added to the mapping's aliases."""
    patterns: dict[str, tuple[str, ...]] = {}
    """Client key → further outside names with `*` for any run of signs, a prefix being one that ends in it."""
    clients: dict[str, Dates] = {}
    """Client key → its own days."""
    per_page: int | None = None
    kill_each: bool = False
    """Kill the first run at each of its requests in turn, before and after it, then run again."""
    switches: Literal["all", "default"] = "all"
    quiet: int = 0
    """So many of the last runs meet neither a fault nor a lag: after each of them Stripe must equal the logs."""
    runs: Annotated[tuple[Step, ...], Field(min_length=1)]
    expect: Expect | None = Expect()
    """None: the judge's own model alone."""

    @property
    def key(self) -> str:
        """Name the case as on the command line: its file's stem."""
        return Path(self.file).stem or self.name


def load_case(path: Path) -> Case:
    """Read one case; raise UnreadableInput that names the file and every problem in it."""
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return Case.model_validate({**data, "file": path.name})
    except (OSError, YAMLError, TypeError) as error:
        raise UnreadableInput(f"{path}: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UnreadableInput(f"{path}: {problems}") from error


def load_cases() -> list[Case]:
    """Read all cases of metering, by file name: those here, and those that a usage source brings in its own folder."""
    return list(_cases_in(CASES, resources.sources()))


@cache
def _cases_in(cases: Path, sources: Path) -> tuple[Case, ...]:
    found = [*cases.glob("*.yaml"), *sources.glob("*/cases/*.yaml")]
    return tuple(load_case(path) for path in sorted(found, key=lambda path: path.name))
