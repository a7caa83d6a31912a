"""The report in Slack, read back."""

from generator.replay.told import read_told

REPORT = """Tokentill · Northwind · 2026-11-22 (America/Chicago) · meter_per_rate
Posted: 12,345 tokens in 24 events
Parked: 1,540 tokens
• unknown_client: 1,200 tokens (in 3 rows: O'Brien)
• bad_count: 0 tokens (rows 7, 19)
• period_closed: 340 tokens (worth 0.12 usd; acme openai/gpt-4o input 2026-10-31: 340)
Stuck: 5 tokens (acme openai/gpt-4o input 2026-11-21: 5). Stripe knows the event but shows less.
Ahead: 20 tokens (globex ai_tokens: 20)
Last call: 2026-11-20 leaves the lookback with this run. After mending: backfill from 2026-11-20 to 2026-11-20."""


def test_every_line_is_read() -> None:
    told = read_told([REPORT])
    assert (told.posted, told.events) == (12345, 24)
    assert told.parked == {"unknown_client": 1200, "bad_count": 0, "period_closed": 340}
    assert (told.total("Stuck"), told.total("Ahead"), told.total("Left")) == (5, 20, 0)
    assert told.last_call == "2026-11-20"


def test_two_reports_add_up() -> None:
    told = read_told([REPORT, REPORT])
    assert (told.posted, told.events, told.reports) == (24690, 48, 2)
