"""A mapping and prices → the plan that templates are filled from. Local days become instants here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from generator.mapping import model as shape
from generator.mapping.billed import BilledSource, billed_sources, sources_of
from generator.mapping.checks import check_mapping
from generator.mapping.findings import Finding, Level, in_file_order
from generator.mapping.load import Loaded
from generator.mapping.places import Places
from generator.mapping.secrets import hide
from generator.mapping.words import Account, Path
from generator.metering.windows import day_start
from generator.pricing.catalogue import Catalogue
from generator.pricing.checks import check_prices
from generator.pricing.events import event_name, weighted_event
from generator.pricing.rates import Rate, make_rates
from generator.pricing.terms import retainer_at_home
from generator.pricing.weights import Weights, make_weights
from generator.rendering.checks_caps import cap_source, check_caps
from generator.rendering.checks_meters import check_meters, check_run_time
from generator.rendering.checks_period import check_periods
from generator.rendering.month import month_of
from generator.rendering.plan import (
    Billing,
    Caps,
    Channel,
    Client,
    Contact,
    ModelName,
    Month,
    Pair,
    Plan,
    Retry,
    Windows,
)
from generator.rendering.remaining import holds
from generator.rendering.run_time import run_time_of


def make_plan(
    mapping: shape.Mapping, catalogue: Catalogue, places: Places | None = None
) -> tuple[Plan | None, list[Finding]]:
    """Resolve a mapping; with an error among the findings there is no plan."""
    where = places or Places("mapping")
    rates = make_rates(mapping, catalogue)
    weights, findings = make_weights(mapping, rates, where)
    run = run_time_of(mapping, len(rates))
    findings += check_mapping(mapping, where)
    findings += check_prices(mapping, catalogue, rates, where)
    findings += check_meters(mapping, rates, weights, where)
    findings += check_run_time(run, where)
    findings += check_caps(mapping, rates, weights, where)
    findings += check_periods(mapping, run.slowest, where)
    findings = in_file_order(findings)
    if any(finding.level is Level.ERROR for finding in findings):
        return None, findings
    return _Resolver(mapping, catalogue).plan(rates, weights), findings


def resolve(loaded: Loaded, catalogue: Catalogue) -> tuple[Plan | None, list[Finding]]:
    """Resolve a file as it was loaded: all its findings, and a plan unless one of them is an error."""
    if loaded.mapping is None:
        return None, in_file_order([*loaded.findings, *hide(_of_the_rest(loaded, catalogue), loaded.secrets)])
    plan, found = make_plan(loaded.mapping, catalogue, loaded.places)
    findings = in_file_order([*loaded.findings, *hide(found, loaded.secrets)])
    return None if any(finding.level is Level.ERROR for finding in findings) else plan, findings


def _of_the_rest(loaded: Loaded, catalogue: Catalogue) -> list[Finding]:
    if (rest := loaded.rest) is None:
        return []
    return [finding for finding in make_plan(rest.mapping, catalogue, loaded.places)[1] if holds(finding, rest)]


def digest(event: str, model: str = "", token_type: str = "") -> str:
    """Name an event's meaning in 10 hex digits: the part of an identifier that says what was counted."""
    return sha256("\n".join((event, model, token_type)).encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class _Resolver:
    mapping: shape.Mapping
    catalogue: Catalogue

    def plan(self, rates: list[Rate], weights: Weights) -> Plan:
        """Resolve all of a mapping; with several sources the whole has the first one's, and each a plan of its own."""
        sources = billed_sources(self.mapping)
        whole = replace(
            self.of(sources[0], rates, weights),
            name=self.mapping.name,
            run="",
            clients=tuple(self.clients(rates)),
            by_gateway=tuple(self.clients(rates, Path.GATEWAY)),
            elsewhere=(),
            elsewhere_patterns=(),
        )
        return replace(whole, runs=tuple(self.of(one, rates, weights) for one in sources if one.name))

    def of(self, one: BilledSource, rates: list[Rate], weights: Weights) -> Plan:
        """Give the plan of one source's run."""
        mapping, mode, facts = self.mapping, self.mapping.billing.mode, one.facts
        weighted = weighted_event(mapping.meter) if mode is Billing.WEIGHTED else ""
        return Plan(
            name=f"{mapping.name} ({one.name})" if one.name else mapping.name,
            billing=mode,
            livemode=mapping.stripe is Account.LIVE,
            currency=mapping.currency,
            since=self.start,
            windows=_windows(mapping.windows),
            source_url=one.source.url or "",
            per_page=one.source.per_page,
            source=facts.kind,
            source_client=one.source.client or next(iter(facts.clients), ""),
            source_ready_s=facts.ready_s,
            ops_channel=mapping.slack.ops,
            retry=_retry(mapping.retry),
            clients=tuple(self.billed(one, rates)),
            model_names=tuple(self.model_names()),
            pairs=tuple(self.pair(rate, weights) for rate in rates),
            weighted_event=weighted,
            weighted_digest=digest(weighted) if weighted else "",
            contacts=tuple(self.contacts()),
            portal=mapping.dunning.portal or "",
            caps=Caps(cap_source(mapping, rates, weights), int(mapping.caps.cache.total_seconds()), mapping.caps.fail),
            run=one.name,
            elsewhere=tuple(
                name for key, client in self.elsewhere(one) for name in dict.fromkeys([key, *client.aliases])
            ),
            elsewhere_patterns=tuple(one for _, client in self.elsewhere(one) for one in client.every_pattern),
        )

    @property
    def start(self) -> datetime:
        """The instant before which nothing is converged in this billing mode."""
        return self.instant(max(self.mapping.since, self.mapping.billing.since or self.mapping.since))

    def instant(self, day: date | None) -> datetime:
        return day_start(day or self.mapping.since, self.mapping.windows.zone)

    def clients(self, rates: list[Rate], path: Path = Path.WORKFLOW) -> Iterator[Client]:
        for key, client in self.mapping.clients.items():
            if client.path is path:
                yield self.client(key, client, rates)

    def billed(self, one: BilledSource, rates: list[Rate]) -> Iterator[Client]:
        """List the clients that a source bills; one of several sources has no month that one run could watch."""
        for client in self.clients(rates):
            if (models := one.clients.get(client.key)) is None:
                continue
            divided = one.name and models != self.mapping.models.keys()
            own = tuple(name for name in self.mapping.models if name in models) if divided else None
            month = client.month if len(sources_of(self.mapping, self.mapping.clients[client.key])) < 2 else Month()
            yield replace(client, models=own, month=month)

    def elsewhere(self, one: BilledSource) -> Iterator[tuple[str, shape.Client]]:
        """List the clients that other sources bill."""
        for key, client in self.mapping.clients.items():
            if one.name and key not in one.clients and client.path is Path.WORKFLOW:
                yield key, client

    def client(self, key: str, client: shape.Client, rates: list[Rate]) -> Client:
        period = client.period or self.mapping.period
        return Client(
            key=key,
            name=client.name,
            customer=getattr(client.customer, self.mapping.stripe.value) or "",
            names=tuple(dict.fromkeys([key, *client.aliases])),
            patterns=client.every_pattern,
            since=self.instant(client.since),
            until=self.instant(client.until + timedelta(days=1)) if client.until else None,
            anchor=period.anchor,
            grace=period.grace,
            retainer=retainer_at_home(self.mapping, client),
            expected_month=client.expected_month,
            cap=client.cap,
            month=month_of(self.mapping, client, self.catalogue, rates),
        )

    def contacts(self) -> Iterator[Contact]:
        for key, client in self.mapping.clients.items():
            yield Contact(
                key=key,
                name=client.name,
                customer=getattr(client.customer, self.mapping.stripe.value) or "",
                channels=tuple(Channel(channel.id, channel.audience.value) for channel in client.channels),
                retainer=client.retainer,
                expected_month=client.expected_month,
                cap=client.cap,
                names=tuple(dict.fromkeys([key, *client.aliases])),
                anchor=(client.period or self.mapping.period).anchor,
                gateway=client.path is Path.GATEWAY,
            )

    def model_names(self) -> Iterator[ModelName]:
        for name, model in self.mapping.models.items():
            since = {name: model.since, **{alias.name: alias.since or model.since for alias in model.aliases}}
            yield from (ModelName(spelling, name, self.instant(day)) for spelling, day in since.items())

    def pair(self, rate: Rate, weights: Weights) -> Pair:
        event = event_name(self.mapping, rate.model, rate.token_type)
        return Pair(
            model=rate.model,
            token_type=rate.token_type,
            event_name=event,
            digest=digest(event, rate.model, rate.token_type.value) if event else "",
            rate=rate.rate,
            cost=rate.cost,
            weight=weights.get((rate.model, rate.token_type)),
            since=self.instant(self.mapping.models[rate.model].since),
        )


def _windows(windows: shape.Windows) -> Windows:
    return Windows(windows.size.value, windows.zone, windows.lookback, f"{windows.run_at:%H:%M}")


def _retry(bounds: shape.RetryBounds) -> Retry:
    seconds = [int(wait.total_seconds()) for wait in (bounds.base, bounds.cap, bounds.budget)]
    return Retry(bounds.attempts, *seconds)
