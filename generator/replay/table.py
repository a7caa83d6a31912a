"""Rows of a replay as a table, as JSON and as JUnit XML: reporters over one result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from xml.etree import ElementTree as ET

from generator.replay.matrix import Row

_HEAD = ("case", "engine", "mode", "", "counted", "parked", "retries", "credits", "seconds", "settings")
_WORDS = 4
"""Columns of words, which begin at the left; the others are numbers."""


def as_text(rows: Sequence[Row]) -> str:
    """Lay the rows out in columns; failures stand below their row."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(_HEAD))]
    lines: list[str] = []
    for line, row in zip(cells, [None, *rows], strict=True):
        lines.append("  ".join(_pad(text, width, n) for n, (text, width) in enumerate(zip(line, widths, strict=True))))
        lines += [f"    {words}" for words in (row.failures[:12] if row else ())]
        lines += [f"      | {words}" for words in (row.story if row else ())]
    return "\n".join(lines)


def _pad(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column < _WORDS else text.rjust(width)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.case, row.engine, _mode(row), "ok" if row.passed else "FAILED", f"{row.counted:,}", f"{row.parked:,}",
        str(row.retries), "–" if row.credits is None else str(row.credits), f"{row.seconds:.1f}", str(row.settings),
    )  # fmt: skip


def as_json(rows: Sequence[Row]) -> str:
    """Give an array of rows; scripts may rely on `case engine mode passed counted parked retries credits seconds`."""
    shown = [asdict(replace(row, ledger=None)) for row in rows]
    return json.dumps([{n: v for n, v in row.items() if n != "ledger"} for row in shown], indent=2, ensure_ascii=False)


def as_junit(rows: Sequence[Row]) -> str:
    """Give JUnit XML, one test case a row."""
    failed = sum(not row.passed for row in rows)
    suite = ET.Element("testsuite", name="replay", tests=str(len(rows)), failures=str(failed))
    for row in rows:
        name = f"{row.case}[{_mode(row)}]"
        test = ET.SubElement(suite, "testcase", classname=f"replay.{row.engine}", name=name, time=f"{row.took:.3f}")
        if not row.passed:
            ET.SubElement(test, "failure", message=row.failures[0]).text = "\n".join(row.failures)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _mode(row: Row) -> str:
    """Name the billing mode, and the source where a mapping has several."""
    return f"{row.mode} ({row.source})" if row.source else row.mode
