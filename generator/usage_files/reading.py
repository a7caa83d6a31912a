"""Reading a usage file: what it is, told by its first bytes, and its rows in one form."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from generator.errors import UnreadableInput
from generator.usage_files.documents import BROKEN, Documents, decode
from generator.usage_files.record import Ask, Event
from generator.usage_files.tables import read_table

NOT_TEXT = {
    b"PK\x03\x04": "an archive or a spreadsheet: unpack it, or save the sheet as CSV",
    b"PAR1": "a Parquet file: write it as CSV or JSON lines",
    b"SQLi": "a database: export the rows as CSV or JSON lines",
}
GZIP = b"\x1f\x8b"


def read_usage(path: Path, ask: Ask) -> Iterator[Event]:
    """Read a CSV, JSON or JSON lines file, plain or gzip, `-` for standard input; raise UnreadableInput."""
    name = path.as_posix()
    try:
        with _opened(path) as raw:
            yield from read_usage_from(name, raw, ask)
    except (OSError, EOFError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise UnreadableInput(f"{name}: {words}") from None
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{name}: not UTF-8 text (byte {error.start:,}); save it as UTF-8") from None


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    with nullcontext(sys.stdin.buffer) if path.as_posix() == "-" else path.open("rb") as found:
        raw = found if isinstance(found, io.BufferedReader) else io.BufferedReader(io.BytesIO(found.read()))
        if raw.peek(2)[:2] == GZIP:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield io.BufferedReader(unpacked)
        else:
            yield raw


def read_usage_from(name: str, raw: io.BufferedReader, ask: Ask) -> Iterator[Event]:
    """Read the content of a file; `name` is what messages call it."""
    start = raw.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if what := NOT_TEXT.get(start[:4]):
        raise UnreadableInput(f"{name}: {what}")
    if not start:
        raise UnreadableInput(f"{name}: empty")
    if start[:1] in (b"{", b"["):
        yield from _json(name, raw, ask)
    else:
        encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        yield from read_table(name, io.TextIOWrapper(raw, encoding=encoding, newline=""), ask)


def _first_line(raw: BinaryIO) -> bytes:
    return next((line for line in raw if line.strip()), b"")


def _json(name: str, raw: BinaryIO, ask: Ask) -> Iterator[Event]:
    documents = Documents(name, ask)
    first, second = _first_line(raw).removeprefix(b"\xef\xbb\xbf"), _first_line(raw)
    if second and first.lstrip()[:1] == b"{" and _whole(first):
        yield from documents.lines(chain([first, second], raw))
    else:
        yield from documents.document(first + second + raw.read())
    documents.finish()


def _whole(line: bytes) -> bool:
    try:
        return isinstance(decode(line), dict)
    except BROKEN:
        return False
