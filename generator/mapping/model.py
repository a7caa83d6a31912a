"""The shape of a mapping file. Descriptions are what editors show while a user types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, JsonValue, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from generator.mapping import fields
from generator.mapping.part import Part, Shorthand
from generator.mapping.patterns import begins_with
from generator.mapping.sources import APP_LOG
from generator.mapping.terms import (
    ClientChange,
    ClientPricing,
    Costs,
    Exchange,
    MappingChange,
    Markups,
    ModelChange,
    ModelPricing,
    OwnMarkups,
    Pricing,
)
from generator.mapping.words import Account, Audience, Billing, CapFailure, CapSource, Path, TokenType, WindowSize


class BillingChoice(Shorthand):
    """How usage becomes Stripe meter events, and from when on."""

    mode: Billing
    """dimensions: one meter priced by model and token type (Stripe preview); meter_per_rate: one meter per price;
    weighted: one meter of credits; watch: post nothing, report cost and margin."""
    since: fields.Day | None = None
    """The first local day in this mode; without it, the mapping's own `since`."""
    credit: fields.CreditValue | None = None
    """Only for weighted: what one credit is worth, in cents. Fixing it keeps all weights when a model is added."""


class Windows(Part):
    """How time is cut, and when the run starts."""

    size: WindowSize = WindowSize.DAY
    """day: local days of `zone`; hour: UTC hours."""
    zone: fields.Zone = "UTC"
    """An IANA time zone, such as America/Chicago."""
    lookback: Annotated[int, Field(ge=1, le=840)] = 3
    """How many closed windows a run covers. 1 = only the newest, without reading from Stripe."""
    run_at: fields.Clock
    """Local time of the daily run; with hourly windows only its minute counts."""


class Period(Part):
    """When Stripe closes a client's billing month."""

    anchor: fields.Instant
    """The billing cycle anchor of the subscription, as an instant."""
    grace: fields.Duration = Field(default="1h", validate_default=True)
    """How long Stripe takes usage of a closed period before it finalises the invoice: 1h unless you set more."""


class Source(Part):
    """The usage source."""

    kind: fields.SourceKind = APP_LOG
    """app_log: an endpoint of your own application; the README's table of sources lists the others."""
    url: fields.Url | None = None
    """The endpoint, https, without query; only where the kind has no address of its own."""
    client: str | None = None
    """What names a client where the source can group by several things; each kind's page lists its words."""
    per_page: Annotated[int, Field(ge=1, le=10_000)] = 1000
    """Rows asked for per page."""
    models: Annotated[tuple[fields.ModelName, ...], *fields.NotEmpty] | None = None
    """Only under `sources`: the models that are billed from here; without it all that the kind can tell of."""


class Slack(Part):
    """Slack, as the runs use it."""

    ops: fields.Channel
    """The id of your own channel for the nightly report and for errors."""


class Dunning(Part):
    """Getting paid."""

    portal: fields.Url | None = None
    """The login link of Stripe's customer portal, for instance https://billing.stripe.com/p/login/…"""


class OwnAlerts(Part):
    """Alerts of one client; what is not named here is as in the mapping."""

    at: Annotated[tuple[fields.Percent, ...], Field(max_length=10)] | None = None
    """Percent of the expected month at which the client is told, like [50, 80, 100]; an empty list: never."""
    jump: fields.PercentOrNone | None = None
    """You are told when the last seven days cost this percent of the seven days before, like 200; 0: never."""


class Alerts(OwnAlerts):
    """When usage of a client is told."""

    at: Annotated[tuple[fields.Percent, ...], Field(max_length=10)] = (50, 80, 100)
    """Percent of the expected month at which the client is told; an empty list: never."""
    jump: fields.PercentOrNone = 200
    """You are told when the last seven days cost this percent of the seven days before; 0: never."""


class Caps(Part):
    """How the question is answered whether a client may go on."""

    source: CapSource = CapSource.STRIPE
    """stripe: what Stripe has counted; log: the usage log, which `watch` always takes."""
    cache: fields.Memory = Field(default="60s", validate_default=True)
    """How long an answer is given again before usage is looked up anew, at most 1h."""
    fail: CapFailure = CapFailure.OPEN
    """open: while nobody can say what was used, calls go on; closed: they are refused."""


class RetryBounds(Part):
    """The bounds of all waits."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 6
    """Tries of one request, the first included."""
    base: fields.Wait = Field(default="2s", validate_default=True)
    """The first wait; it doubles with every try."""
    cap: fields.Wait = Field(default="30s", validate_default=True)
    """The longest single wait."""
    budget: fields.Duration = Field(default="10m", validate_default=True)
    """All waits of one run together."""


class Alias(Shorthand):
    """Another spelling of a model in the logs."""

    name: fields.Text
    """The spelling, exactly as the log has it."""
    since: fields.Day | None = None
    """The first local day on which this spelling means this model."""


class Model(Part):
    """One model that clients are charged for."""

    @model_validator(mode="before")
    @classmethod
    def _nothing_to_add(cls, value: Any) -> Any:
        return {} if value is None else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer editors the model's name with nothing behind it."""
        block = handler.resolve_ref_schema(handler(schema))
        return {**block, "type": ["object", "null"]}

    aliases: tuple[Alias, ...] = ()
    """Other spellings of this model in the logs."""
    since: fields.Day | None = None
    """The first local day on which this model, with these prices, is metered."""
    cost: Costs | None = None
    """Your own provider prices; they win over the catalogue."""
    markup: OwnMarkups | None = None
    """Instead of the mapping's markup."""
    pricing: ModelPricing | None = None
    """How this model's prices are shaped, if not as the mapping says."""
    changes: tuple[ModelChange, ...] = ()
    """New prices with a date."""
    token_types: Annotated[tuple[TokenType, ...], Field(min_length=1)] | None = None
    """Meter only these token types; without it, all that have a price."""


