"""JSON: one document (a report, its pages, an array of rows) or one row per line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import msgspec

from generator.errors import UnreadableInput
from generator.usage_files.answers import answer_shape, read_answer
from generator.usage_files.counts import count
from generator.usage_files.langfuse import NAME as LANGFUSE
from generator.usage_files.langfuse import read_observation
from generator.usage_files.lens import Fields, make_lens
from generator.usage_files.record import Ask, BadRow, Event, LeftOut, Met, Rejected
from generator.usage_files.shapes import plain, recognise
from generator.usage_files.tables import unknown

JsonRow = Mapping[str, object]
Reader = Callable[[JsonRow], Iterator[Event]]
LISTS = ("data", "results", "result", "rows", "items", "logs", "records", "observations")
"""Keys under which answers keep their rows."""
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
_elements = msgspec.json.Decoder(list[msgspec.Raw])


class Documents:
    """Reads JSON rows, and keeps one reader for each set of keys that it has met."""

    def __init__(self, name: str, ask: Ask) -> None:
        """Begin a file."""
        self.name, self.ask = name, ask
        self.readers: dict[object, Reader | None] = {}
        self.shapes: set[str] = set()
        self.unread: list[str] = []

    def lines(self, lines: Iterator[bytes]) -> Iterator[Event]:
        """Read one row, or one report, per line."""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                document = decode(line)
            except (msgspec.DecodeError, ValueError) as error:
                yield Rejected(number, f"not JSON: {error}")
                continue
            yield from self._document(document, number)

    def document(self, content: bytes) -> Iterator[Event]:
        """Read a whole document; an array's elements are taken apart one by one, so that a million fit into memory."""
        try:
            if content.lstrip()[:1] == b"[":
                elements = _elements.decode(content)
                for number, element in enumerate(elements, 1):
                    yield from self._document(decode(element), number)
            else:
                yield from self._document(decode(content), 0)
        except (msgspec.DecodeError, ValueError) as error:
            raise UnreadableInput(f"{self.name}: not JSON: {error}") from None

    def finish(self) -> None:
        """Raise UnreadableInput where no row of the file had a known shape."""
        if not self.shapes and self.unread:
            raise unknown(self.name, self.unread)

    def _document(self, document: object, number: int) -> Iterator[Event]:
        if not isinstance(document, dict):
            yield Rejected(number, "not an object with keys")
            return
        reader = self._reader(document)
        if reader is not None:
            yield from self._row(reader, document, number)
            return
        rows, cut = expand(document), document.get("has_more") is True
        if cut:
            yield Met("", "a page says that more follow (`has_more`): are all pages in the files?")
        empty = True
        for place, row in enumerate(rows, 1):
            empty, inner = False, self._reader(row)
            if inner is None:
                yield self._unknown(row, number or place)
            else:
                yield from self._row(inner, row, number or place)
        if empty and not _has_lists(document):
            yield self._unknown(document, number)

    def _row(self, reader: Reader, row: JsonRow, number: int) -> Iterator[Event]:
        try:
            yield from reader(row)
        except BadRow as error:
            yield Rejected(number, str(error))

    def _unknown(self, row: JsonRow, number: int) -> Rejected:
        self.unread = self.unread or list(row)
        return Rejected(number, f"no token counts in its keys: {', '.join(list(row)[:12])}")

    def _reader(self, row: JsonRow) -> Reader | None:
        key = (tuple(row), *[tuple(value) for value in row.values() if type(value) is dict])
        if key not in self.readers:
            self.readers[key] = self._make(row)
        return self.readers[key]

    def _make(self, row: JsonRow) -> Reader | None:
        if isinstance(row.get("usageDetails"), Mapping):
            return self._meeting(LANGFUSE, "", lambda row: iter([read_observation(row, self.ask.model)]))
        if str(row.get("object")) in NO_TOKENS:
            return lambda _: iter([LeftOut("no priced tokens: images, audio, searches cost otherwise")])
        if shape := answer_shape(row):
            return self._meeting(shape, "", lambda row: read_answer(row, self.ask))
        fields = {plain_path: _getter(path) for plain_path, path in _paths(row)}
        found = recognise(set(fields))
        if found is None or (found.amount and not row.get("amount")):
            return None
        lens = make_lens(found, Fields(fields, count), self.ask)
        return self._meeting(found.name, found.remark, lambda row: iter([lens(row)]))

    def _meeting(self, shape: str, remark: str, reader: Reader) -> Reader:
        """Say once which shape was met."""
        if shape in self.shapes:
            return reader
        self.shapes.add(shape)
        said = False

        def read(row: JsonRow) -> Iterator[Event]:
            nonlocal said
            if not said:
                said = True
                yield Met(shape, remark)
            yield from reader(row)

        return read


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
        if isinstance(row.get("results"), list):
            bucket = {key: row[key] for key in BUCKET if key in row}
            yield from ({**bucket, **result} for result in row["results"] if isinstance(result, dict))
        else:
            yield row


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
    outer, inner = path

    def get(row: JsonRow) -> object:
        block = row.get(outer)
        return block.get(inner) if isinstance(block, Mapping) else None

    return get
