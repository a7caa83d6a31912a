"""Bugs that we planted into Make's templates, and the world that finds each: what a simulation is for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from generator import resources
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.plan import Plan


class Edit(NamedTuple):
    """One change of a template: `old` stands there once behind `after`, the text where the search begins."""

    file: str
    """Below `templates/make`."""
    old: str
    new: str
    after: str = ""

    def apply(self, folder: Path) -> None:
        """Make the change in a copy of the templates."""
        path = folder / "make" / self.file
        before, mark, text = path.read_text(encoding="utf-8").partition(self.after or "\n")
        if text.count(self.old) < 1 or (not self.after and text.count(self.old) > 1):
            raise LookupError(f"{self.file}: {self.old!r} stands there {text.count(self.old)} times")
        path.write_text(before + mark + text.replace(self.old, self.new, 1), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug, and the seed whose world finds it in this run."""

    name: str
    edits: tuple[Edit, ...]
    seed: int = 0
    run: int = 0
    """1-based; the world is played up to it."""
    why: str = ""
    """Why no world finds it, where none does."""

    def blueprint(self, plan: Plan, folder: Path) -> bytes:
        """Render the blueprint with the bug in it."""
        templates = folder / "templates"
        shutil.copytree(resources.templates(), templates, dirs_exist_ok=True)
        for edit in self.edits:
            edit.apply(templates)
        return serialise(render_make(plan, templates)["meter-usage"])


_LATE = "⟦ ms(event_time(code_of(fact))) ⟧ < if("
_DAY_AFTER = (
    'parseDate(formatDate(addDays(parseDate(⟦ code ⟧ + "T12"; "YYYYMMDDTHH"; 1.zone); 1); "YYYYMMDD"; 1.zone); '
    '"YYYYMMDD";\n 1.zone)'
)
_POSTS = "meter-usage.json"
_MORE, _OTHER = '"o": "number:greater"', '"o": "number:notequal"'


def _bug(name: str, file: str, old: str, new: str, seed: int = 0, run: int = 0, why: str = "") -> Planted:
    return Planted(name, (Edit(f"iml/{file}", old, new),), seed, run, why)


PLANTED: tuple[Planted, ...] = (
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
"""In the order of design: identifier, base, cap, time, answers, counts, periods, report."""