class Customer(Part):
    """The client's Stripe customer ids."""

    sandbox: fields.CustomerId | None = None
    """In the sandbox."""
    live: fields.CustomerId | None = None
    """In the live account."""


class Channel(Part):
    """A Slack channel about one client."""

    id: fields.Channel
    """The channel's id, not its name."""
    audience: Audience
    """internal: your own people; client: the client reads it, so margin and cost never go there."""


class Client(Part):
    """One customer of yours. The key is how the logs name it."""

    name: fields.Text
    """What people call it."""
    customer: Customer = Field(default_factory=Customer)
    """Its Stripe customer ids."""
    aliases: tuple[fields.Text, ...] = ()
    """Other spellings of this client in the logs."""
    prefixes: tuple[fields.Prefix, ...] = ()
    """How spellings begin that are this client too, like `acme-`: a whole spelling wins, then the longest beginning."""
    patterns: tuple[fields.Pattern, ...] = ()
    """Spellings of this client too, with `*` for any run of characters, like `proj_*_acme`: after whole spellings and
    beginnings, the pattern with the most literal characters wins."""
    source: fields.SourceNames | None = None
    """Only with `sources`: the name of the one that bills this client. Of several, each model belongs to the first that
    bills it."""
    since: fields.Day | None = None
    """The first local day that is metered for this client."""
    until: fields.Day | None = None
    """The last local day that is metered for this client."""
    period: Period | None = None
    """When Stripe closes this client's month, if it differs from the mapping's."""
    channels: tuple[Channel, ...] = ()
    """Slack channels about this client."""
    path: Path = Path.WORKFLOW
    """gateway: an AI gateway posts this client's usage, so this mapping does not."""
    currency: fields.Currency | None = None
    """The currency of this client's invoices, if it is not the mapping's; it needs a rate under `exchange`."""
    markup: OwnMarkups | None = None
    """Instead of the model's and the mapping's markup."""
    pricing: ClientPricing | None = None
    """How this client's prices are shaped, if not as the model or the mapping says."""
    changes: tuple[ClientChange, ...] = ()
    """New terms with a date."""
    retainer: fields.Money | None = None
    """The flat monthly fee, in the client's currency."""
    expected_month: fields.Money | None = None
    """Provider cost that you expect per month, in the mapping's currency."""
    expected_tokens: fields.Tokens | None = None
    """Tokens that you expect per month: the client's alerts then count tokens, not money."""
    alerts: OwnAlerts | None = None
    """When this client's usage is told, if not as the mapping says."""
    cap: fields.Money | None = None
    """Provider cost per month at which the client's calls are refused."""

    @property
    def every_pattern(self) -> tuple[str, ...]:
        """Give its patterns, a beginning being one that ends in `*`."""
        return (*map(begins_with, self.prefixes), *self.patterns)


_ONE_OF: JsonValue = [{"required": ["source"]}, {"required": ["sources"]}]


class Mapping(Part):
    """Who is billed for which tokens."""

    model_config = ConfigDict(title="Tokentill mapping", json_schema_extra={"oneOf": _ONE_OF})

    version: Annotated[Literal[1], BeforeValidator(lambda value: 1 if str(value) == "1" else value)]
    """The version of this file's shape."""
    name: fields.Text
    """Your business, as it appears in reports."""
    since: fields.Day
    """The first local day that is metered."""
    billing: BillingChoice
    """How usage becomes Stripe meter events."""
    stripe: Account
    """Which of the customer ids is used: sandbox or live."""
    currency: fields.Currency = "usd"
    """Three lower-case letters, as Stripe writes it."""
    meter: fields.MeterName = "ai_tokens"
    """The event name, or its beginning where there are several meters."""
    markup: Markups
    """Client rate = provider cost × markup."""
    pricing: Pricing = Field(default_factory=Pricing)
    """How prices are shaped: flat and per token unless you say otherwise."""
    exchange: dict[fields.Currency, Exchange] = Field(default_factory=dict)
    """Exchange rates of the currencies that clients pay in."""
    changes: tuple[MappingChange, ...] = ()
    """New terms with a date."""
    windows: Windows
    """How time is cut."""
    period: Period
    """When Stripe closes a client's month."""
    source: Source | None = None
    """Where usage rows come from; either this or `sources`."""
    sources: Annotated[dict[fields.SourceName, Source], Field(min_length=1, max_length=20)] | None = None
    """Several places where usage rows come from, each with a name of yours and a run of its own."""
    slack: Slack
    """Where the run reports."""
    alerts: Alerts = Field(default_factory=Alerts)
    """When a client's usage reaches Slack before the invoice does."""
    retry: RetryBounds = Field(default_factory=RetryBounds)
    """How long a run keeps trying."""
    dunning: Dunning = Field(default_factory=Dunning)
    """What a client is offered when a payment fails."""
    caps: Caps = Field(default_factory=Caps)
    """How the question is answered whether a client may go on; the caps themselves stand at the clients."""
    models: Annotated[dict[fields.ModelName, Model], Field(min_length=1)]
    """The models that clients are charged for, as `creator/model`."""
    clients: Annotated[dict[fields.Text, Client], Field(min_length=1)]
    """Your clients, by the key that the logs use."""
