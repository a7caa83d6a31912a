"""A large file is read in parts, and gives what it gives in one piece."""

from pathlib import Path

import pytest

from generator.usage_files import parts
from generator.usage_files.parts import add_file, cut
from generator.usage_files.reading import read_usage
from generator.usage_files.record import Ask, Rejected
from generator.usage_files.totals import REPEATED, Totals

CSV = "time,client,model,input,output\n" + "".join(
    f'2026-11-{1 + n % 30:02}T{n % 24:02}:00:00Z,"client\n{n % 3}",gpt-4o,{n},{n % 7}\n' for n in range(400)
)
LINES = "".join(
    f'{{"time": "2026-11-{1 + n % 30:02}", "client": "c{n % 3}", "model": "gpt-4o", "input": {n}, "output": 1}}\n'
    for n in range(400)
)


@pytest.mark.parametrize("text", [CSV, LINES], ids=["a table with line ends inside quotes", "JSON lines"])
def test_parts_tile_a_file_and_give_the_same_totals(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "usage"
    path.write_text(text)
    monkeypatch.setattr(parts, "LARGE", 1)
    for most in (2, 3, 7):
        found = cut(path, most)
        assert len(found) == most
        assert found[0].head + b"".join(text.encode()[part.start : part.end] for part in found) == text.encode()
    whole, cut_up = Totals("America/Chicago"), Totals("America/Chicago")
    whole.add("usage", read_usage(path, Ask()))
    monkeypatch.setattr(parts.os, "cpu_count", lambda: 3)
    add_file(cut_up, path, Ask())
    assert cut_up.sums == whole.sums
    assert sum(total.input for total in whole.sums.values()) == sum(range(400))


@pytest.mark.parametrize("bad", [1, 150, 400])
def test_a_bad_row_keeps_its_line_in_whatever_part_it_is(bad: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "usage"
    lines = LINES.splitlines(keepends=True)
    path.write_text(
        "".join([*lines[: bad - 1], "{oops}\n", *lines[bad:]]) if bad > 1 else CSV.replace(",0,0\n", ",x,0\n", 1)
    )
    monkeypatch.setattr(parts, "LARGE", 1)
    monkeypatch.setattr(parts.os, "cpu_count", lambda: 2)
    totals = Totals()
    add_file(totals, path, Ask())
    (row,) = totals.files[0].first_rejected
    assert row.line == (bad if bad > 1 else 2)
    assert isinstance(row, Rejected)


def test_a_repeated_id_is_the_same_call_in_whatever_file(tmp_path: Path):
    totals = Totals()
    for name in ("one.csv", "two.csv"):
        path = tmp_path / name
        path.write_text(
            "request_id,client,model,input,output\nr1,acme,gpt-4o,10,1\nr2,acme,gpt-4o,10,1\n,acme,gpt-4o,5,1\n"
        )
        add_file(totals, path, Ask())
    assert sum(total.input for total in totals.sums.values()) == 30
    assert totals.files[1].left_out == {REPEATED: 2}
