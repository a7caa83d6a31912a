"""How bundles travel: depth first, loops that aggregators close, routes in order, variables."""

from __future__ import annotations

from generator.replay.make import Store, Switches

from .stage import Stage, bundles, gate, http, module, note, trace


def feeder(id_: int, array: str, **more: object) -> dict[str, object]:
    return module(id_, "builtin:BasicFeeder", {"array": array}, **more)


def aggregator(id_: int, source: int, mapper: dict[str, object], **more: object) -> dict[str, object]:
    return module(id_, "builtin:BasicAggregator", mapper, parameters={"feeder": source}, **more)


def router(id_: int, *routes: list[dict[str, object]], **more: object) -> dict[str, object]:
    return {**module(id_, "builtin:BasicRouter", **more), "mapper": None, "routes": [{"flow": r} for r in routes]}


def test_the_first_bundle_runs_to_the_end_before_the_second_starts(stage: Stage) -> None:
    run = stage.play(bundles(1, "a", "b"), note(2, "2{{1.v}}"), note(3, "3{{1.v}}"))
    assert trace(run) == ["2a", "3a", "2b", "3b"]
    assert run.status == "success"


def test_a_module_without_bundles_ends_the_path_without_an_error(stage: Stage) -> None:
    run = stage.play(feeder(1, "{{emptyarray}}"), note(2, "never"))
    assert (trace(run), run.status) == ([], "success")


def test_a_filter_stops_a_bundle_silently(stage: Stage) -> None:
    run = stage.play(bundles(1, 1, 2, 3), note(2, "{{1.v}}", filter=gate("{{1.v}}", "number:greater", "1")))
    assert trace(run) == ["2", "3"]
    assert [step.what for step in run.steps] == ["filtered out"]


def test_an_aggregator_emits_after_its_feeders_last_bundle(stage: Stage) -> None:
    run = stage.play(
        note(9, "x"),
        bundles(1, "a", "b"),
        note(2, "{{1.v}}"),
        aggregator(3, 1, {"v": "{{1.v}}", "w": "{{2.value}}!"}),
        note(4, '{{join(map(3.array; "w"); ",")}} of {{3.`__IMTAGGLENGTH__`}}'),
    )
    assert trace(run) == ["x", "a", "b", "a!,b! of 2"]


def test_fields_inside_a_closed_loop_are_out_of_reach(stage: Stage) -> None:
    run = stage.play(note(9, "before"), bundles(1, "a"), aggregator(2, 1, {}), note(3, "[{{1.v}}][{{9.value}}]"))
    assert trace(run)[-1] == "[][before]"


def test_a_feeder_key_outside_of_the_parameters_is_ignored(stage: Stage) -> None:
    lost = {**module(2, "builtin:BasicAggregator", {"v": "{{1.v}}"}), "feeder": 1}
    assert trace(stage.play(bundles(1, "a"), lost, note(3, "never"))) == []


def test_an_aggregators_filter_judges_every_bundle(stage: Stage) -> None:
    odd = gate("{{1.v % 2}}", "number:equal", "1")
    run = stage.play(
        bundles(1, 1, 2, 3), aggregator(2, 1, {"v": "{{1.v}}"}, filter=odd), note(3, "{{length(2.array)}}")
    )
    assert trace(run) == ["2"]


def test_all_bundles_filtered_away_give_an_empty_result_unless_that_stops(stage: Stage) -> None:
    for flags, expected in (({}, ["0"]), ({"stopIfEmpty": True}, [])):
        none = aggregator(2, 1, {"v": "{{1.v}}"}, filter=gate("{{1.v}}", "number:greater", "9"), flags=flags)
        assert trace(stage.play(bundles(1, 1, 2), none, note(3, "{{length(2.array)}}"))) == expected


def test_a_filter_between_feeder_and_aggregator_counts_the_same(stage: Stage) -> None:
    between = note(4, "{{1.v}}", filter=gate("{{1.v}}", "number:greater", "9"))
    run = stage.play(bundles(1, 1, 2), between, aggregator(2, 1, {}), note(3, "{{length(2.array)}}"))
    assert trace(run) == ["0"]


def test_group_by_gives_one_bundle_per_key_in_order_of_appearance(stage: Stage) -> None:
    rows = [{"c": "b", "n": 1}, {"c": "a", "n": 2}, {"c": "b", "n": 4}]
    run = stage.play(
        bundles(1, *rows),
        aggregator(2, 1, {"n": "{{1.n}}"}, flags={"groupBy": "{{1.c}}|x"}),
        note(3, '{{2.`__IMTKEY__`}} {{sum(map(2.array; "n"))}} {{2.`__IMTINDEX__`}}/{{2.`__IMTLENGTH__`}}'),
    )
    assert trace(run) == ["b|x 5 1/2", "a|x 2 2/2"]


