"""JSON: one document (a report, its pages, an array of rows) or one row per line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from generator.errors import UnreadableInput
from generator.usage_files.answers import USAGES, answer_lens, answer_path, answer_shape
from generator.usage_files.counts import count
from generator.usage_files.langfuse import DETAILS, read_observation
from generator.usage_files.langfuse import NAME as LANGFUSE
from generator.usage_files.lens import Fields, make_lens
from generator.usage_files.record import Ask, BadRow, Event, LeftOut, Met, Rejected
from generator.usage_files.shapes import TOKEN_LOG, plain, recognise
from generator.usage_files.unknown import unknown

JsonRow = Mapping[str, object]
Reader = Callable[[JsonRow], Sequence[Event]]
LISTS = ("data", "results", "result", "rows", "items", "logs", "records", "observations")
"""Keys under which answers keep their rows."""
PACKED: dict[str, str | None] = {**dict.fromkeys((*USAGES, DETAILS)), "usage_details": DETAILS}
"""Keys whose objects may be packed as text, in logs that went through a database; and their usual name."""
BUCKET = ("start_time", "end_time", "starting_at", "ending_at", "date")
"""What rows take over from the bucket around them."""

NO_TOKENS = {
    "organization.usage.audio_speeches.result",
    "organization.usage.audio_transcriptions.result",
    "organization.usage.code_interpreter_sessions.result",
    "organization.usage.file_search_calls.result",
    "organization.usage.file_searches.result",
    "organization.usage.images.result",
    "organization.usage.moderations.result",
    "organization.usage.vector_stores.result",
    "organization.usage.web_search_calls.result",
    "organization.usage.web_searches.result",
}
"""Rows of OpenAI's reports that are billed by something else, or (moderations) not at all."""

decode: Callable[[bytes | msgspec.Raw], object] = msgspec.json.Decoder(float_hook=Decimal).decode
BROKEN = (msgspec.DecodeError, ValueError, RecursionError)
"""What the decoder raises: bad JSON, bad text, brackets inside brackets without end."""
_elements = msgspec.json.Decoder(list[msgspec.Raw])


class Documents:
    """Reads JSON rows, and keeps one reader for each set of keys that it has met."""

    def __init__(self, name: str, ask: Ask) -> None:
        """Begin a file."""
        self.name, self.ask = name, ask
        self.packed = {**PACKED, **({ask.client_field.partition(".")[0]: None} if "." in ask.client_field else {})}
        self.flat: dict[tuple[str, ...], Reader] = {}
        self.deep: dict[object, Reader | None] = {}
        self.met: list[Event] = []
        self.shapes: set[str] = set()
        self.unread: list[str] = []

    def lines(self, lines: Iterable[bytes]) -> Iterator[Event]:
        """Read one row, or one report, per line."""
        for number, line in enumerate(lines, 1):
            try:
                document = decode(line)
            except BROKEN as error:
                if line.strip():
                    yield Rejected(number, f"not JSON: {error}")
                continue
            yield from self._document(document, number)

    def document(self, content: bytes) -> Iterator[Event]:
        """Read a whole document; an array's elements are taken apart one by one, so that a million fit into memory."""
        try:
            if content.lstrip()[:1] == b"[":
                for number, element in enumerate(_elements.decode(content), 1):
                    yield from self._document(decode(element), number)
            else:
                yield from self._document(decode(content), 0)
        except BROKEN as error:
            raise UnreadableInput(f"{self.name}: not JSON: {error}") from None

    def rows(self, rows: Iterable[Mapping[str, object]], first_line: int) -> Iterator[Event]:
        """Read the rows of a table whose cells hold JSON objects."""
        for number, row in enumerate(rows, first_line):
            yield from self._document({key: value for key, value in row.items() if value != ""}, number)
        self.finish()

    def finish(self) -> None:
        """Raise UnreadableInput where no row of the file had a known shape."""
        if not self.shapes and self.unread:
            raise unknown(self.name, self.unread)

    def _document(self, document: object, number: int) -> Iterable[Event]:
        if not isinstance(document, dict):
            return [Rejected(number, "not an object with keys")]
        reader = self._reader(document)
        if reader is None:
            return self._rows_of(document, number)
        return self._row(reader, document, number)

    def _rows_of(self, document: JsonRow, number: int) -> Iterator[Event]:
        if document.get("has_more") is True:
            yield Met("", "a page says that more follow (`has_more`): are all pages in the files?")
        empty = True
        for place, row in enumerate(expand(document), 1):
            empty, reader = False, self._reader(row)
            if reader is None:
                yield self._unknown(row, number or place)
            else:
                yield from self._row(reader, row, number or place)
        if empty and not _has_lists(document):
            yield self._unknown(document, number)

    def _row(self, reader: Reader, row: JsonRow, number: int) -> Sequence[Event]:
        try:
            events = reader(row)
        except BadRow as error:
            events = [Rejected(number, str(error))]
        if self.met:
            events, self.met = [*self.met, *events], []
        return events

    def _unknown(self, row: JsonRow, number: int) -> Rejected:
        self.unread = self.unread or list(row)
        return Rejected(number, f"no token counts in its keys: {', '.join(list(row)[:12])}")

    def _reader(self, row: JsonRow) -> Reader | None:
        reader = self.flat.get(tuple(row))
        if reader is not None:
            return reader
        key = (tuple(row), *[tuple(value) for value in row.values() if type(value) is dict])
        if key not in self.deep:
            self.deep[key] = self._make(row)
        return self.deep[key]

    def _make(self, row: JsonRow) -> Reader | None:
        opened = _unpacked(row, self.packed)
        return self._make_opened(row) if opened is None else self._unpacking(opened)

    def _unpacking(self, first: JsonRow) -> Reader | None:
        """Read rows with objects packed as text: each is opened, and read as what it is then."""
        closed: dict[tuple[str, ...], Reader | None] = {}

        def read(row: JsonRow) -> Sequence[Event]:
            opened = _unpacked(row, self.packed)
            if opened is None and tuple(row) not in closed:
                closed[tuple(row)] = self._make_opened(row)
            reader = closed[tuple(row)] if opened is None else self._reader(opened)
            if reader is None:
                raise BadRow(f"no token counts in its keys: {', '.join(list(row)[:12])}")
            return reader(row if opened is None else opened)

        return read if self._reader(first) else None

    def _make_opened(self, row: JsonRow) -> Reader | None:
        if isinstance(row.get(DETAILS), Mapping):
            self._meet(Met(LANGFUSE))
            return lambda row: [read_observation(row, self.ask.model)]
        if str(row.get("object")) in NO_TOKENS:
            return lambda _: [LeftOut("no priced tokens: images, audio, searches cost otherwise")]
        fields = {name: _getter(path) for name, path in _paths(row)}
        found = recognise(set(fields))
        if path := answer_path(row) if found is None or found is TOKEN_LOG or found.kind else None:
            return self._answers(row, path)
        if found is None:
            return None
        self._meet(Met(found.name, found.remark))
        lens = make_lens(found, Fields(fields, count), self.ask)
        reader: Reader = lambda row: [lens(row)]  # noqa: E731
        if not any("." in name for name in fields) and row.keys().isdisjoint(self.packed):
            self.flat[tuple(row)] = reader
        return reader

    def _answers(self, row: JsonRow, path: tuple[str, ...]) -> Reader | None:
        *outer, last = path
        inner, fields = row, {}  # type: JsonRow, dict[str, Callable[[JsonRow], object]]
        for depth in range(len(outer) + 1):
            block = _walk(row, tuple(outer[:depth]))
            inner = block if isinstance(block, Mapping) else {}
            fields |= {
                plain(key): _getter((*outer[:depth], key))
                for key, value in inner.items()
                if not isinstance(value, Mapping | list)
            }
        usage = inner.get(last)
        shape = answer_shape(usage) if isinstance(usage, Mapping) else None
        if shape is None:
            return None
        self._meet(Met(shape.name))
        return answer_lens(shape, Fields(fields, count), path, self.ask)

    def _meet(self, met: Met) -> None:
        """Say once which shape was met."""
        if met.shape not in self.shapes:
            self.shapes.add(met.shape)
            self.met.append(met)


