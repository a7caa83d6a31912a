"""Reads and writes the archive's files: one per local month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from generator.commands.files import read_text, write_files
from generator.usage_files.archive import Kept, merge, read_month, write_month


def kept(folder: Path, days: tuple[date, date], zone: str) -> list[Kept]:
    """Read the months that a range of days touches; a month without a file has no usage."""
    months = sorted(
        {date.fromordinal(n).strftime("%Y-%m") for n in range(days[0].toordinal(), days[1].toordinal() + 1)}
    )
    return [row for month in months for row in _read(_file(folder, month), zone)]


def keep(folder: Path, rows: Iterable[Kept], zone: str) -> list[tuple[str, date]]:
    """Take new totals into the archive; give the (client, day) of which it keeps more than they have."""
    months: defaultdict[str, list[Kept]] = defaultdict(list)
    for row in rows:
        months[row.day.strftime("%Y-%m")].append(row)
    smaller: list[tuple[str, date]] = []
    files: dict[Path, str] = {}
    for month, new in sorted(months.items()):
        path = _file(folder, month)
        merged = merge(_read(path, zone), new)
        smaller += merged.smaller
        files[path] = write_month(merged.rows, zone)
    write_files(files)
    return smaller


def _read(path: Path, zone: str) -> list[Kept]:
    return read_month(read_text(path), path.as_posix(), zone) if path.is_file() else []


def _file(folder: Path, month: str) -> Path:
    return folder / f"{month}.jsonl"
