"""Credits and limits: what a run costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import process_time

import pytest

from generator.stripe_mock.exchange import Request, Response

from .stage import Stage, bundles, gate, http, module, note


def aggregate(id_: int, feeder: int) -> dict[str, object]:
    return module(id_, "builtin:BasicAggregator", {"v": "{{1.v}}"}, parameters={"feeder": feeder})


def test_an_action_costs_one_per_bundle(stage: Stage) -> None:
    assert stage.play(bundles(1, 1, 2, 3), note(2, "x")).credits == 1 + 3


def test_an_iterator_costs_one_per_array_and_an_aggregator_one_per_aggregation(stage: Stage) -> None:
    rows = {"array": "{{var.input.rows}}"}
    flow = [module(1, "builtin:BasicFeeder", rows), aggregate(2, 1), note(3, "x")]
    assert stage.play(*flow, inputs={"rows": list(range(100))}).credits == 3


def test_routers_filters_and_directives_are_free(stage: Stage) -> None:
    fork = {
        **module(2, "builtin:BasicRouter"),
        "routes": [{"flow": [note(3, "x", filter=gate("{{1.v}}", "number:equal", "1"))]}],
    }
    assert stage.play(bundles(1, 1, 2), fork).credits == 2
    stage.answer(Response.json(500, {}))
    assert stage.play(http(1, onerror=[module(2, "builtin:Ignore")])).credits == 1


def test_ordinary_modules_on_an_error_route_cost(stage: Stage) -> None:
    stage.answer(Response.json(500, {}))
    route = [module(2, "util:FunctionSleep", {"duration": "1"}), module(3, "builtin:Ignore")]
    assert stage.play(http(1, onerror=route)).credits == 2


def test_a_retry_loop_of_five_costs_ten_where_a_post_costs_one(stage: Stage) -> None:
    unset = gate("{{22.done}}", "notexist")
    put = module(24, "util:SetVariable2", {"name": "done", "scope": "roundtrip", "value": "{{true}}"})
    flow = [
        module(21, "builtin:BasicRepeater", {"start": "1", "repeats": "5", "step": "1"}),
        module(22, "util:GetVariable2", {"name": "done"}),
        http(23, filter=unset),
        put,
        module(25, "builtin:BasicAggregator", {}, parameters={"feeder": 21}),
        module(26, "util:GetVariable2", {"name": "done"}),
    ]
    assert stage.play(*flow).credits == 10


NIGHT: Callable[[int], list[dict[str, object]]] = lambda total: [  # noqa: E731
    module(
        1,
        "util:SetVariables",
        {
            "scope": "execution",
            "variables": [{"name": "day", "value": '{{formatDate(addDays(now; -1); "YYYY-MM-DD"; "UTC")}}'}],
        },
    ),
    http(
        2,
        set_url="https://usage.example.com/v1/usage",
        set_method="get",
        set_queryParameters=[{"name": "day", "value": "{{1.day}}"}],
    ),
    module(3, "builtin:BasicFeeder", {"array": "{{2.data.rows}}"}),
    module(
        4,
        "builtin:BasicAggregator",
        {"tokens": "{{3.tokens}}"},
        parameters={"feeder": 3},
        flags={"groupBy": "{{3.customer}}|{{3.meter}}", "stopIfEmpty": True},
    ),
    http(
        5,
        set_contentType="json",
        set_inputMethod="jsonString",
        set_jsonStringBodyContent='{"key":"{{4.`__IMTKEY__`}}","value":"{{sum(map(4.array; "tokens"))}}"}',
    ),
    module(6, "util:TextAggregator", {"value": "{{4.`__IMTKEY__`}}"}, parameters={"feeder": 4, "rowSeparator": "\n"}),
    {
        **module(7, "slack:CreateMessage", {"channelWType": "manualy", "channel": "C1", "text": "{{6.text}}"}),
        "version": 4,
    },
]


@pytest.mark.parametrize(("rows", "groups"), [(10, 10), (300, 50)])
def test_the_scheduled_sample_costs_its_groups_and_six(stage: Stage, rows: int, groups: int) -> None:
    usage = [{"customer": f"cus_{i % groups}", "meter": "m", "tokens": i} for i in range(rows)]

    def send(request: Request) -> Response:
        stage.requests.append(request)
        return Response.json(200, {"rows": usage} if request.host == "usage.example.com" else {"ok": True})

    stage.send = send  # type: ignore[method-assign]
    run = stage.play(*NIGHT(rows))
    assert (run.status, run.credits, sum(o.credits for o in run.operations)) == ("success", groups + 6, groups + 6)
    posted = [json.loads(r.body)["value"] for r in stage.requests if r.host == "api.example.com"]
    assert sum(map(int, posted)) == sum(range(rows))


def test_ten_thousand_rows_take_seconds_at_most(stage: Stage) -> None:
    fields = {f"f{i}": '{{if(3.n > 5; md5(3.c); ifempty(3.none; "x"))}}' for i in range(12)}
    rows = [{"n": i, "c": f"c{i % 7}"} for i in range(10_000)]
    flow = [
        module(3, "builtin:BasicFeeder", {"array": "{{var.input.rows}}"}),
        module(4, "builtin:BasicAggregator", fields, parameters={"feeder": 3}),
        note(5, "{{length(4.array)}}"),
    ]
    begin = process_time()
    run = stage.play(*flow, inputs={"rows": rows})
    assert run.operations[-1].output == ({"value": "10000"},)
    assert process_time() - begin < 5