def expand(document: JsonRow) -> Iterator[JsonRow]:
    """Find the rows of an answer: under its list, inside its buckets, or in each of several answers by name."""
    inner = document.get("data")
    if isinstance(inner, Mapping):
        document = inner
    rows = next((document[key] for key in LISTS if isinstance(document.get(key), list)), None)
    if rows is None:
        for value in document.values():
            if isinstance(value, Mapping) and _has_lists(value):
                yield from expand(value)
        return
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        if models := _walk(row, ("breakdown", "models")):
            yield from _by_model(row, models)
        elif isinstance(row.get("results"), list):
            bucket = {key: row[key] for key in BUCKET if key in row}
            yield from ({**bucket, **result} for result in row["results"] if isinstance(result, dict))
        else:
            yield row


def _by_model(day: JsonRow, models: object) -> Iterator[JsonRow]:
    """Take LiteLLM's daily activity apart: a day's metrics by model."""
    for model, block in models.items() if isinstance(models, Mapping) else ():
        metrics = block.get("metrics") if isinstance(block, Mapping) else None
        if isinstance(metrics, Mapping):
            yield {"date": day.get("date"), "model": model, **metrics}


def _unpacked(row: JsonRow, packed: Mapping[str, str | None]) -> dict[str, object] | None:
    """Open objects that stand in a row as JSON text, under the name that answers use; None where there are none."""
    opened = dict(row)
    for key in row.keys() & packed.keys():
        text = row[key]
        if isinstance(text, str) and text.startswith("{"):
            try:
                opened[packed[key] or key] = decode(opened.pop(key).encode())  # type: ignore[attr-defined]
            except BROKEN:
                opened[key] = ""
    return None if opened == row else opened


def _has_lists(document: JsonRow) -> bool:
    return any(isinstance(document.get(key), list | Mapping) for key in LISTS)


def _paths(row: JsonRow) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in row.items():
        if isinstance(value, Mapping):
            yield from ((f"{plain(key)}.{plain(inner)}", (key, inner)) for inner in value)
        elif not isinstance(value, list):
            yield plain(key), (key,)


def _getter(path: tuple[str, ...]) -> Callable[[JsonRow], object]:
    if len(path) == 1:
        only = path[0]
        return lambda row: row.get(only)
    return lambda row: _walk(row, path)


def _walk(row: JsonRow, path: tuple[str, ...]) -> object:
    inner: object = row
    for key in path:
        inner = inner.get(key) if isinstance(inner, Mapping) else None
    return inner
