"""CSV: no name becomes a formula, and numbers stay numbers."""

from __future__ import annotations

from generator.reporting.csv_text import csv_text


def test_text_that_a_spreadsheet_would_run_stays_text():
    rows = [{"name": name, "amount": "-120.5"} for name in ("=1+1", "+1+1", "-1+1", "@sum", "\tx", "acme", "")]
    names = [line.rsplit(",", 1)[0] for line in csv_text(rows).splitlines()[1:]]
    assert names == ["'=1+1", "'+1+1", "'-1+1", "'@sum", "'\tx", "acme", ""]
    assert all(line.endswith(",-120.5") for line in csv_text(rows).splitlines()[1:])
