"""Errors: their types, error routes, the five directives, stored executions and their retries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from generator.replay.faults import NoAnswer
from generator.replay.make import Killed, Run, Store, Switches
from generator.stripe_mock.exchange import Response

from .stage import START, Stage, bundles, gate, http, module, note, trace

OK = Response.json(200, {"ok": True})


def status(code: int) -> Response:
    return Response.json(code, {"error": {"message": "why"}})


def error_type(run: Run) -> str:
    return run.error.type if run.error else ""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (status(429), "RateLimitError"),
        (status(502), "ConnectionError"),
        (status(503), "ConnectionError"),
        (status(504), "ConnectionError"),
        (status(500), "RuntimeError"),
        (status(401), "InvalidConfigurationError"),
        (status(400), "RuntimeError"),
        (status(409), "RuntimeError"),
        (NoAnswer("reset"), "ConnectionError"),
        (NoAnswer("hang"), "ModuleTimeoutError"),
        (NoAnswer("slow"), "ModuleTimeoutError"),
    ],
)
def test_an_answer_has_its_error_type(stage: Stage, answer: Response | NoAnswer, expected: str) -> None:
    assert error_type(stage.answer(answer).play(http(1))) == expected


def test_silence_lasts_as_long_as_the_time_out(stage: Stage) -> None:
    assert stage.answer(NoAnswer("hang")).play(http(1)).seconds == 40
    assert stage.play(http(1, set_timeout="7")).seconds == 7


def test_silence_is_an_error_even_where_statuses_are_none(stage: Stage) -> None:
    resumed = [module(2, "builtin:Resume", {"statusCode": "0"})]
    run = stage.answer(NoAnswer("reset")).play(
        http(1, set_stopOnHttpError=False, onerror=resumed), note(3, "{{1.statusCode}}")
    )
    assert trace(run) == ["0"]


def test_the_error_route_reads_type_message_and_detail(stage: Stage) -> None:
    words = note(2, "{{1.error.type}}|{{1.error.message}}|{{1.error.detail.error.message}}")
    run = stage.answer(status(429)).play(http(1, onerror=[words, module(3, "builtin:Ignore")]))
    assert trace(run) == ["RateLimitError|Too Many Requests|why"]
    assert run.status == "success"


def test_ignore_drops_the_bundle_and_goes_on_with_the_next(stage: Stage) -> None:
    run = stage.answer(status(500), OK).play(
        bundles(1, "a", "b"), http(2, onerror=[module(3, "builtin:Ignore")]), note(4, "{{1.v}}")
    )
    assert (trace(run), run.status) == (["b"], "success")


def test_resume_goes_on_with_a_substitute(stage: Stage) -> None:
    substitute = module(3, "builtin:Resume", {"statusCode": "0", "data": "{{2.error.type}}"})
    run = stage.answer(status(500)).play(
        bundles(1, "a"), http(2, onerror=[substitute]), note(4, "{{2.statusCode}} {{2.data}}")
    )
    assert (trace(run), run.status) == (["0 RuntimeError"], "success")


def test_commit_ends_the_run_and_keeps_what_was_done(stage: Stage) -> None:
    flow = [bundles(1, "a", "b"), http(2, onerror=[module(3, "builtin:Commit")]), note(4, "{{1.v}}")]
    run = stage.answer(OK, status(500)).play(*flow)
    assert (trace(run), run.status, run.error) == (["a"], "success", None)
    stage.answer(OK, status(500))
    assert stage.play(*flow, switches=Switches(commit_status="warning")).status == "warning"


def test_rollback_fails_the_run(stage: Stage) -> None:
    run = stage.answer(status(500)).play(http(1, onerror=[module(2, "builtin:Rollback")]), note(3, "never"))
    assert (trace(run), run.status, error_type(run)) == ([], "error", "RuntimeError")


def test_a_route_without_directive_swallows_the_error(stage: Stage) -> None:
    run = stage.answer(status(500)).play(http(1, onerror=[note(2, "told")]), note(3, "never"))
    assert (trace(run), run.status) == (["told"], "success")


def test_a_route_that_fails_itself_fails_the_run(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    run = stage.answer(status(500)).play(note(9, "x"), http(1, onerror=[http(2), module(3, "builtin:Ignore")]))
    assert (run.status, run.error.module if run.error else 0, run.incomplete) == ("error", 2, ())


def test_filters_in_the_route_pick_types(stage: Stage) -> None:
    only_rate = module(2, "builtin:Ignore", filter=gate("{{1.error.type}}", "text:equal", "RateLimitError"))
    assert stage.answer(status(429)).play(http(1, onerror=[only_rate])).status == "success"
    assert stage.answer(status(500)).play(http(1, onerror=[only_rate])).status == "error"


def test_a_router_in_the_route_chooses_the_directive(stage: Stage) -> None:
    def way(id_: int, name: str, type_: str) -> dict[str, object]:
        one = module(id_, f"builtin:{name}", {"data": "r"}, filter=gate("{{1.error.type}}", "text:equal", type_))
        return {"flow": [one]}

    fork = {
        **module(2, "builtin:BasicRouter"),
        "routes": [way(3, "Ignore", "RateLimitError"), way(4, "Resume", "RuntimeError")],
    }
    flow = [http(1, onerror=[fork]), note(5, "went on with {{1.data}}")]
    assert trace(stage.answer(status(429)).play(*flow)) == []
    assert trace(stage.answer(status(500)).play(*flow)) == ["went on with r"]


def test_without_a_handler_the_run_fails_and_counts(stage: Stage) -> None:
    stage.answer(status(500))
    for failures in (1, 2, 3):
        assert stage.play(http(1)).status == "error"
        assert (stage.store.failures, stage.store.active) == (failures, failures < 3)
    assert stage.play(http(1)).status == "held"


def test_a_good_run_forgets_the_failed_ones(stage: Stage) -> None:
    stage.answer(status(500), OK)
    stage.play(http(1))
    stage.play(http(1))
    assert stage.store.failures == 0


def test_an_instant_scenario_goes_off_at_the_first_error(stage: Stage) -> None:
    stage.settings = {"instant": True}
    stage.answer(status(500)).play(http(1))
    assert not stage.store.active


def test_an_instant_scenario_backs_off_where_the_network_is_to_blame(stage: Stage) -> None:
    stage.settings = {"instant": True}
    stage.answer(NoAnswer("reset"))
    pauses = []
    while stage.store.active:
        stage.play(http(1))
        assert stage.store.paused_until is not None
        pauses.append((stage.store.paused_until - stage.clock.now()).total_seconds() / 60)
    assert pauses == [1, 2, 5, 10, 60, 180, 720, 1440]


def test_a_401_switches_the_scenario_off(stage: Stage) -> None:
    stage.answer(status(401)).play(http(1))
    assert not stage.store.active
    stage.store = Store()
    stage.play(http(1), switches=Switches(status_401="RuntimeError"))
    assert stage.store.active


def test_break_stores_the_bundle_and_goes_on(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    parked = module(3, "builtin:Break", {"retry": True, "count": "2", "interval": "15"})
    flow = [bundles(1, "a", "b"), http(2, onerror=[parked]), note(4, "{{1.v}}")]
    run = stage.answer(status(500), OK).play(*flow)
    assert (trace(run), run.status) == (["b"], "warning")
    (one,) = run.incomplete
    assert (one.way, one.due, one.failure.type) == ("break", START + timedelta(minutes=15), "RuntimeError")
    stage.clock.set(START + timedelta(minutes=15))
    again = stage.resume(one)
    assert (trace(again), again.status, one.resolved) == (["a"], "success", True)


def test_break_retries_at_a_fixed_interval_and_gives_up(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    parked = module(3, "builtin:Break", {"retry": "{{true}}", "count": "2", "interval": "5"})
    (one,) = stage.answer(status(500)).play(http(2, onerror=[parked])).incomplete
    for attempt in (1, 2):
        assert one.due is not None
        stage.clock.set(one.due)
        assert stage.resume(one).status == "warning"
        assert (one.attempts, one.resolved) == (attempt, False)
    assert one.due is None
    assert stage.store.unresolved() == [one]


def test_break_needs_the_store(stage: Stage) -> None:
    parked = module(3, "builtin:Break", {"retry": True, "count": "2", "interval": "5"})
    run = stage.answer(status(500)).play(http(2, onerror=[parked]))
    assert (run.status, run.incomplete) == ("error", ())


@pytest.mark.parametrize("answer", [status(429), status(503), NoAnswer("hang")])
def test_retriable_errors_are_stored_and_retried_with_backoff(stage: Stage, answer: Response | NoAnswer) -> None:
    stage.settings = {"dlq": True}
    stage.answer(answer)
    (one,) = stage.play(note(1, "x"), http(2)).incomplete
    waits = [(one.due - one.stored).total_seconds() / 60] if one.due else []
    while one.due is not None:
        stage.clock.set(one.due)
        stage.resume(one)
        waits += [round((one.due - stage.clock.now()).total_seconds() / 60)] if one.due else []
    assert waits == [1, 10, 10, 30, 30, 30, 180, 180]


def test_a_resumed_execution_runs_its_bundle_alone(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    gather = module(
        4, "util:TextAggregator", {"value": "{{1.v}}:{{2.statusCode}}"}, parameters={"feeder": 1, "rowSeparator": ","}
    )
    flow = [bundles(1, "a", "b", "c", filter=None), http(2), gather, note(5, "{{4.text}}")]
    run = stage.answer(OK, status(503), OK).play(note(9, "x"), *flow)
    assert trace(run) == ["x", "a:200,c:200"]
    before = len(stage.requests)
    again = stage.resume(run.incomplete[0])
    assert (trace(again), len(stage.requests) - before, again.status) == (["b:200"], 1, "success")
    assert run.incomplete[0].resolved


def test_a_resumed_execution_evaluates_the_mapper_again(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    flow = [note(1, "{{timestamp}}"), http(2, set_headers=[{"name": "X-At", "value": "{{1.value}} {{timestamp}}"}])]
    (one,) = stage.answer(status(503), OK).play(*flow).incomplete
    stage.clock.advance(60)
    run = stage.resume(one)
    first, second = (int(word) for word in stage.requests[-1].headers["x-at"].split())
    assert second - first == 60
    assert "retry_now" in run.met


def test_data_errors_are_stored_for_a_person(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    run = stage.play(bundles(1, "{", "[]"), module(2, "json:ParseJSON", {"json": "{{1.v}}"}), note(3, "never"))
    (one,) = run.incomplete
    assert (one.failure.type, one.way, one.due, run.status) == ("BundleValidationError", "manual", None, "warning")


def test_the_first_module_is_never_stored_automatically(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    run = stage.answer(status(503)).play(http(1))
    assert (run.status, run.incomplete) == ("error", ())
    assert stage.store.paused_until == START + timedelta(minutes=20)


def test_a_sequential_scenario_waits_for_stored_executions(stage: Stage) -> None:
    stage.settings = {"dlq": True, "sequential": True}
    stage.answer(status(503), OK)
    (one,) = stage.play(note(1, "x"), http(2)).incomplete
    assert stage.play(note(1, "x")).status == "held"
    stage.resume(one)
    assert stage.play(note(1, "x")).status == "success"


def test_a_kill_comes_through_and_leaves_nothing_half_done(stage: Stage) -> None:
    stage.settings = {"dlq": True, "autoCommit": False}
    add = module(1, "datastore:AddRecord", {"key": "k", "data": {}}, parameters={"datastore": 3})
    stage.answer(Killed("request 1"))
    with pytest.raises(Killed):
        stage.play(add, http(2, onerror=[module(3, "builtin:Ignore")]))
    assert (stage.store.data, stage.store.incomplete, stage.store.failures) == ({}, [], 0)


def test_a_mapping_that_fails_is_the_modules_error(stage: Stage) -> None:
    bad = note(1, '{{parseDate("soon")}}', onerror=[module(2, "builtin:Resume", {"value": "{{1.error.type}}"})])
    assert trace(stage.play(bad, note(3, "{{1.value}}"))) == ["BundleValidationError"]
