"""Whole workflows and scenarios in code, small enough to read, and the rules that a broken copy meets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from generator.checking.lint import lint
from generator.checking.n8n_catalogue import Catalogue
from generator.mapping.findings import Finding

Mutation = Callable[[Any], object]


def node(name: str, kind: str, version: float, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Build one n8n node of n8n's own package."""
    identity = f"node-{name.lower().replace(' ', '-')}"
    return {
        "id": identity,
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [0, 0],
        "parameters": parameters or {},
        **more,
    }


def chain(*names: str) -> dict[str, Any]:
    """Connect nodes one behind the other by their first outputs."""
    return {one: {"main": [[to(two)]]} for one, two in pairwise(names)}


def to(name: str, place: int = 0) -> dict[str, Any]:
    """Build the end of a connection."""
    return {"node": name, "type": "main", "index": place}


def workflow() -> dict[str, Any]:
    """Build a sound n8n workflow: schedule, settings, a request with a credential, a decision, code."""
    condition = {
        "id": "c1",
        "leftValue": "={{ $json.statusCode }}",
        "rightValue": 200,
        "operator": {"type": "number", "operation": "equals"},
    }
    nodes = [
        node("Manual", "manualTrigger", 1),
        node(
            "Night",
            "scheduleTrigger",
            1.2,
            {"rule": {"interval": [{"field": "cronExpression", "expression": "20 0 * * *"}]}},
        ),
        node(
            "Settings",
            "set",
            3.4,
            {
                "mode": "manual",
                "assignments": {
                    "assignments": [{"id": "a", "name": "day", "value": "={{ $now.toISO() }}", "type": "string"}]
                },
                "options": {},
            },
        ),
        node(
            "Post",
            "httpRequest",
            4.2,
            {
                "method": "POST",
                "url": "https://api.example.com/v1/things",
                "authentication": "genericCredentialType",
                "genericAuthType": "httpHeaderAuth",
                "sendBody": True,
                "contentType": "json",
                "specifyBody": "json",
                "jsonBody": "={{ JSON.stringify({ day: $('Settings').first().json.day }) }}",
                "options": {"timeout": 20000, "response": {"response": {"fullResponse": True, "neverError": True}}},
            },
            credentials={"httpHeaderAuth": {"id": "cred1", "name": "Header"}},
            onError="continueRegularOutput",
        ),
        node(
            "Good",
            "if",
            2.2,
            {
                "conditions": {
                    "options": {"caseSensitive": True, "leftValue": "", "typeValidation": "strict", "version": 2},
                    "combinator": "and",
                    "conditions": [condition],
                },
                "options": {},
            },
        ),
        node("Tell", "code", 2, {"jsCode": "const day = $('Settings').first().json.day;\nreturn [{ json: { day } }];"}),
        node("Sign", "crypto", 1, {"action": "hash", "type": "SHA256", "value": "={{ $json.day }}"}),
    ]
    connections = chain("Manual", "Settings", "Post", "Good", "Tell", "Sign") | {"Night": {"main": [[to("Settings")]]}}
    return {
        "id": "workflow01",
        "name": "Sound",
        "nodes": nodes,
        "connections": connections,
        "settings": {
            "executionOrder": "v1",
            "timezone": "America/Chicago",
            "saveDataErrorExecution": "all",
            "saveDataSuccessExecution": "all",
        },
    }


def module(number: int, name: str, mapper: Any = None, version: int = 1, **more: Any) -> dict[str, Any]:
    """Build one module of Make."""
    designer = {"designer": {"x": number * 300, "y": 0}}
    return {
        "id": number,
        "module": name,
        "version": version,
        "parameters": {},
        "mapper": {} if mapper is None else mapper,
        "metadata": designer,
        **more,
    }


def request(number: int, **mapper: Any) -> dict[str, Any]:
    """Build an HTTP module that gets something."""
    fields = {
        "url": "https://api.example.com/v1/things",
        "method": "get",
        "headers": [],
        "queryParameters": [],
        "parseResponse": True,
        "stopOnHttpError": False,
        "allowRedirects": True,
        "shareCookies": False,
        "requestCompressedContent": True,
        "timeout": "60",
    }
    made = module(number, "http:MakeRequest", {**fields, **mapper}, 4)
    made["parameters"] = {"authenticationType": "apiKey", "tlsType": ""}
    return made


def router(number: int, *flows: list[dict[str, Any]]) -> dict[str, Any]:
    """Build a router over routes."""
    made = module(number, "builtin:BasicRouter", routes=[{"flow": flow} for flow in flows])
    made["mapper"] = None
    return made


def variable(number: int, **values: str) -> dict[str, Any]:
    """Build a module that sets variables."""
    rows = [{"name": name, "value": value} for name, value in values.items()]
    return module(number, "util:SetVariables", {"scope": "roundtrip", "variables": rows})


def scenario(*flow: dict[str, Any], instant: bool = False, dlq: bool = False) -> dict[str, Any]:
    """Build a blueprint around modules."""
    settings = {"roundtrips": 1, "maxErrors": 3, "sequential": True, "dlq": dlq}
    metadata = {"instant": instant, "version": 1, "scenario": settings, "designer": {"orphans": []}}
    return {"name": "Sound", "flow": list(flow), "metadata": metadata}


def night() -> dict[str, Any]:
    """Build a sound scenario: variables, a request, a loop that an aggregator closes, two routes, an error route."""
    aggregator = module(4, "builtin:BasicAggregator", {"tokens": "{{3.tokens}}"}, parameters={"feeder": 3})
    aggregator["flags"] = {"groupBy": "{{3.client}}", "stopIfEmpty": True}
    post = request(
        6,
        method="post",
        headers=[{"name": "Idempotency-Key", "value": "{{1.day}}-{{4.`__IMTKEY__`}}"}],
        contentType="json",
        inputMethod="jsonString",
        jsonStringBodyContent='{"identifier":"{{1.day}}","value":"{{sum(map(4.array; "tokens"))}}"}',
    )
    post["onerror"] = [module(7, "builtin:Resume", {"statusCode": "0", "data": "{{6.error.message}}"})]
    post["filter"] = {"name": "some", "conditions": [[{"a": "{{length(4.array)}}", "o": "number:greater", "b": "0"}]]}
    sleep = module(8, "util:FunctionSleep", {"duration": "30"})
    tell = module(9, "util:ComposeTransformer", {"value": "{{1.day}}: {{ifempty(2.data.note; emptystring)}}"})
    return scenario(
        variable(1, day='{{formatDate(addDays(now; -1); "YYYY-MM-DD"; "UTC")}}'),
        request(2),
        module(3, "builtin:BasicFeeder", {"array": "{{2.data.rows}}"}),
        aggregator,
        router(5, [post, sleep], [tell]),
    )


def findings(data: object, lines: Sequence[Catalogue] = ()) -> list[Finding]:
    """Judge one document."""
    return lint({"file.json": json.dumps(data).encode()}, lines)


def rules(data: object, lines: Sequence[Catalogue] = ()) -> set[str]:
    """Name the rules that a document breaks."""
    return {finding.rule for finding in findings(data, lines)}
