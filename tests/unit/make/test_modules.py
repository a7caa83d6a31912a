"""The modules: what they send, what they emit, what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.errors import UnreadableInput
from generator.iml.values import Value
from generator.replay.make import UnknownModule, load
from generator.stripe_mock.exchange import Response

from .stage import Stage, bundles, gate, http, module, note, trace


def names(*pairs: tuple[str, str], key: str = "name") -> list[dict[str, str]]:
    return [{key: name, "value": value} for name, value in pairs]


def output(stage: Stage, *flow: dict[str, Any], **more: Any) -> Value:
    run = stage.play(*flow, **more)
    assert run.status == "success", run.error
    return run.operations[-1].output[-1]


def refusal(stage: Stage, *flow: dict[str, Any]) -> str:
    run = stage.play(*flow)
    assert run.error is not None
    return str(run.error)


def test_a_request_goes_out_as_the_mapper_says(stage: Stage) -> None:
    stage.play(
        http(
            1,
            set_url="https://api.example.com/v1/x?a=1",
            set_headers=names(("Idempotency-Key", "k {{1 + 1}}"), ("Content-Type", "application/json")),
            set_queryParameters=names(("dimension_filters[model]", "a/b c"), ("n", "{{1}}")),
            set_contentType="json",
            set_inputMethod="jsonString",
            set_jsonStringBodyContent='{"v":"{{1 + 2}}"}',
            parameters={"authenticationType": "apiKey", "tlsType": ""},
        )
    )
    (request,) = stage.requests
    assert (request.method, request.host, request.path) == ("POST", "api.example.com", "/v1/x")
    assert request.params == [("a", "1"), ("dimension_filters[model]", "a/b c"), ("n", "1")]
    assert request.headers == {
        "content-type": "application/json",
        "idempotency-key": "k 2",
        "authorization": "Bearer api.example.com 1",
    }
    assert json.loads(request.body) == {"v": "3"}


def test_without_authentication_no_credential_is_asked_for(stage: Stage) -> None:
    stage.play(http(1, parameters={"authenticationType": "noAuth"}))
    assert "authorization" not in stage.requests[0].headers


@pytest.mark.parametrize(
    ("fields", "body", "kind"),
    [
        (
            {"set_contentType": "urlEncoded", "set_urlEncodedBodyContent": names(("a", "b c"))},
            b"a=b+c",
            "application/x-www-form-urlencoded",
        ),
        (
            {"set_contentType": "custom", "set_rawBodyContent": "raw", "set_contentTypeValue": "text/x"},
            b"raw",
            "text/x",
        ),
        (
            {"set_contentType": "json", "set_inputMethod": "dataStructure", "set_dataStructureBodyContent": {"a": 1}},
            b'{"a":1}',
            "application/json",
        ),
        ({}, b"", None),
    ],
)
def test_a_body_has_its_form(stage: Stage, fields: dict[str, Any], body: bytes, kind: str | None) -> None:
    stage.play(http(1, **fields))
    assert (stage.requests[0].body, stage.requests[0].headers.get("content-type")) == (body, kind)


def test_an_answer_becomes_a_bundle(stage: Stage) -> None:
    stage.answer(
        Response(200, {"Content-Type": "application/json; charset=utf-8", "X-A": "b"}, b'{"n": 1.0, "t": "x"}')
    )
    assert output(stage, http(1)) == {
        "statusCode": 200,
        "headers": {"content-type": "application/json; charset=utf-8", "x-a": "b"},
        "data": {"n": 1, "t": "x"},
    }


@pytest.mark.parametrize(
    ("answer", "parse", "data"),
    [
        (Response(200, {"content-type": "text/html"}, b"<p>"), True, "<p>"),
        (Response(200, {"content-type": "application/json"}, b'{"a":1}'), False, '{"a":1}'),
        (Response(200, {"content-type": "application/problem+json"}, b'{"a":1}'), True, {"a": 1}),
        (Response(200, {"content-type": "application/json"}, b'{"a":NaN}'), True, '{"a":NaN}'),
        (
            Response(200, {"content-type": "application/json"}, b'{"a":12345678901234567890}'),
            True,
            {"a": 1.2345678901234567e19},
        ),
        (Response(204, {}, b""), True, ""),
        (Response(200, {}, b"\xff\xfe"), True, b"\xff\xfe"),
    ],
)
def test_bodies_are_parsed_by_their_type(stage: Stage, answer: Response, parse: bool, data: object) -> None:
    found = output(stage.answer(answer), http(1, set_parseResponse=parse))
    assert isinstance(found, dict)
    assert found["data"] == data


def test_a_status_is_data_where_errors_do_not_stop(stage: Stage) -> None:
    stage.answer(Response.json(429, {"error": "slow"}, {"retry-after": "2"}))
    run = stage.play(
        http(1, set_stopOnHttpError=False), note(2, "{{1.statusCode}} {{1.headers.`retry-after`}} {{1.data.error}}")
    )
    assert trace(run) == ["429 2 slow"]


def test_redirects_are_followed_on_request(stage: Stage) -> None:
    moved = Response(302, {"location": "/v2/y?z=1"})
    stage.answer(moved, Response.json(200, {}))
    output(stage, http(1, set_allowRedirects=True))
    assert [(r.method, r.path, r.query) for r in stage.requests] == [("POST", "/v1/x", ""), ("GET", "/v2/y", "z=1")]
    assert output(stage.answer(moved), http(1)) == {"statusCode": 302, "headers": {"location": "/v2/y?z=1"}, "data": ""}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"set_url": ""}, "Missing value of required parameter 'url'"),
        ({"set_url": "http://api.example.com"}, "does not start with https://"),
        ({"set_method": "POST"}, "Invalid value 'POST' in parameter 'method'"),
        ({"set_headers": names(("A B", "x"))}, "Invalid header 'A B'"),
        ({"set_timeout": "301"}, "301 is no whole number from 1 to 300"),
    ],
)
def test_a_request_that_cannot_be_is_refused(stage: Stage, fields: dict[str, Any], words: str) -> None:
    assert words in refusal(stage, http(1, **fields))
    assert stage.requests == []


def test_the_legacy_module_sends_the_same(stage: Stage) -> None:
    legacy = module(
        1,
        "http:ActionSendData",
        {
            "url": "https://api.example.com/v2/events",
            "serializeUrl": False,
            "method": "post",
            "headers": names(("A", "b")),
            "qs": names(("q", "1")),
            "bodyType": "raw",
            "contentType": "application/json",
            "data": '{"v":{{1}}}',
            "parseResponse": True,
            "timeout": "60",
            "followRedirect": True,
        },
        parameters={"handleErrors": True},
    )
    found = output(stage, legacy)
    (request,) = stage.requests
    assert (request.query, request.body, request.headers["content-type"]) == ("q=1", b'{"v":1}', "application/json")
    assert isinstance(found, dict)
    assert found["fileSize"] == 12
    legacy["parameters"]["handleErrors"] = False
    legacy["module"] = "http:ActionSendDataAPIKeyAuth"
    assert stage.answer(Response.json(500, {})).play(legacy).status == "success"
    assert stage.requests[-1].headers["authorization"] == "Bearer api.example.com 1"


def slack(id_: int, **fields: Any) -> dict[str, Any]:
    return {
        **module(id_, "slack:CreateMessage", {"channelWType": "manualy", "channel": "C1", "text": "hi", **fields}),
        "version": 4,
    }


def test_slack_posts_a_message(stage: Stage) -> None:
    stage.answer(Response.json(200, {"ok": True, "channel": "C1", "ts": "1.2"}))
    assert output(stage, slack(1, mrkdwn=True, thread_ts="", blocks="")) == {"channel": "C1", "ts": "1.2"}
    (request,) = stage.requests
    assert (request.method, request.host, request.path) == ("POST", "slack.com", "/api/chat.postMessage")
    assert json.loads(request.body) == {"channel": "C1", "text": "hi", "mrkdwn": True}
    assert request.headers["authorization"] == "Bearer slack.com 1"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            Response.json(200, {"ok": False, "error": "channel_not_found"}),
            "RuntimeError in module 1: [200] channel_not_found",
        ),
        (Response.json(200, {"ok": False, "error": "invalid_auth"}), "InvalidAccessTokenError"),
        (Response.json(429, {"ok": False, "error": "ratelimited"}), "RateLimitError"),
        (Response(200, {}, b"<html>"), "DataError"),
    ],
)
def test_a_refusal_by_slack_is_an_error(stage: Stage, answer: Response, words: str) -> None:
    assert words in refusal(stage.answer(answer), slack(1))


def test_json_is_parsed_to_fields_or_to_bundles(stage: Stage) -> None:
    def parse(words: str) -> list[str]:
        return trace(
            stage.play(
                bundles(1, {"j": words}),
                module(2, "json:ParseJSON", {"json": "{{1.j}}"}),
                note(3, "{{2.a}}{{2.value}}"),
            )
        )

    assert parse('{"a": 1}') == ["1"]
    assert parse('[{"a": 1}, {"a": 2}, 3]') == ["1", "2", "3"]
    assert parse('"word"') == ["word"]
    assert parse("[]") == []
    assert "Source is not valid JSON" in refusal(stage, module(2, "json:ParseJSON", {"json": "{'a': NaN}"}))


def test_any_value_is_written_as_json(stage: Stage) -> None:
    data = {"t": 'say "hi"\n', "n": [1, 2.5], "d": None}
    found = output(stage, module(2, "json:TransformToJSON", {"object": "{{var.input}}"}), inputs=data)
    assert isinstance(found, dict)
    assert json.loads(str(found["json"])) == data
    assert str(found["json"]).startswith('{"t":"say \\"hi\\"\\n"')


def test_a_webhook_takes_query_and_body_and_may_be_answered(stage: Stage) -> None:
    reply = module(
        3, "gateway:WebhookRespond", {"status": "201", "body": "{{2.value}}", "headers": names(("A", "b"), key="key")}
    )
    run = stage.play(
        module(1, "gateway:CustomWebHook"),
        note(2, "{{1.q}}{{1.n}}"),
        reply,
        webhook={"query": {"q": "x"}, "body": b'{"n": 1}'},
    )
    assert run.response == {"status": 201, "headers": {"A": "b"}, "body": "x1"}


def test_a_webhook_with_pass_through_can_be_verified(stage: Stage) -> None:
    hook = {
        "body": '{"a": 1}',
        "headers": {"Stripe-Signature": "t=1,v1=x"},
        "settings": {"headers": True, "stringify": True},
    }
    header = 'map(1.`__IMTHEADERS__`; "value"; "name"; "stripe-signature")'
    run = stage.play(
        module(1, "gateway:CustomWebHook"), note(2, f"{{{{get({header}; 1)}}}} {{{{1.value}}}}"), webhook=hook
    )
    assert trace(run) == ['t=1,v1=x {"a": 1}']


def test_form_bodies_are_parsed(stage: Stage) -> None:
    hook = {"body": "a=1&b=two+words", "headers": {"content-type": "application/x-www-form-urlencoded"}}
    assert trace(stage.play(module(1, "gateway:CustomWebHook"), note(2, "{{1.a}} {{1.b}}"), webhook=hook)) == [
        "1 two words"
    ]


def test_a_repeater_counts(stage: Stage) -> None:
    loop = module(1, "builtin:BasicRepeater", {"start": "10", "repeats": "3", "step": "-2"})
    assert trace(stage.play(loop, note(2, "{{1.i}}"))) == ["10", "8", "6"]
    assert "10001" in refusal(
        stage, module(1, "builtin:BasicRepeater", {"start": "1", "repeats": "10001", "step": "1"})
    )
    assert trace(stage.play(module(1, "builtin:BasicRepeater", {"start": "1", "repeats": "0"}), note(2, "x"))) == []


@pytest.mark.parametrize("duration", ["0", "301", "1.5", "", "soon"])
def test_sleep_takes_1_to_300_whole_seconds(stage: Stage, duration: str) -> None:
    assert "duration" in refusal(stage, module(1, "util:FunctionSleep", {"duration": duration}))


def test_a_variable_needs_name_and_scope(stage: Stage) -> None:
    assert "'scope'" in refusal(stage, module(1, "util:SetVariable2", {"name": "a", "value": "b"}))
    assert "'name'" in refusal(stage, module(1, "util:SetVariable2", {"scope": "roundtrip", "value": "b"}))


def test_ignore_leaves_a_field_out(stage: Stage) -> None:
    listed = {
        "scope": "roundtrip",
        "variables": [{"name": "a", "value": "{{ignore}}"}, {"name": "b", "value": "{{null}}"}],
    }
    assert output(stage, module(1, "util:SetVariables", listed)) == {"a": None, "b": None}
    run = stage.play(module(1, "util:ComposeTransformer", {"value": "x", "extra": "{{ignore}}"}))
    assert run.operations[0].input == {"value": "x"}


def test_a_switcher_chooses_by_text_or_pattern(stage: Stage) -> None:
    table = [{"pattern": "^a", "output": "starts"}, {"pattern": "b", "output": "is b"}]
    for given, by_pattern, expected in (("b", False, "is b"), ("ab", True, "starts"), ("ab", False, "else")):
        mapper = {"input": given, "casesTable": table, "elseOutput": "else", "useRegExpMatch": by_pattern}
        assert output(stage, module(1, "util:Switcher", mapper)) == {"output": expected}


def test_a_counter_lives_for_the_run_or_the_scenario(stage: Stage) -> None:
    for reset, expected in (("run", ["1", "2", "1", "2"]), ("scenario", ["1", "2", "3", "4"])):
        flow = [
            bundles(1, "a", "b"),
            module(2, "util:FunctionIncrement", parameters={"reset": reset}),
            note(3, "{{2.i}}"),
        ]
        assert [*trace(stage.play(*flow)), *trace(stage.play(*flow))] == expected


def test_text_and_number_aggregators(stage: Stage) -> None:
    def run(name: str, parameters: dict[str, Any], shown: str) -> list[str]:
        tool = module(2, name, {"value": "{{1.v}}"}, parameters={"feeder": 1, **parameters})
        return trace(stage.play(bundles(1, 4, 1, 4), tool, note(3, shown)))

    assert run("util:TextAggregator", {"rowSeparator": "\n"}, "{{2.text}}") == ["4\n1\n4"]
    assert run("util:TextAggregator", {"rowSeparator": "other", "otherRowSeparator": " + "}, "{{2.text}}") == [
        "4 + 1 + 4"
    ]
    for fn, expected in (("sum", "9"), ("avg", "3"), ("count", "3"), ("min", "1"), ("max", "4")):
        assert run("util:FunctionAggregator2", {"fn": fn}, "{{2.result}}") == [expected]
    assert run("json:AggregateToJSON", {}, "{{2.json}}") == ['[{"value":4},{"value":1},{"value":4}]']


def test_data_stores_keep_records(stage: Stage) -> None:
    def store(id_: int, name: str, **mapper: Any) -> dict[str, Any]:
        return module(id_, f"datastore:{name}", mapper, parameters={"datastore": 3})

    add = store(1, "AddRecord", key="k", data={"n": "{{1}}", "s": "x"})
    assert output(stage, add) == {"key": "k"}
    assert "DuplicateDataError" in refusal(stage, add)
    assert output(stage, store(1, "UpdateRecord", key="k", data={"n": 2})) == {"key": "k"}
    assert output(stage, store(1, "GetRecord", key="k")) == {"n": 2, "s": "x"}
    assert output(stage, store(1, "ExistRecord", key="z")) == {"exist": False}
    by_n = store(1, "SearchRecord", filter=[[{"a": "n", "o": "number:greater", "b": "1"}]])
    assert trace(stage.play(by_n, note(2, "{{1.key}} {{1.s}}"))) == ["k x"]
    output(stage, store(1, "DeleteRecord", key="k"))
    assert output(stage, store(1, "Stats")) == {"count": 0}


def test_inputs_of_a_scenario_are_in_sight(stage: Stage) -> None:
    assert trace(stage.play(note(1, "{{var.input.from}}{{var.input.to}}"), inputs={"from": "2026-11-01"})) == [
        "2026-11-01"
    ]


def test_an_unknown_module_is_refused_by_name_before_anything_runs(stage: Stage) -> None:
    strange = module(2, "google-sheets:addRow")
    with pytest.raises(UnknownModule, match=r"google-sheets:addRow \(module 2\)"):
        stage.play(http(1), strange)
    assert stage.requests == []
    assert trace(stage.play(strange, note(3, "{{2.row}}"), stubs={2: [{"row": 7}]})) == ["7"]


def test_a_directive_outside_of_an_error_route_is_refused(stage: Stage) -> None:
    with pytest.raises(UnreadableInput, match="module 1: builtin:Ignore belongs on an error route"):
        stage.play(module(1, "builtin:Ignore"))


def test_what_is_no_blueprint_is_refused() -> None:
    with pytest.raises(UnreadableInput, match="no list `flow`"):
        load({"nodes": []})
    with pytest.raises(UnreadableInput, match=r"module 3 \(util:ComposeTransformer\): unexpected b at 6"):
        load({"flow": [note(3, "{{1.a b}}")]})


def test_shapes_that_circulate_are_unpacked() -> None:
    flow = [note(1, "x")]
    for wrapped in (
        {"code": "OK", "response": {"blueprint": {"name": "n", "flow": flow, "metadata": {}}}},
        {"blueprint": json.dumps({"flow": flow})},
        {"subflows": [{"flow": flow}], "metadata": {"version": 1}},
    ):
        assert [m.info.id for m in load(wrapped).modules()] == [1]


def test_every_request_can_be_watched(stage: Stage) -> None:
    seen: list[str] = []
    stage.play(http(1), slack(2), on_request=lambda info, request: seen.append(f"{info.id} {request.host}"))
    assert seen == ["1 api.example.com", "2 slack.com"]


CONDITIONS = [
    ("{{var.input.n}}", "exist", "", True),
    ("{{var.input.e}}", "exist", "", False),
    ("{{var.input.z}}", "notexist", "", True),
    ("{{var.input.no}}", "exist", "", True),
    ("{{var.input.n}}", "text:equal", "200", True),
    ("{{var.input.t}}", "text:equal", "hello", False),
    ("{{var.input.t}}", "text:equal:ci", "hello", True),
    ("{{var.input.t}}", "text:notequal:ci", "hello", False),
    ("{{var.input.t}}", "text:contain", "ell", True),
    ("{{var.input.t}}", "text:notcontain", "ell", False),
    ("{{var.input.t}}", "text:startwith", "He", True),
    ("{{var.input.t}}", "text:endwith:ci", "LO", True),
    ("{{var.input.t}}", "text:notstartwith", "He", False),
    ("{{var.input.t}}", "text:pattern", "^H.*o$", True),
    ("{{var.input.t}}", "text:notpattern:ci", "^h", False),
    ("{{var.input.n}}", "number:greater", "199", True),
    ("{{var.input.n}}", "number:lessorequal", "200", True),
    ("200.0", "number:equal", "{{var.input.n}}", True),
    ("{{var.input.t}}", "number:less", "5", False),
    ("{{var.input.z}}", "number:equal", "0", False),
    ("{{var.input.z}}", "number:notequal", "0", True),
    ("{{now}}", "date:greater", "2026-01-01", True),
    ("{{now}}", "date:lessorequal", "2026-01-01", False),
    ("09:05", "time:less", "10:00", True),
    ("{{var.input.no}}", "boolean:equal", "{{false}}", True),
    ("{{var.input.no}}", "boolean:equal", "false", True),
    ("{{var.input.a}}", "array:contain", "x", True),
    ("{{var.input.a}}", "array:contain", "X", False),
    ("{{var.input.a}}", "array:contain:ci", "X", True),
    ("{{var.input.a}}", "array:notcontain", "q", True),
    ("{{var.input.a}}", "array:greater", "1", True),
    ("{{var.input.a}}", "array:equal", "2", True),
    ("{{var.input.z}}", "array:greater", "0", False),
    ("{{var.input.t}}", "text:startswith", "He", False),
    ("{{now}}", "date:before", "2030-01-01", False),
]


@pytest.mark.parametrize(("a", "o", "b", "passes"), CONDITIONS)
def test_a_filter_coerces_to_its_operators_family(stage: Stage, a: str, o: str, b: str, passes: bool) -> None:
    given = {"n": 200, "t": "Hello", "e": "", "no": False, "a": ["x", "y"]}
    assert bool(trace(stage.play(note(1, "in", filter=gate(a, o, b)), inputs=given))) is passes


def test_outer_conditions_are_or_and_inner_are_and(stage: Stage) -> None:
    def one(value: bool) -> dict[str, str]:
        return {"a": "1", "o": "number:equal", "b": "1" if value else "2"}

    for rows, passes in (
        ([[one(True), one(False)], [one(True)]], True),
        ([[one(True), one(False)]], False),
        ([], True),
    ):
        assert bool(trace(stage.play(note(1, "in", filter={"name": "", "conditions": rows})))) is passes
