"""Bugs that we planted into Make's templates, and the world that finds each: what a simulation is for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from generator import resources
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.plan import Plan


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug: an edit of one macro, and the seed whose world finds it in this run."""

    name: str
    file: str
    old: str
    new: str
    seed: int = 0
    run: int = 0
    why: str = ""
    """Why no world found it, where none did."""

    def blueprint(self, plan: Plan, folder: Path) -> bytes:
        """Render the blueprint with the bug in it."""
        templates = folder / "templates"
        shutil.copytree(resources.templates(), templates, dirs_exist_ok=True)
        path = templates / "make" / "iml" / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"{self.file}: {self.old!r} stands there {text.count(self.old)} times")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")
        return serialise(render_make(plan, templates)["meter-usage"])


_LATE = "⟦ ms(event_time(code_of(fact))) ⟧ < if("
_DAY_AFTER = (
    'parseDate(formatDate(addDays(parseDate(⟦ code ⟧ + "T12"; "YYYYMMDDTHH"; 1.zone); 1); "YYYYMMDD"; 1.zone); '
    '"YYYYMMDD";\n 1.zone)'
)

PLANTED: tuple[Planted, ...] = (
    Planted(
        "identifier with the run's date", "run.iml", '"digest") ⟧}}:', '"digest") ⟧}}{{2.run.today}}:', seed=5, run=1
    ),
    Planted(
        "identifier without the base", "run.iml", ":{{⟦ base ⟧}}{{2.run.again}}", ":0{{2.run.again}}", seed=1, run=4
    ),
    Planted(
        "base 0 after a failed read",
        "run.iml",
        'if(⟦ got ⟧.proven; "yes"; "no"); "no"))',
        '"yes"; "yes"))',
        seed=1,
        run=2,
    ),
    Planted(
        "no cap",
        "run.iml",
        "min(⟦ wanted ⟧; ⟦ remaining ⟧)",
        "⟦ wanted ⟧",
        why="no row moves from one window to another yet; the case moved-row finds it",
    ),
    Planted(
        "windows in UTC", "time.iml", '⟦ day ⟧; "YYYY-MM-DD"; 1.zone)', '⟦ day ⟧; "YYYY-MM-DD"; "UTC")', seed=5, run=1
    ),
    Planted("a day is 24 hours", "time.iml", _DAY_AFTER, "addHours(⟦ window_start(code) ⟧; 24)", seed=1, run=2),
    Planted("event time = now", "time.iml", "addSeconds(⟦ window_end(code) ⟧; 0 - 1)", "1.now", seed=5, run=1),
    Planted(
        "409 is fatal",
        "answers.iml",
        " | ⟦ id ⟧.statusCode = 409 | ",
        " | ",
        why="cases conflict and key-in-use find it; of the worlds tried none was seen to",
    ),
    Planted("429 is fatal", "answers.iml", " | ⟦ id ⟧.statusCode = 429 | ", " | ", seed=57, run=3),
    Planted(
        "a duplicate of long ago is new",
        "answers.iml",
        'if(⟦ is_replayed(id) ⟧; "known"; "done")',
        '"done"',
        why="no short world tried meets a stored answer on an older window",
    ),
    Planted(
        "a duplicate counts as posted",
        "answers.iml",
        'if(⟦ is_known(id) ⟧; "known"; ',
        'if(⟦ is_known(id) ⟧; "done"; ',
        why="on the newest window that is what it is, and no short world tried meets one on an older window",
    ),
    Planted(
        "text counts are nothing",
        "row.iml",
        'replace(⟦ value ⟧; "/[^0-9]/g"; emptystring)',
        'replace(⟦ value ⟧; "/[^0-8]/g"; emptystring)',
        seed=5,
        run=1,
    ),
    Planted("since is ignored", "row.iml", "⟦ row_number() ⟧ < max(", "0 > max(", seed=25, run=1),
    Planted("a closed period is posted", "periods.iml", _LATE, "0 > if(", seed=57, run=9),
    Planted(
        "parked rows are not told",
        "report.iml",
        'if(⟦ is_parked(got) ⟧; newline + "Parked: "',
        'if(false; newline + "Parked: "',
        why="the edit did not show in the one world tried (37, run 2); not explained yet",
    ),
    Planted(
        "Retry-After is ignored", "answers.iml", "if(⟦ i ⟧ = 1; ⟦ asked_wait(id) ⟧;", "if(⟦ i ⟧ = 1; 0;", seed=49, run=2
    ),
    Planted(
        "a cut read is whole",
        "answers.iml",
        '.data.has_more;\n "false")) = "false"',
        '.data.object;\n "false")) = "list"',
        why="of the worlds tried none was cut where the count mattered; the case cut-read finds it",
    ),
    Planted(
        "a proxy's page is an answer",
        "answers.iml",
        " & ⟦ is_json(id) ⟧\n",
        "\n",
        why="such a page names no object either, so a second condition refuses it",
    ),
)
"""In the order of design: identifier, base, cap, time, answers, counts, periods, report."""
