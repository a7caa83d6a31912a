"""Tables: CSV with any usual separator, read row by row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import TextIO

from generator.errors import UnreadableInput
from generator.usage_files.answers import USAGES
from generator.usage_files.counts import Texts
from generator.usage_files.documents import Documents
from generator.usage_files.langfuse import DETAILS
from generator.usage_files.lens import Fields, make_lens
from generator.usage_files.record import Ask, BadRow, Event, Met, Rejected
from generator.usage_files.shapes import plain, recognise
from generator.usage_files.unknown import unknown

SEPARATORS = ",;\t|"
OBJECTS = {plain(name) for name in (*USAGES, DETAILS, "usage_details")}
"""Columns that may hold a `usage` object as JSON."""
Cells = Sequence[str]


def read_table(name: str, text: TextIO, ask: Ask) -> Iterator[Event]:
    """Read the rows under a header; raise UnreadableInput where the header says nothing of tokens or cost."""
    first = next((line for line in text if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    header = next(csv.reader([first], delimiter=separator), [])
    fields: dict[str, Callable[[Cells], object]] = {}
    for place, title in enumerate(header):
        fields.setdefault(plain(title), itemgetter(place))
    shape = recognise(set(fields))
    if (shape is None or shape.amount or shape.kind) and OBJECTS & set(fields):
        rows = csv.DictReader(text, header, delimiter=separator, restkey="more cells than columns")
        yield from Documents(name, ask).rows(rows, first_line=2)
        return
    if shape is None:
        raise unknown(name, header)
    if ask.client_field and plain(ask.client_field) not in fields:
        raise UnreadableInput(f"{name}: no column {ask.client_field}; it has {', '.join(header)}")
    yield Met(shape.name, shape.remark)
    lens = make_lens(shape, Fields(fields, Texts().__getitem__), ask)  # type: ignore[arg-type]
    yield from _rows(csv.reader(text, delimiter=separator), len(header), lens)


def _rows(rows: Iterator[list[str]], width: int, lens: Callable[[Cells], Event]) -> Iterator[Event]:
    line = rows.line_num  # type: ignore[attr-defined]
    while True:
        line = rows.line_num + 2  # type: ignore[attr-defined]
        try:
            for row in rows:
                if len(row) == width:
                    yield lens(row)
                elif row:
                    yield Rejected(line, f"{len(row)} cells under {width} columns")
                line = rows.line_num + 2  # type: ignore[attr-defined]
            return
        except BadRow as error:
            yield Rejected(line, str(error))
        except csv.Error as error:
            yield Rejected(line, f"not CSV: {error}")
