"""Bugs that we planted into the templates, and the world that finds each: what a simulation is for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from generator import resources
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.n8n import render_n8n
from generator.rendering.plan import Plan
from generator.replay.engine import Files

Platform = Literal["make", "n8n"]


class Edit(NamedTuple):
    """One change of a template: `old` stands there once behind `after`, the text where the search begins."""

    file: str
    """Below `templates`."""
    old: str
    new: str
    after: str = ""

    def apply(self, folder: Path) -> None:
        """Make the change in a copy of the templates."""
        path = folder / self.file
        before, mark, text = path.read_text(encoding="utf-8").partition(self.after or "\n")
        if text.count(self.old) < 1 or (not self.after and text.count(self.old) > 1):
            raise LookupError(f"{self.file}: {self.old!r} stands there {text.count(self.old)} times")
        path.write_text(before + mark + text.replace(self.old, self.new, 1), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug on one platform, and the seed whose world finds it in this run."""

    name: str
    edits: tuple[Edit, ...]
    seed: int = 0
    run: int = 0
    """1-based; the world is played up to it."""
    why: str = ""
    """Why no world finds it, where none does."""

    @property
    def platform(self) -> Platform:
        """Give the platform whose templates are changed."""
        return "make" if self.edits[0].file.startswith("make/") else "n8n"

    def files(self, plan: Plan, folder: Path) -> Files:
        """Render metering with the bug in it."""
        templates = folder / "templates"
        shutil.copytree(resources.templates(), templates, dirs_exist_ok=True)
        for edit in self.edits:
            edit.apply(templates)
        render = render_make if self.platform == "make" else render_n8n
        stems = ("meter-usage", "meter-usage-chunk")
        rendered = render(plan, templates, stems)
        return {f"{self.platform}/{stem}.json": serialise(data) for stem, data in rendered.items()}


_LATE = "⟦ ms(event_time(code_of(fact))) ⟧ < if("
_DAY_AFTER = (
    'parseDate(formatDate(addDays(parseDate(⟦ code ⟧ + "T12"; "YYYYMMDDTHH"; 1.zone); 1); "YYYYMMDD"; 1.zone); '
    '"YYYYMMDD";\n 1.zone)'
)
_POSTS = "make/meter-usage.json"
_MORE, _OTHER = '"o": "number:greater"', '"o": "number:notequal"'


def _bug(name: str, file: str, old: str, new: str, seed: int = 0, run: int = 0, why: str = "") -> Planted:
    """Change one expression of Make's (`.iml`), or the code of n8n (`.js`)."""
    folder = "make/iml" if file.endswith(".iml") else "code"
    return Planted(name, (Edit(f"{folder}/{file}", old, new),), seed, run, why)


ON_MAKE = (
    _bug("identifier with the run's date", "run.iml", '"digest") ⟧}}:', '"digest") ⟧}}{{2.run.today}}:', 5, 1),
    _bug("identifier without the base", "run.iml", ":{{⟦ base ⟧}}{{2.run.again}}", ":0{{2.run.again}}", 1, 4),
    _bug("base 0 after a failed read", "run.iml", 'if(⟦ got ⟧.proven; "yes"; "no"); "no"))', '"yes"; "yes"))', 1, 2),
    _bug("no cap", "run.iml", "min(⟦ wanted ⟧; ⟦ remaining ⟧)", "⟦ wanted ⟧", 17, 13),
    Planted(
        "a negative difference is posted",
        (Edit(_POSTS, _MORE, _OTHER, '"id": 103,'), Edit(_POSTS, _MORE, _OTHER, '"id": 120,')),
        1,
        5,
    ),
    _bug("windows in UTC", "time.iml", '⟦ day ⟧; "YYYY-MM-DD"; 1.zone)', '⟦ day ⟧; "YYYY-MM-DD"; "UTC")', 5, 1),
    _bug("a day is 24 hours", "time.iml", _DAY_AFTER, "addHours(⟦ window_start(code) ⟧; 24)", 1, 2),
    _bug("event time = now", "time.iml", "addSeconds(⟦ window_end(code) ⟧; 0 - 1)", "1.now", 5, 1),
    Planted(
        "a retry has a key of its own",
        (Edit(_POSTS, "'0') ⟧\"", "'0') ⟧:{{72.i}}\"", '"id": 76,'),),
        5,
        4,
    ),
    _bug("409 is fatal", "answers.iml", " | ⟦ id ⟧.statusCode = 409 | ", " | ", 107, 4),
    _bug("429 is fatal", "answers.iml", " | ⟦ id ⟧.statusCode = 429 | ", " | ", 11, 2),
    _bug(
        "an answer of long ago is new",
        "answers.iml",
        'if(⟦ is_replayed(id) ⟧; "known"; "done")',
        '"done"',
        19,
        16,
    ),
    _bug(
        "a duplicate counts as posted",
        "answers.iml",
        'if(⟦ is_known(id) ⟧; "known"; ',
        'if(⟦ is_known(id) ⟧; "done"; ',
        19,
        17,
    ),
    _bug(
        "digits are lost",
        "row.iml",
        'replace(⟦ value ⟧; "/[^0-9]/g"; emptystring)',
        'replace(⟦ value ⟧; "/[^0-8]/g"; emptystring)',
        1,
        2,
    ),
    _bug(
        "a fraction is a count",
        "row.iml",
        '"=" + toString(⟦ whole_input() ⟧)',
        '"=" + replace(toString(⟦ whole_input() ⟧); "/[.eE][0-9]+$/"; emptystring)',
        1,
        1,
    ),
    _bug("since is ignored", "row.iml", "⟦ row_number() ⟧ < max(", "0 > max(", 25, 1),
    _bug("a closed period is posted", "periods.iml", _LATE, "0 > if(", 57, 9),
    _bug(
        "parked rows are not told",
        "report.iml",
        'if(⟦ is_parked(got) ⟧; newline + "Parked: "',
        'if(false; newline + "Parked: "',
        1,
        1,
    ),
    _bug("Retry-After is ignored", "answers.iml", "if(⟦ i ⟧ = 1; ⟦ asked_wait(id) ⟧;", "if(⟦ i ⟧ = 1; 0;", 49, 2),
    _bug(
        "a cut read is whole",
        "answers.iml",
        '.data.has_more;\n "false")) = "false"',
        '.data.object;\n "false")) = "list"',
        131,
        4,
    ),
    _bug(
        "a proxy's page is an answer",
        "answers.iml",
        " & ⟦ is_json(id) ⟧\n",
        "\n",
        why="such a page names no object either, so a second condition refuses it",
    ),
)

