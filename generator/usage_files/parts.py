"""Parts: a large file of lines, cut at line ends, so that each processor reads one part of it."""

from __future__ import annotations

import io
import mmap
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from generator.usage_files.reading import read_usage, read_usage_from
from generator.usage_files.record import Ask
from generator.usage_files.totals import Totals

LARGE = 16_000_000
"""Bytes from which on cutting is worth starting processes."""
BLOCK = 1 << 20
REPEATABLE = (b"request", b"generation")
"""Ids that may repeat are counted once, so all rows must meet in one process."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file of lines; `head` is the header that stands before it."""

    path: Path
    start: int
    end: int
    head: bytes


def add_file(totals: Totals, path: Path, ask: Ask) -> None:
    """Add a file to totals, by several processes where it is large and its lines stand for themselves."""
    parts = cut(path, os.cpu_count() or 1)
    if len(parts) > 1:
        try:
            with ProcessPoolExecutor(len(parts)) as pool:
                done = list(pool.map(_read_part, parts, [ask] * len(parts), [totals.zone] * len(parts)))
        except (OSError, BrokenProcessPool):
            parts = []
        else:
            totals.take(path.as_posix(), zip(map(_lines_before, parts, done), done, strict=True))
    if len(parts) <= 1:
        totals.add(path.as_posix(), read_usage(path, ask))


def cut(path: Path, most: int) -> list[Part]:
    """Cut a file at line ends; nothing where it is small, packed, or has lines that depend on each other."""
    try:
        size = path.stat().st_size
    except OSError:
        return []
    if most < 2 or size < LARGE or not path.is_file():
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = _head(content)
        if head is None:
            return []
        marks = [len(head), *_line_starts(content, len(head), size, most, quotes=bool(head)), size]
    return [Part(path, start, end, head) for start, end in pairwise(marks) if start < end]


def _head(content: mmap.mmap) -> bytes | None:
    """Give a table's header, nothing for JSON lines; None where the file cannot be cut."""
    line = content[: content.find(b"\n") + 1]
    if not line.strip() or any(word in line.lower() for word in REPEATABLE):
        return None
    if line.startswith(b"{"):
        return b"" if line.rstrip().endswith(b"}") else None
    text = line.removeprefix(b"\xef\xbb\xbf").lstrip(b'"')[:1].isalpha()
    return line if text else None


def _line_starts(content: mmap.mmap, first: int, size: int, parts: int, *, quotes: bool) -> Iterator[int]:
    """Find where parts begin; in a table never inside quotes, which an odd number of quotes before a line end shows."""
    at, inside = first, False
    for number in range(1, parts):
        end = content.find(b"\n", max(at, first + (size - first) * number // parts))
        while quotes and end >= 0:
            inside ^= bool(_quotes(content, at, end) % 2)
            at = end
            if not inside:
                break
            end = content.find(b"\n", end + 1)
        if end < 0:
            return
        yield end + 1


def _quotes(content: mmap.mmap, start: int, end: int) -> int:
    return sum(content[at : min(at + BLOCK, end)].count(b'"') for at in range(start, end, BLOCK))


def _lines_before(part: Part, totals: Totals) -> int:
    """Count the lines before a part where a row of it is named; its own count began with the header."""
    if not totals.files[0].rejected:
        return 0
    lines, left = 0, part.start
    with part.path.open("rb") as file:
        while block := file.read(min(left, BLOCK)):
            lines, left = lines + block.count(b"\n"), left - len(block)
    return lines - bool(part.head)


def _read_part(part: Part, ask: Ask, zone: str) -> Totals:
    """Read one part in a process of its own."""
    totals = Totals(zone)
    with part.path.open("rb") as file:
        stretch = io.BufferedReader(_Stretch(file, part), BLOCK)
        name = part.path.as_posix()
        totals.add(name, read_usage_from(name, stretch, ask))  # type: ignore[arg-type]
    return totals


class _Stretch(io.RawIOBase):
    """A header, and then the bytes of a part."""

    def __init__(self, file: io.BufferedReader, part: Part) -> None:
        self._file, self._head, self._left = file, part.head, part.end - part.start
        file.seek(part.start)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer."""
        room = memoryview(buffer)
        if self._head:
            found, self._head = self._head[: len(room)], self._head[len(room) :]
        else:
            found = self._file.read(min(len(room), self._left))
            self._left -= len(found)
        room[: len(found)] = found
        return len(found)
