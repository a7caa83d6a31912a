"""What the templates are filled from: the resolved business, free of YAML and of prices' history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from generator.mapping.sources import APP_LOG
from generator.mapping.words import Billing as Billing
from generator.mapping.words import CapFailure as CapFailure
from generator.mapping.words import CapSource as CapSource
from generator.mapping.words import TokenType as TokenType


@dataclass(frozen=True, slots=True)
class Windows:
    """How time is cut: `size` is `day` or `hour`, `zone` an IANA name, `lookback` a number of windows."""

    size: str
    zone: str
    lookback: int
    run_at: str
    """Local `HH:MM` at which the daily run starts; of it only the minute counts for hours."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The bounds of every wait: see docs/run.md §7. Seconds."""

    attempts: int = 6
    base_s: int = 2
    cap_s: int = 30
    budget_s: int = 600


@dataclass(frozen=True, slots=True)
class Month:
    """What is expected of a client per billing month, and when its usage is told: the material of usage-thresholds."""

    tokens: int | None = None
    """Expected tokens; where there are none, the expected provider cost counts."""
    at: tuple[int, ...] = ()
    """Percent of the expected month, rising."""
    jump: int = 0
    """Percent of the week before; 0: never."""
    currency: str = ""
    """Of the client's invoices; empty: the mapping's."""
    rates: tuple[Decimal, ...] = ()
    """The client's own rates in cents per token of `currency`, in the order of the plan's pairs; empty: the plan's."""
    flat: bool = True
    """Whether these rates are all: no free tokens, tiers or monthly credit."""


@dataclass(frozen=True, slots=True)
class Client:
    """One customer of the user. `names` are all spellings in the logs, its key included."""

    key: str
    name: str
    customer: str
    names: tuple[str, ...]
    since: datetime
    until: datetime | None
    anchor: datetime
    grace: timedelta
    retainer: Decimal | None = None
    expected_month: Decimal | None = None
    cap: Decimal | None = None
    month: Month = Month()
    models: tuple[str, ...] | None = None
    """The models that this run bills for it, where another source bills others; None: all."""
    patterns: tuple[str, ...] = ()
    """Further spellings, with `*` for any run of signs: one of `names` wins, then the first of all clients' patterns by
    `generator.mapping.patterns.rank`."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A Slack channel about one client. `audience` is `internal`, or `client` where the client reads along."""

    id: str
    audience: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One client as workflows that react know it, whichever path its usage takes. Money is a month's."""

    key: str
    name: str
    customer: str
    channels: tuple[Channel, ...] = ()
    retainer: Decimal | None = None
    expected_month: Decimal | None = None
    cap: Decimal | None = None
    names: tuple[str, ...] = ()
    """Its spellings in the logs, its key first."""
    anchor: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    """When its billing months begin."""
    gateway: bool = False
    """Whether an AI gateway posts its usage."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How caps are looked up: where, for how many seconds an answer holds, and whether calls go on in the dark."""

    source: CapSource = CapSource.STRIPE
    seconds: int = 60
    fail: CapFailure = CapFailure.OPEN


@dataclass(frozen=True, slots=True)
class ModelName:
    """One spelling of a model in the logs, and from when on it means that model."""

    name: str
    model: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """One model × token type. `rate` and `cost` are cents per token, `weight` credits per token (`weighted` only)."""

    model: str
    token_type: TokenType
    event_name: str
    digest: str
    rate: Decimal
    cost: Decimal
    weight: int | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """One mapping, resolved: everything that a template may ask for."""

    name: str
    billing: Billing
    livemode: bool
    currency: str
    since: datetime
    windows: Windows
    source_url: str
    """Empty where the source has an address of its own."""
    per_page: int
    ops_channel: str
    retry: Retry
    clients: tuple[Client, ...]
    model_names: tuple[ModelName, ...]
    pairs: tuple[Pair, ...]
    weighted_event: str = ""
    """Event name of the one meter in `weighted`; empty in other modes."""
    weighted_digest: str = ""
    contacts: tuple[Contact, ...] = ()
    """Every client of the mapping, those on the gateway's path included."""
    source: str = APP_LOG
    """The kind of usage source: the folder of `generator/sources` whose parts the templates are filled with."""
    source_client: str = ""
    """What names a client there, where the source can group by several things."""
    source_ready_s: int = 0
    """Seconds after a window's end before the source's numbers are taken for whole; until then a run leaves it out."""
    portal: str = ""
    """The login link of Stripe's customer portal; empty where there is none."""
    caps: Caps = Caps()
    run: str = ""
    """The name of its source, where a mapping has several; empty where one run meters all."""
    elsewhere: tuple[str, ...] = ()
    """All spellings of the clients that other sources of the mapping bill."""
    elsewhere_patterns: tuple[str, ...] = ()
    """Further spellings of theirs, with `*`."""
    by_gateway: tuple[Client, ...] = ()
    """Clients whose usage an AI gateway posts: no run meters them, `reconcile --gateway` compares them."""
    runs: tuple[Plan, ...] = ()
    """Of a mapping with several sources: the plan of each one's run, with its own clients."""

    @property
    def metering(self) -> str:
        """Name its `meter-usage`, which is also the name under which runs are noted."""
        return self.named("meter-usage")

    @property
    def divided(self) -> bool:
        """Whether other sources bill some of what its own source shows."""
        return bool(self.elsewhere) or any(client.models is not None for client in self.clients)

    @property
    def patterned(self) -> bool:
        """Whether some client is known by parts of its spellings."""
        return bool(self.elsewhere_patterns) or any(client.patterns for client in self.clients)

    def named(self, stem: str) -> str:
        """Name a workflow of which each run has its own."""
        return f"{stem}-{self.run}" if self.run else stem
