"""Pages that say where the next one begins, on Make: which are read, what stops a run, what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.credits import cursor_pages, estimate
from generator.rendering.plan import Plan
from generator.replay.make import Run
from generator.stripe_mock.exchange import Request, Response

from .night import Night
from .night import plan_of as shipped

AT = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)
HOSTS = {"openai": "api.openai.com", "anthropic": "api.anthropic.com", "langfuse": "cloud.langfuse.com"}
MODELS = {"openai": "gpt-4o", "anthropic": "claude-3-haiku-20240307", "langfuse": "gpt-4o"}
Page = Mapping[str, Any]
Asked = list[dict[str, str]]


def plan_of(kind: str, lookback: int = 2) -> Plan:
    """Resolve the example of a kind of source; its newest windows hold all rows here."""
    _, plan, _ = read_plan(resources.mappings() / f"{kind}.yaml")
    assert plan
    return replace(plan, windows=replace(plan.windows, lookback=lookback))


def gives(pages: Sequence[Page], asked: Asked, host: str) -> Callable[[Request], Response | None]:
    """Answer one page after the other, whatever is asked; note what was."""

    def answer(request: Request) -> Response | None:
        if request.host != host:
            return None
        asked.append(dict(request.params))
        return Response.json(200, dict(pages[min(len(asked), len(pages)) - 1]))

    return answer


def night(kind: str, *pages: Page, lookback: int = 2) -> tuple[Night, Run, Asked]:
    found, asked = Night(plan_of(kind, lookback), at=AT), Asked()
    return found, found.run(answer=gives(pages, asked, HOSTS[kind])), asked


def buckets(*days: int, tokens: int = 5, after: str | None = None, more: bool | None = None, model: str = "") -> Page:
    """Write a page of OpenAI's report with a bucket for each of these days of November."""
    known = {"project_id": "acme", "model": model or "gpt-4o", "input_tokens": tokens, "output_tokens": 0}
    starts = [int(datetime(2026, 11, day, tzinfo=UTC).timestamp()) for day in days]
    data = [{"start_time": at, "end_time": at + 86400, "results": [known]} for at in starts]
    return {"data": data, "has_more": bool(after) if more is None else more, "next_page": after}


def observations(*ids: str, after: str | None = None, **details: Any) -> Page:
    usage = details.get("usage", {"input": 5, "total": 5})
    data = [
        {"id": one, "startTime": "2026-11-22T15:00:00Z", "userId": "acme", "model": "gpt-4o", "usageDetails": usage}
        for one in ids
    ]
    return {"data": data, "meta": {"cursor": after} if after else {}}


def test_a_cursor_is_sent_as_it_came() -> None:
    found, _, asked = night("openai", buckets(21, after="p/2 &x"), buckets(22))
    assert [ask.get("page") for ask in asked] == [None, "p/2 &x"]
    assert found.counted == 10


def test_a_bucket_may_go_on_over_pages() -> None:
    pages = buckets(21, after="b"), buckets(22, after="c"), buckets(22, tokens=7, model="gpt-4o-mini")
    assert night("openai", *pages)[0].counted == 17


def test_a_group_that_comes_on_two_pages_counts_once() -> None:
    assert night("openai", buckets(21, 22, after="b"), buckets(22))[0].counted == 10


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        ([buckets(21, 22, more=True)], "it has more pages, and they did not all come"),
        ([buckets(21, after="b"), buckets(22, after="b")], "its pages do not end"),
        ([buckets(21, after="b"), buckets(22, after="c"), buckets(21)], "page 3 did not come whole"),
        ([buckets(21, 22, after="b"), buckets(21, 22)], "page 2 did not come whole"),
        ([buckets(21, after="b"), {"has_more": False}], "page 2 did not come whole"),
        ([buckets(21, after="b"), buckets(22, more=True)], "its pages do not end"),
        ([buckets(21, after=c) for c in "bcdefghijklm"], "it has more pages, and they did not all come"),
        ([buckets(21, after="b"), buckets()], ""),
        ([buckets(22, after="b"), buckets()], "it has no numbers for all of these windows yet"),
    ],
)
def test_a_report_whose_pages_did_not_all_come_posts_nothing(pages: Sequence[Page], why: str) -> None:
    found, run, _ = night("openai", *pages)
    if why:
        assert (found.counted, found.posts, f"Stopped: OpenAI's usage report: {why}" in found.text) == (0, [], True)
        assert run.error
    else:
        assert (found.counted, "Missing: 2026-11-22" in found.text) == (5, True)