def test_the_first_of_two_aggregators_on_one_feeder_closes_the_loop(stage: Stage) -> None:
    run = stage.play(
        bundles(1, 1, 2),
        aggregator(2, 1, {"v": "{{1.v}}"}),
        note(3, "first {{length(2.array)}}"),
        aggregator(4, 1, {"v": "{{1.v}}"}),
        note(5, "second {{length(4.array)}}"),
    )
    assert trace(run) == ["first 2"]
    assert "zero_bundles" in run.met


def test_loops_nest(stage: Stage) -> None:
    rows = [{"id": "a", "n": [1, 2]}, {"id": "b", "n": [3]}]
    run = stage.play(
        feeder(1, "{{var.input.rows}}"),
        feeder(2, "{{1.n}}"),
        aggregator(3, 2, {"n": "{{2.value * 10}}"}),
        aggregator(4, 1, {"line": '{{1.id}}={{sum(map(3.array; "n"))}}'}),
        note(5, '{{join(map(4.array; "line"); " ")}}'),
        inputs={"rows": rows},
    )
    assert trace(run) == ["a=30 b=30"]


def test_an_aggregator_runs_once_for_every_run_of_its_feeder(stage: Stage) -> None:
    run = stage.play(
        bundles(1, 1, 2),
        module(2, "builtin:BasicRepeater", {"start": "1", "repeats": "{{1.v}}", "step": "1"}),
        aggregator(3, 2, {"i": "{{2.i}}"}),
        note(4, "{{length(3.array)}}"),
    )
    assert trace(run) == ["1", "2"]


def test_any_module_may_be_a_feeder(stage: Stage) -> None:
    run = stage.play(note(1, "one"), aggregator(2, 1, {"v": "{{1.value}}"}), note(3, "{{2.array[1].v}}"))
    assert trace(run)[-1] == "one"


def test_routes_run_in_order_for_each_bundle_and_never_rejoin(stage: Stage) -> None:
    run = stage.play(
        bundles(1, "a", "b"),
        router(2, [note(3, "x{{1.v}}")], [note(4, "y{{1.v}}{{3.value}}", filter=gate("{{1.v}}", "text:equal", "b"))]),
    )
    assert trace(run) == ["xa", "xb", "yb"]


def test_a_filter_on_a_nested_router_and_a_disabled_route_are_honoured(stage: Stage) -> None:
    inner = router(3, [note(4, "in {{1.v}}")], filter=gate("{{1.v}}", "text:equal", "b"))
    outer = router(2, [inner], [note(5, "off")])
    outer["routes"][1]["disabled"] = True  # type: ignore[index]
    assert trace(stage.play(bundles(1, "a", "b"), outer)) == ["in b"]


def test_a_feeder_before_a_router_closes_on_its_route(stage: Stage) -> None:
    run = stage.play(
        bundles(1, 1, 2),
        router(
            2, [aggregator(3, 1, {"v": "{{1.v}}"}), note(4, 'sum {{sum(map(3.array; "v"))}}')], [note(5, "{{1.v}}")]
        ),
    )
    assert trace(run) == ["1", "2", "sum 3"]


def test_the_first_branch_that_fits_wins_and_a_merge_joins_them(stage: Stage) -> None:
    def branch(kind: str, flow: list[dict[str, object]], value: str = "") -> dict[str, object]:
        conditions = gate("{{1.v}}", "text:equal", value)["conditions"] if value else []
        return {"type": kind, "conditions": conditions, "merge": True, "flow": flow}

    fork = {
        **module(2, "builtin:BasicIfElse"),
        "branches": [branch("condition", [note(3, "A")], "a"), branch("else", [note(4, "other")])],
    }
    merge = {
        **module(5, "builtin:BasicMerge"),
        "outputs": [{"name": "word", "mappings": ["{{3.value}}", "{{4.value}}"]}],
        "filters": [None, None],
    }
    run = stage.play(bundles(1, "a", "b"), fork, merge, note(6, "{{5.word}}-{{1.v}}"))
    assert trace(run) == ["A", "A-a", "other", "other-b"]
    assert run.credits == 1 + 2 + 2


def test_bundles_of_several_know_their_place(stage: Stage) -> None:
    run = stage.play(feeder(1, "{{var.input.x}}"), note(2, "{{1.`__IMTINDEX__`}}/{{1.`__IMTLENGTH__`}} {{1.value}}"),
                     inputs={"x": ["p", "q"]})  # fmt: skip
    assert trace(run) == ["1/2 p", "2/2 q"]


