"""A case of a workflow that reacts: what arrives when, what fails meanwhile, what must be answered and told."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from generator.errors import UnreadableInput
from generator.rendering.plan import CapFailure, CapSource
from generator.replay.case import EngineName, Fault, Metering, UsageRow
from generator.replay.make.run import StoreState

Signing = Literal[
    "good",
    "previous",      # with the secret before this one
    "both",          # while a secret is rolled: one v1 of each
    "forged",        # with a secret that is not ours
    "missing",       # no header
    "unversioned",   # only a v0
    "old",           # 301 seconds ago
    "reserialised",  # the body was parsed and written again after it was signed
    "changed",       # one byte of the body was changed after it was signed
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Trouble(_Strict):
    """Usage that Stripe could not count: its own code, how often, whose, and Stripe's words."""

    code: str
    client: str | None = None
    times: int = 1
    message: str = ""
    request: str | None = None
    """The key of the request, where it is not one of ours."""


class Arrival(_Strict):
    """An event that Stripe delivers. `object` is what differs from an ordinary object of its type."""

    type: str
    id: str = ""
    """Empty: `evt_fake` and the number of the step."""
    client: str | None = None
    """A client's key; or else `customer` as it is."""
    customer: str = "cus_Unknown00001"
    created: datetime | None = None
    """None: when it arrives."""
    object: dict[str, Any] = {}
    previous: dict[str, Any] | None = None
    """`data.previous_attributes`."""
    problems: tuple[Trouble, ...] = ()
    """Of a thin event about a meter: what the fetched event says."""
    signature: Signing = "good"


class Terms(_Strict):
    """What differs for a client from the mapping."""

    since: date | None = None
    """The first local day."""
    until: date | None = None
    """The last local day."""
    anchor: datetime | None = None
    tokens: int | None = None
    """Expected tokens of a month."""
    cost: Decimal | None = None
    """Expected provider cost of a month; 0: nothing is expected."""
    at: tuple[int, ...] | None = None
    """Thresholds in percent."""
    jump: int | None = None
    capped: bool = True
    """False: it has no cap, whatever the mapping says."""
    channels: dict[str, str] | None = None
    """Id of a channel → its audience."""


class Call(_Strict):
    """An HTTP request of the user's own app."""

    key: Literal["good", "wrong", "missing"] = "good"
    """Of the header `Authorization: Bearer …`, where the workflow asks for a key."""
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None
    text: str | None = None
    """A body as it is, in place of `body`."""


class FlowExpect(_Strict):
    """What must come of one step. Channels are `ops`, `acme/client`, `acme/internal`; texts are whole messages."""

    status: int | None = None
    """None: not looked at."""
    answer: dict[str, Any] | None = None
    """Fields of the JSON answer; others may be there."""
    headers: dict[str, str] = {}
    """Headers of the answer, by their names in lower case; others may be there."""
    slack: dict[str, tuple[str, ...]] = {}
    failed: bool = False
    """The run ends as failed."""
    credits: int | None = None
    """What it costs on Make at most; None: not looked at."""


class FlowStep(_Strict):
    """One thing that sets the workflow off: an `event`, a `call`, a schedule's `tick`, or a start by hand."""

    at: datetime
    of: str = ""
    """The workflow that it sets off, with what earlier steps left behind; empty: the case's own."""
    usage: tuple[UsageRow, ...] = ()
    """Rows that are new in the usage log."""
    drop: tuple[str, ...] = ()
    """`request_id`s whose rows a correction took out of the log before this step."""
    event: Arrival | None = None
    call: Call | None = None
    start: str = ""
    """The trigger node on n8n that fires; on Make the scenario simply runs."""
    store: StoreState = "open"
    """What the platform's own store does meanwhile: it takes no more records (`full`, Make alone), or it is not there
    (`down`; on n8n nobody made the Data Tables)."""
    times: int = 1
    """How often the very same bytes arrive, one after the other."""
    faults: tuple[Fault, ...] = ()
    expect: FlowExpect | None = FlowExpect()


class FlowCase(_Strict):
    """One replay test of a workflow, in `cases/<workflow>/`."""

    name: str
    about: str = ""
    file: str = ""
    workflow: str = ""
    modes: tuple[Metering, ...] | None = None
    """None: one mapping is enough, whatever its billing mode."""
    engines: tuple[EngineName, ...] = ("make", "n8n")
    portal: str | None = None
    """None: as in the mapping."""
    names: dict[str, str] = {}
    """Client key → the name that it has in this case."""
    clients: dict[str, Terms] = {}
    """Client key → its own terms in this case."""
    currency: str | None = None
    counted: bool = False
    """Stripe counts the usage of a step at once, as the mapping bills it."""
    fail: CapFailure | None = None
    look_up: CapSource | None = None
    """`caps.fail` and `caps.source`, where they are not the mapping's."""
    per_page: int | None = None
    gateway: tuple[str, ...] = ()
    """Clients on the gateway's path, whose meter then has the name that gateways send."""
    torn: tuple[str, ...] = ()
    """Workflows whose *Mapping* somebody pasted badly: only what the case expects is judged, and what holds for all."""
    switches: Literal["all", "default"] = "all"
    steps: Annotated[tuple[FlowStep, ...], Field(min_length=1)]

    @property
    def key(self) -> str:
        """Name the case as on the command line."""
        return f"{self.workflow}/{Path(self.file).stem}"


def load_flow_case(path: Path) -> FlowCase:
    """Read one case; raise UnreadableInput that names the file and every problem in it."""
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return FlowCase.model_validate({**data, "file": path.name, "workflow": path.parent.name})
    except (OSError, YAMLError, TypeError) as error:
        raise UnreadableInput(f"{path}: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UnreadableInput(f"{path}: {problems}") from error


@cache
def load_flow_cases(folder: Path) -> tuple[FlowCase, ...]:
    """Read the cases of all workflows, by folder and file name."""
    return tuple(load_flow_case(path) for path in sorted(folder.glob("*/*.yaml")))
