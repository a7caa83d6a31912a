"""Rules on the words of a report: each line has the form of docs/run.md §8, in its order, and says what is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from generator.rendering.plan import Billing
from generator.replay.expected import QUIET, Window
from generator.replay.judge.record import RunRecord
from generator.replay.judge.totals import FACT_REASONS
from generator.replay.money import money, places

_ADVICE = (
    r"\. Stripe knows the event but shows less\. Look again after the next run; "
    r"if it stays, run a backfill with again\."
)
_N = r"\d{1,3}(?:,\d{3})*"
_MORE = re.compile(rf"; and ({_N}) more$")
_MOST = 20
_FACT = re.compile(rf"(?P<about>.+): (?P<n>{_N})(?P<words> \[(?:\d{{3}} ?)?[^\]]*\])?")
_BULLET = re.compile(rf"• (?P<reason>[a-z_]+): (?P<n>{_N}) (?P<unit>tokens|credits) \((?P<details>.*)\)")
_IGNORED = "The backfill was ignored: on must be {}, from and to days written like it."
_ORDER = (
    "Tokentill",
    "The backfill",
    "Posted",
    "Watched",
    "Parked",
    "•",
    "Stuck",
    "Ahead",
    "Left",
    "Missing",
    "Last call",
    "Stopped",
)


def report(run: RunRecord) -> Iterator[str]:
    """Read every report of a run, line by line; also what a run told before it died."""
    for _, text in run.messages:
        lines = text.split("\n")
        places = [next((n for n, word in enumerate(_ORDER) if line.startswith(word)), -1) for line in lines]
        order = [n for n, word in zip(places, lines, strict=True) if not word.startswith("•")]
        if order != sorted(set(order)):
            yield f"report: the lines are out of order: {text!r}"
        yield from (f"report: {words}: {text!r}" for words in _head(run, lines[0]))
        for line in lines[1:]:
            yield from (f"report: {words}: {line!r}" for words in _line(run, line))
        yield from _last_call(run, text)
        yield from _missing(run)
        wanted = _IGNORED.format(_day_of_run(run)) if run.ignored else None
        if [line for line in lines if line.startswith("The backfill")] != [wanted] * run.ignored:
            yield f"report: what it says of an ignored backfill is not {wanted!r}: {text!r}"


def _head(run: RunRecord, line: str) -> Iterator[str]:
    plan, windows = run.book.plan, run.reading.windows
    if run.told.stopped:  # before or after the source told of some of them
        windows = sorted([*windows, *run.reading.missing])
    labels = " … ".join(dict.fromkeys([windows[0].label, windows[-1].label])) if windows else ""
    which = f"{'backfill ' if run.step.backfill else ''}{labels} ({plan.windows.zone})"
    wanted = f"Tokentill · {_escaped(plan.name)} · {which} · {plan.billing.value}"
    if windows and not run.step.retry_of and line != wanted:
        yield f"the first line is not {wanted!r}"


def _line(run: RunRecord, line: str) -> Iterator[str]:
    unit, amount = "credits" if run.book.plan.billing is Billing.WEIGHTED else "tokens", _amount(run)
    forms = (
        rf"Posted: {_N} {unit} in {_N} events?",
        rf"Watched: {_N} tokens, cost {amount}, at metered rates {amount}",
        rf"• .+: {_N} tokens, cost {amount}, would charge {amount}(?:, retainer {amount})?",
        rf"Parked: {_N} tokens" if unit == "tokens" else rf"Parked: (?:{_N} tokens|(?:{_N} tokens and )?{_N} credits)",
        r"Last call: \S+ leaves the lookback with this run\. After mending: backfill from \S+ to \S+\.",
        r"Missing: \S.*\. The next run asks again\.",
        r"Stopped: \S.*",
    )
    if any(re.fullmatch(form, line) for form in forms) or line.startswith("The backfill"):
        return
    if match := _BULLET.fullmatch(line):
        yield from _bullet(run, match, unit)
    elif match := re.fullmatch(rf"(?P<w>Stuck|Ahead|Left): (?P<n>{_N}) {unit} \((?P<d>.*)\)(?P<advice>.*)", line):
        if not re.fullmatch(_ADVICE if match["w"] == "Stuck" else "", match["advice"]):
            yield "the advice is another one"
        yield from _facts(run, match["d"], match["n"], meters=match["w"] == "Ahead")
    else:
        yield "no such line is known"


def _bullet(run: RunRecord, match: re.Match[str], unit: str) -> Iterator[str]:
    reason, details = match["reason"], match["details"]
    if reason not in FACT_REASONS:
        yield from _rows(run, reason, details, match["unit"])
        return
    if match["unit"] != unit:
        yield f"facts are told in {unit}"
    if reason == "period_closed":
        worth = re.match(rf"worth ({_amount(run)}) (\w+); ", details)
        if worth is None or worth[2] != run.book.plan.currency:
            yield "the worth in money is missing"
            return
        details = details[worth.end() :]
        yield from _worth(run, details, worth[1])
    yield from _facts(run, details, match["n"], meters=False)


def _amount(run: RunRecord) -> str:
    digits = places(run.book.plan.currency)
    return rf"{_N}\.\d{{{digits}}}" if digits else _N


def _rows(run: RunRecord, reason: str, details: str, unit: str) -> Iterator[str]:
    if unit != "tokens":
        yield "rows are told in tokens"
    told = run.reading.details.get(reason)
    if told is None or run.step.retry_of:
        return
    if reason in {"bad_time", "bad_count"}:
        wanted = f"rows {_listed([str(n) for n in told.rows], ', ')}"
        if details != wanted:
            yield f"the details are not {wanted!r}"
        return
    head = f"in {len(told.rows):,} rows: "
    choices = [_listed([_escaped(name or "(none)") for name in names], ", ") for names in told.choices]
    if not details.startswith(head) or (details[len(head) :] not in choices):
        yield f"the details are not {head!r} and one of {choices}"


def _listed(words: list[str], glue: str) -> str:
    more = len(words) - _MOST
    return glue.join(words[:_MOST]) + (f"; and {more:,} more" if more > 0 else "")


def _entries(details: str) -> tuple[list[str], bool]:
    more = _MORE.search(details)
    return (details[: more.start()] if more else details).split("; "), bool(more)


def _facts(run: RunRecord, details: str, total: str, *, meters: bool) -> Iterator[str]:
    """Each entry names a fact (or a client and a meter) of ours, and they add up."""
    plan = run.book.plan
    pairs = ["" if plan.billing is Billing.WEIGHTED else f" {p.model} {p.token_type.value}" for p in plan.pairs]
    behind = [f" {name}" for name in run.book.meters] if meters else [
        f"{pair} {window.label}" for pair in pairs for window in run.reading.windows
    ]  # fmt: skip
    known = {f"{client.key}{words}" for client in plan.clients for words in behind}
    entries, cut = _entries(details)
    read = [_FACT.fullmatch(entry) for entry in entries]
    for entry, match in zip(entries, read, strict=True):
        if match is None or (match["about"] not in known and not run.step.retry_of):
            yield f"{entry!r} names nothing of ours"
    if not cut and all(read) and sum(_int(m["n"]) for m in read if m) != _int(total):
        yield "the details do not add up"
    if (len(entries) > _MOST) or (cut and len(entries) != _MOST):
        yield f"{len(entries)} entries are listed"


def _worth(run: RunRecord, details: str, told: str) -> Iterator[str]:
    plan, entries = run.book.plan, _entries(details)
    if entries[1]:
        return
    cents = Decimal(0)
    for match in filter(None, map(_FACT.fullmatch, entries[0])):
        for pair in plan.pairs:
            if plan.billing is Billing.WEIGHTED and pair.weight:
                cents += pair.rate / pair.weight * _int(match["n"])
                break
            if f" {pair.model} {pair.token_type.value} " in match["about"]:
                cents += pair.rate * _int(match["n"])
    wanted = money(cents, plan.currency)
    if told != wanted:
        yield f"it is worth {wanted}"


def _missing(run: RunRecord) -> Iterator[str]:
    """The windows of which the source said nothing are named, and no others; where it said nothing, the run stops."""
    wanted = () if run.told.stopped else tuple(window.label for window in run.reading.missing)
    if run.told.reports and run.told.missing != wanted:
        yield f"report: missing are {wanted}, told were {run.told.missing}"


def _last_call(run: RunRecord, text: str) -> Iterator[str]:
    """The oldest window is called for the last time when something of it was parked, stuck or left."""
    told = re.search(r"^Last call: (\S+) leaves.* from (\S+) to (\S+)\.$", text, re.M)
    if run.step.backfill or run.step.retry_of or not run.reading.windows:
        if run.step.backfill and told:
            yield "report: a backfill has no last call"
        return
    oldest, day = run.reading.oldest, _day(run, run.reading.oldest)
    if told and told.groups() != (oldest.label, day, day):
        yield f"report: the last call is not about {oldest.label} and {day}: {told[0]!r}"
    due = oldest in run.reading.missing or any(
        d.oldest for reason, d in run.reading.details.items() if reason not in QUIET
    )
    lines = [line for line in text.split("\n") if line.startswith(("Stuck", "Left", *(f"• {r}" for r in FACT_REASONS)))]
    due = due or any(f" {oldest.label}: " in line for line in lines)
    long = any(_MORE.search(line.removesuffix(")")) for line in lines)
    if bool(told) != due and not run.told.stopped and not long:
        yield f"report: the last call is {'missing' if due else 'not due'}"


def _day_of_run(run: RunRecord) -> str:
    return run.step.at.astimezone(ZoneInfo(run.book.plan.windows.zone)).date().isoformat()


def _day(run: RunRecord, window: Window) -> str:
    return window.start.astimezone(ZoneInfo(run.book.plan.windows.zone)).date().isoformat()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _int(text: str) -> int:
    return int(text.replace(",", ""))