def two_pages(kind: str) -> Night:
    """Open a world whose first page has usage that is due, and whose second has too."""
    found, model = Night(replace(plan_of(kind, 33), per_page=1), at=AT), MODELS[kind]
    times = ("2026-11-10T15:00:00Z", "2026-11-22T15:00:00Z")
    found.world.log.rows += [{"time": at, "client": "acme", "model": model, "input": 5} for at in times]
    return found


@pytest.mark.parametrize("kind", HOSTS)
def test_two_pages_count_together(kind: str) -> None:
    found = two_pages(kind)
    found.run({"on": "usage", "fault": "503", "calls": [2]})
    assert found.counted == 10


@pytest.mark.parametrize("kind", HOSTS)
@pytest.mark.parametrize("mark", ["403", "500", "html", "cut_body"])
def test_a_further_page_that_fails_posts_nothing(kind: str, mark: str) -> None:
    found = two_pages(kind)
    run = found.run({"on": "usage", "fault": mark, "calls": list(range(2, 40))})
    assert (found.posts, "page 2 did not come whole" in found.text, bool(run.error)) == ([], True, True)


@pytest.mark.parametrize("kind", HOSTS)
def test_the_only_page_costs_what_setup_says(kind: str) -> None:
    plan = shipped("weighted", 1, source=kind, source_client=plan_of(kind).source_client, source_url="")
    plan = replace(plan, windows=replace(plan.windows, zone="UTC"))
    found = Night(plan, at=AT)
    found.world.log.rows += [
        {"time": "2026-11-22T15:00:00Z", "client": client.names[0], "model": "gpt-4o", "input": 5}
        for client in plan.clients
    ]
    run = found.run()
    assert len(found.posts) == len(plan.clients)
    assert run.credits == estimate(plan).run


@pytest.mark.parametrize("lookback", [31, 32, 33, 62, 63])
def test_the_pages_of_a_long_report_cost_what_setup_says(lookback: int) -> None:
    plan = plan_of("openai", lookback)
    quiet = plan_of("openai", 31)
    assert _quiet(plan) - _quiet(quiet) == estimate(plan).run - estimate(quiet).run


def _quiet(plan: Plan) -> int:
    run = Night(plan, at=datetime(2027, 1, 23, 8, 20, tzinfo=UTC)).run()
    assert run.status == "success"
    return run.credits


@pytest.mark.parametrize("further", [0, 1, 2, 10, 11, 25])
def test_pages_of_observations_cost_what_setup_says(further: int) -> None:
    pages = [observations(f"o{n}", after=f"c{n}" if n < further else None) for n in range(further + 1)]
    found, run, asked = night("langfuse", *pages)
    alone = night("langfuse", observations("o0"))[1]
    assert (len(asked), found.counted) == (further + 1, 5 * (further + 1))
    assert run.credits - alone.credits == cursor_pages(further)


def test_observations_without_an_end_stop_the_run() -> None:
    pages = [observations(f"o{n}", after=f"c{n}") for n in range(300)]
    found, _, asked = night("langfuse", *pages)
    assert (len(asked), found.posts) == (201, [])
    assert "Stopped: Langfuse: it has more pages, and they did not all come" in found.text


@pytest.mark.parametrize("page", [{}, {"data": None}, {"meta": {}}])
def test_an_answer_without_observations_is_no_night_without_usage(page: Page) -> None:
    found, _, _ = night("langfuse", page)
    assert (found.posts, "Stopped: Langfuse: " in found.text) == ([], True)


def test_no_observations_are_a_night_without_usage() -> None:
    found, run, _ = night("langfuse", observations())
    assert (run.status, found.posts, found.told.stopped) == ("success", [], "")