ON_N8N = (
    _bug(
        "identifier with the run's date",
        "chunk.js",
        'ask.base ?? "0", state.run.again',
        'ask.base ?? "0", isoInstant(state.run.now).slice(0, 10)',
        1,
        2,
    ),
    _bug("identifier without the base", "identifier.js", "customer, digest, base]", 'customer, digest, "0"]', 1, 4),
    Planted(
        "base 0 after a failed read",
        (
            Edit("code/phases.js", 'if (counted === null) return giveUp(state, ask, "");', ""),
            Edit("code/phases.js", "state.counted[ask.group] = counted;", 'state.counted[ask.group] = counted ?? "0";'),
            Edit("code/phases.js", "${ask.fact}`] = counted;", '${ask.fact}`] = counted ?? "0";'),
        ),
        43,
        41,
    ),
    _bug("no cap", "phases.js", "const part = wanted < cap ? wanted : cap;", "const part = wanted;", 1, 3),
    _bug("a negative difference is posted", "phases.js", "if (n > 0n) posts.push", "if (n !== 0n) posts.push", 19, 17),
    _bug("windows in UTC", "windows.js", "dayStart(day, zone), end", 'dayStart(day, "UTC"), end', 1, 2),
    _bug(
        "a day is 24 hours",
        "windows.js",
        "end: dayStart(addDays(day, 1), zone)",
        "end: dayStart(day, zone) + DAY",
        1,
        2,
    ),
    _bug("event time = now", "chunk.js", "isoInstant(eventTime(window))", "isoInstant(state.run.now)", 1, 2),
    _bug(
        "a retry has a key of its own",
        "chunk.js",
        'ask.base ?? "0", state.run.again);',
        'ask.base ?? "0", state.attempt > 1 ? String(state.attempt) : state.run.again);',
        5,
        4,
    ),
    _bug("409 is fatal", "answers.js", "status === 409 || status === 429", "status === 429", 19, 33),
    _bug("429 is fatal", "answers.js", "status === 409 || status === 429", "status === 409", 11, 2),
    _bug(
        "an answer of long ago is new",
        "phases.js",
        '(answer.verdict === "done" && isReplay(state, answer))',
        "false",
        19,
        16,
    ),
    _bug("a duplicate counts as posted", "phases.js", "if (known && !isNewest(state, ask))", "if (false)", 19, 16),
    _bug(
        "digits are lost",
        "counts.js",
        "return BigInt(value);\n  throw",
        'return BigInt(value.replaceAll("9", ""));\n  throw',
        9,
        2,
    ),
    _bug(
        "a fraction is a count",
        "counts.js",
        "Number.isInteger(value) && value >= 0 && value < 1e15) return BigInt(value)",
        "value >= 0 && value < 1e15) return BigInt(Math.trunc(value))",
        1,
        1,
    ),
    _bug(
        "totals are added as floats",
        "totals.js",
        "(totals.get(key) ?? 0n) + four[type]",
        "BigInt(Math.fround(Number((totals.get(key) ?? 0n) + four[type])))",
        9,
        6,
    ),
    Planted(
        "since is ignored",
        (
            Edit("code/totals.js", "since <= window.start);", "since <= window.start) ?? meanings[0];"),
            Edit("code/totals.js", "|| window.start < index.since[client]", ""),
            Edit("code/totals.js", "(index.models.get(meaning.model) ?? -Infinity)", "-Infinity"),
        ),
        25,
        1,
    ),
    _bug(
        "a closed period is posted", "phases.js", "return posts.filter((ask) => !closed(ask));", "return posts;", 41, 5
    ),
    _bug("parked rows are not told", "report.js", "...rows.map(sayParkedRows),", "", 1, 1),
    _bug(
        "Retry-After is ignored",
        "chunk.js",
        "const after = retryAfter(answer.headers, state.run.now + state.waited * 1000);",
        "const after = 0;",
        11,
        2,
    ),
    _bug(
        "a cut read is whole",
        "phases.js",
        "data.has_more === false && Array.isArray(data.data)",
        "Array.isArray(data.data)",
        131,
        4,
    ),
    _bug(
        "a proxy's page is an answer",
        "chunk.js",
        "!answer.data?.object",
        "false",
        why="such a page is no JSON either, so a second condition refuses it",
    ),
)
PLANTED: tuple[Planted, ...] = ON_MAKE + ON_N8N
"""Both in the order of design: identifier, base, cap, time, answers, counts, periods, report."""