def test_a_feeder_wraps_what_is_no_array(stage: Stage) -> None:
    assert trace(stage.play(feeder(1, "{{5}}"), note(2, "{{1.value}}"))) == ["5"]
    assert trace(stage.play(feeder(1, "{{var.input}}"), note(2, "{{1.k}}"), inputs={"k": "v"})) == ["v"]


def test_variables_live_until_the_run_ends(stage: Stage) -> None:
    def put(id_: int, value: str, scope: str) -> dict[str, object]:
        return module(id_, "util:SetVariable2", {"name": "n", "scope": scope, "value": value})

    read = module(4, "util:GetVariable2", {"name": "n"})
    both = module(5, "util:GetVariables", {"variables": ["n", "absent"]})
    flow = [
        put(2, "1", "roundtrip"),
        put(3, "{{2.n}}2", "execution"),
        read,
        both,
        note(6, "{{4.n}} {{5.n}} {{5.absent}}."),
    ]
    assert trace(stage.play(*flow)) == ["12 12 ."]
    assert trace(stage.play(read, note(6, "[{{4.n}}]"))) == ["[]"]


def test_a_loop_with_a_variable_can_stop_early(stage: Stage) -> None:
    run = stage.play(
        module(1, "builtin:BasicRepeater", {"start": "1", "repeats": "4", "step": "1"}),
        module(2, "util:GetVariable2", {"name": "done"}),
        note(3, "try {{1.i}}", filter=gate("{{2.done}}", "notexist")),
        module(4, "util:SetVariable2", {"name": "done", "scope": "roundtrip", "value": "{{true}}"},
               filter=gate("{{1.i}}", "number:equal", "2")),
        aggregator(5, 1, {"i": "{{1.i}}"}),
        note(6, "{{length(5.array)}}"),
    )  # fmt: skip
    assert trace(run) == ["try 1", "try 2", "1"]


def test_a_search_that_finds_nothing_may_go_on_with_a_marker(stage: Stage) -> None:
    search = module(1, "datastore:SearchRecord", {"filter": []}, parameters={"datastore": 3, "continueWhenNoRes": True})
    run = stage.play(
        search, aggregator(2, 1, {"n": "{{1.`__IMTLENGTH__`}}"}), note(3, "{{length(2.array)}} {{2.array[1].n}}")
    )
    assert trace(run) == ["1 0"]


def test_sleep_moves_the_virtual_clock_only(stage: Stage) -> None:
    run = stage.play(module(1, "util:FunctionSleep", {"duration": "300"}), note(2, "{{timestamp}}"))
    assert run.seconds == 300
    assert trace(run) == [str(int(stage.clock.now().timestamp()))]


def test_a_run_ends_after_forty_minutes_with_a_warning(stage: Stage) -> None:
    stage.settings = {"dlq": True}
    loop = module(1, "builtin:BasicRepeater", {"start": "1", "repeats": "20", "step": "1"})
    run = stage.play(loop, module(2, "util:FunctionSleep", {"duration": "300"}))
    assert (run.status, run.seconds, run.incomplete) == ("warning", 2700, ())
    assert run.error is not None
    assert run.error.type == "ExecutionInterruptedError"


def test_operations_hold_what_went_in_and_what_came_out(stage: Stage) -> None:
    run = stage.play(bundles(1, "a"), note(2, "{{1.v}}!"))
    last = run.operations[-1]
    assert (last.module.id, last.input, last.output, last.credits) == (2, {"value": "a!"}, ({"value": "a!"},), 1)


def test_data_stores_outlive_runs_and_a_roll_back_undoes_them(stage: Stage) -> None:
    add = module(1, "datastore:AddRecord", {"key": "k", "data": {"n": "1"}}, parameters={"datastore": 3})
    stage.play(add)
    assert stage.store.data == {"3": {"k": {"n": "1"}}}
    stage.store = Store()
    stage.settings = {"autoCommit": False}
    fails = http(2, set_url="nonsense", onerror=[module(3, "builtin:Rollback")])
    assert stage.play(add, fails).status == "error"
    assert stage.store.data == {}


def test_an_aggregator_whose_feeder_is_an_aggregator_hears_its_groups(stage: Stage) -> None:
    flow = [
        bundles(1, {"c": "a"}, {"c": "b"}),
        aggregator(2, 1, {"c": "{{1.c}}"}, flags={"groupBy": "{{1.c}}"}),
        note(3, "post {{2.`__IMTKEY__`}}"),
        module(4, "util:TextAggregator", {"value": "{{3.value}}"}, parameters={"feeder": 2, "rowSeparator": "\n"}),
        note(5, "{{4.text}}"),
    ]
    assert trace(stage.play(*flow)) == ["post a", "post b", "post a\npost b"]
    deaf = stage.play(*flow, switches=Switches(aggregator_as_feeder="nothing"))
    assert trace(deaf) == ["post a", "post b"]
