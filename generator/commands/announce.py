"""`announce`: tell one client that its usage will be billed, from its own last days; as text and as a page."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from generator import resources
from generator.commands.clock import now
from generator.commands.files import write_beside
from generator.commands.margin_options import day_named
from generator.commands.read import catalogue, mapping_path
from generator.commands.statement import client_named, left_out, named_rows
from generator.errors import WrongUsage
from generator.mapping.findings import failed
from generator.mapping.load import load
from generator.mapping.model import Client, Mapping
from generator.metering.periods import period_end
from generator.metering.windows import day_start
from generator.pricing.catalogue import Catalogue
from generator.pricing.statement import DAY, Used, list_of, make_statement, weights_of
from generator.reporting.announcement import Announcement, announcement_page, message
from generator.reporting.terminal import finding_rows, note, result, show_findings, show_json
from generator.usage_files.archive import Kept

ALWAYS = datetime.max.replace(tzinfo=UTC)


def run(args: Namespace) -> int:
    """Show the text to send, and write the page where one is asked for; 1 where usage could not be counted."""
    path, prices = mapping_path(args.mapping), catalogue()
    loaded = load(path)
    if loaded.mapping is None:
        show_findings(loaded.findings, args.format)
        return 1
    client_named(loaded.mapping, args.client)
    rows, findings = named_rows(args, loaded.mapping, prices)
    said = _announcement(args, loaded.mapping, prices, rows)
    findings += left_out(said.statement, path)
    if args.html:
        write_beside({args.html: announcement_page(said, resources.templates())})
    if args.format == "json":
        show_json({**_as_data(said), "findings": finding_rows(findings)})
    else:
        result(message(said))
        for finding in findings:  # beside the text, which is to be sent as it is
            note(str(finding))
    return failed(findings)


def _announcement(args: Namespace, mapping: Mapping, prices: Catalogue, rows: list[Kept]) -> Announcement:
    """Charge the client's last days, taken as one month, at the terms that will hold."""
    client, zone = mapping.clients[args.client], mapping.windows.zone
    begins = day_named(args.begins, "--begins") or _next_period(mapping, client)
    terms = list_of(mapping, prices, args.client, day_start(begins, zone), ALWAYS)
    own = [row for row in rows if row.client == args.client]
    last = day_named(args.last, "--to") or max((row.day for row in own), default=None)
    if terms is None or last is None:
        raise WrongUsage(f"no usage of {args.client} that has a time" if terms else f"{args.client} has no prices")
    asked = last - DAY * (args.days - 1)
    used = [Used(row.day, row.model, row.token_type, row.tokens) for row in own if asked <= row.day <= last]
    if not used:
        raise WrongUsage(f"no usage of {args.client} from {asked} to {last}")
    first = max(asked, min(row.day for row in rows))  # what was used before the files begin is not known
    span = day_start(first, zone), day_start(last + DAY, zone)
    made = make_statement(terms, weights_of(mapping, prices), used, *span, renews=False)
    return Announcement(mapping.name, client.name, first, last, begins, made, terms)


def _next_period(mapping: Mapping, client: Client) -> date:
    """Give the local day on which the client's next billing period begins, or its first metered day if later."""
    anchor, moment = (client.period or mapping.period).anchor, now()
    months = (moment.year - anchor.year) * 12 + moment.month - anchor.month
    start = next(end for step in count(months - 1) if (end := period_end(anchor, step)) > moment)
    return max(start.astimezone(ZoneInfo(mapping.windows.zone)).date(), client.since or mapping.since)


def _as_data(said: Announcement) -> dict[str, object]:
    invoice = said.statement.invoice
    days = {"first": said.first.isoformat(), "last": said.last.isoformat(), "begins": said.begins.isoformat()}
    figures = {"currency": invoice.currency, "total": invoice.total, "tokens": said.statement.tokens}
    return {"client": said.statement.client, **days, **figures, "message": message(said)}
