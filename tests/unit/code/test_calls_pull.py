"""The pull of the table of calls on n8n: pages by id, and nothing that did not come in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import js_of

Js = Callable[..., Any]
MAPPING = {"window": {"size": "day", "zone": "UTC", "lookback": 1}, "source": {"kind": "table", "per_page": 2}}
NIGHT = {"now": "2026-11-23T00:20:00.000Z"}


@pytest.fixture(scope="module")
def js() -> Iterator[Js]:
    yield from js_of("table")


def pull(js: Js, *pages: list[dict[str, Any]]) -> dict[str, Any]:
    state = js("nextPage", [js("openRun", NIGHT, MAPPING)], MAPPING, 0)
    for page in pages:
        assert state["do"] == "pull"
        state = js("nextPage", [*page, state], MAPPING, 0)
    return dict(state)


def test_a_full_page_asks_for_the_next_one_behind_its_last_row(js: Js) -> None:
    state = pull(js, [{"id": 4}, {"id": 9}])
    asked = {key: state[key] for key in ("do", "at_from", "at_to", "after", "take")}
    assert asked == {"do": "pull", "at_from": 1795305600, "at_to": 1795392000, "after": 9, "take": 2}


@pytest.mark.parametrize("last", [[{"id": 10}], [{}]])
def test_a_page_that_is_not_full_is_the_last_one(js: Js, last: list[dict[str, Any]]) -> None:
    state = pull(js, [{"id": 4}, {"id": 9}], last)
    assert (state["do"], state["pages"], state["received"]) == ("done", [0, 1], 2 + len(last[0]))


@pytest.mark.parametrize("page", [[{"id": 9}, {"id": 4}], [{"id": 0}], [{"id": 9}, {"id": 9}]])
def test_rows_out_of_order_stop_the_run(js: Js, page: list[dict[str, Any]]) -> None:
    assert pull(js, page)["stopped"] == "the table of calls: its rows did not come in their order"


def test_a_table_that_fails_stops_the_run(js: Js) -> None:
    assert (
        pull(js, [{"error": "no such table"}])["stopped"] == "the table of calls: it could not be read (no such table)"
    )
