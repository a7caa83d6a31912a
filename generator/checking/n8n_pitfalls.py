"""Settings that n8n accepts and that do something else than they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.checking.document import as_dict, as_list, as_text, quoted
from generator.checking.n8n_expressions import snippets
from generator.checking.workflow import Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

WAIT = Rule(
    "n8n.long-wait",
    Level.WARNING,
    "a Wait of 65 seconds or more leaves memory: only a running server resumes it, and `n8n execute` ends with "
    "status `waiting`",
    "stay below 65 seconds, or run the workflow on a server only",
)
RETRY = Rule(
    "n8n.retry-clamped",
    Level.WARNING,
    "`maxTries` above 5 or `waitBetweenTries` above 5,000 ms: n8n cuts them to these without a word",
    "retry with a Wait loop, which can also obey Retry-After",
)
HASTY = Rule(
    "n8n.hasty-retry",
    Level.WARNING,
    "a node is tried again within a tenth of a second: what made it fail is still there",
    "leave `waitBetweenTries` out for n8n's own second, or set up to 5,000 ms",
)
JSON_TEXT = Rule(
    "n8n.json-body-text",
    Level.WARNING,
    "a JSON body is put together as text around `{{ }}`: a quote or a line break in the data breaks it",
    "write the whole body as one expression: `={{ JSON.stringify({ … }) }}`",
)
ENDLESS = Rule(
    "n8n.endless-request",
    Level.WARNING,
    "an HTTP request has a time limit of 0: it waits as long as the other side says nothing",
    "give it a limit in milliseconds",
)
PYTHON = Rule(
    "n8n.python-code",
    Level.WARNING,
    "a Code node in Python does not run on a plain install of either line of n8n",
    "write it in JavaScript",
)
SANDBOX = Rule(
    "n8n.code-sandbox",
    Level.WARNING,
    "code uses `require`, `$env`, `fetch` or `process`, which n8n's default settings refuse",
    "use nodes (HTTP Request, Crypto) and credentials instead",
)
EACH = Rule(
    "n8n.removed-in-3",
    Level.WARNING,
    "the workflow uses something that n8n 3 removes: Execute Sub-workflow once for each item, Function, Item Lists",
    "use Loop Over Items and mode `once`, a Code node, or the nodes that replaced Item Lists",
)
WEBHOOK_ID = Rule(
    "n8n.webhook-id",
    Level.WARNING,
    "a node that listens has no `webhookId`; n8n makes a new one at each import, and addresses change",
    "give the node a fixed UUID as `webhookId`",
)
SAME_PATH = Rule(
    "n8n.webhook-path",
    Level.ERROR,
    "two webhooks of one workflow have the same method and path; n8n refuses to activate it",
    "give each a path of its own",
)
SAME_FIELD = Rule(
    "n8n.form-field",
    Level.WARNING,
    "two fields of a form have the same name; what a person enters in one of them is lost",
    "give each field a label of its own",
)
ASSIGNED_TYPE = Rule(
    "n8n.assignment-type",
    Level.WARNING,
    "an Edit Fields node gives a field a type that n8n does not have; the value stays as it comes",
    "choose string, number, boolean, array or object",
)

_LONGEST_WAIT = 65
_SHORTEST_PAUSE_MS = 100
_TYPES = ("string", "number", "boolean", "array", "object", "binary", "dateTime", "time", "url", "jwt")
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_FORBIDDEN = re.compile(r"(?<![\w.$])(require\s*\(|\$env\b|fetch\s*\(|process\.\w)")
_MIXED = re.compile(r'"[^"{}]*\{\{(?!\s*JSON\.stringify)')


def check(subject: Workflow) -> Iterator[Finding]:
    """Judge the settings of every running node."""
    paths: dict[tuple[str, str], Node] = {}
    for node in subject.running:
        for rule, message, pointer in _node(node):
            yield rule.at(subject.place(node, *pointer), f"{quoted(node.name)}: {message}")
        if node.is_base("webhook"):
            path = as_text(node.parameters.get("path"))
            key = (str(node.parameters.get("httpMethod", "GET")), path)
            if path and key in paths:
                message = f"{quoted(node.name)} and {quoted(paths[key].name)} both answer {key[0]} {quoted(path)}"
                yield SAME_PATH.at(subject.place(node, "parameters", "path"), message)
            paths[key] = node
    for snippet in snippets(subject):
        used = _FORBIDDEN.search(snippet.code) if not snippet.node.disabled else None
        if used and (snippet.kind == "code" or used[1].startswith("$env")):
            message = f"{quoted(snippet.node.name)}: {quoted(used[1].rstrip(' ('))} is refused by default settings"
            yield SANDBOX.at(subject.place(snippet.node, *snippet.pointer), message)


def _node(node: Node) -> Iterator[tuple[Rule, str, tuple[str | int, ...]]]:
    parameters = node.parameters
    if node.is_base("wait") and (seconds := _wait(node)) >= _LONGEST_WAIT:
        yield WAIT, f"waits {seconds:g} s", ("parameters", "amount")
    if node.raw.get("retryOnFail") is True:
        for key, most in (("maxTries", 5), ("waitBetweenTries", 5000)):
            value = node.raw.get(key)
            if isinstance(value, int | float) and value > most:
                yield RETRY, f"`{key}` is {value:g}; n8n uses {most}", (key,)
        pause = node.raw.get("waitBetweenTries")
        if isinstance(pause, int | float) and pause < _SHORTEST_PAUSE_MS:
            yield HASTY, f"tries again after {pause:g} ms", ("waitBetweenTries",)
    body = as_text(parameters.get("jsonBody"))
    if node.is_base("httpRequest") and body.startswith("=") and _MIXED.search(body):
        yield JSON_TEXT, "the JSON body mixes text and expressions inside quotes", ("parameters", "jsonBody")
    options = as_dict(parameters.get("options"))
    if node.is_base("httpRequest") and options.get("timeout") in (0, "0"):
        yield ENDLESS, "its `timeout` is 0", ("parameters", "options", "timeout")
    if node.is_base("code") and as_text(parameters.get("language")).startswith("python"):
        yield PYTHON, f"language {quoted(as_text(parameters.get('language')))}", ("parameters", "language")
    if node.is_base("executeWorkflow") and parameters.get("mode") == "each":
        yield EACH, "runs the sub-workflow once for each item", ("parameters", "mode")
    if node.is_base("function", "functionItem", "itemLists"):
        yield EACH, f"{node.type.removeprefix('n8n-nodes-base.')} disappears", ("type",)
    if node.is_base("form", "formTrigger"):
        yield from _form(node)
    if node.is_base("set"):
        yield from _assigned(node)
    if _listens(node) and not as_text(node.raw.get("webhookId")):
        yield WEBHOOK_ID, "listens without a `webhookId`", ()


def _form(node: Node) -> Iterator[tuple[Rule, str, tuple[str | int, ...]]]:
    seen: set[str] = set()
    for place, one in enumerate(as_list(as_dict(node.parameters.get("formFields")).get("values"))):
        field = as_dict(one)
        name = as_text(field.get("fieldName")) or as_text(field.get("fieldLabel"))
        if name and name in seen and "{{" not in name:
            yield SAME_FIELD, f"two fields are {quoted(name)}", ("parameters", "formFields", "values", place)
        seen.add(name)


def _assigned(node: Node) -> Iterator[tuple[Rule, str, tuple[str | int, ...]]]:
    for place, one in enumerate(as_list(as_dict(node.parameters.get("assignments")).get("assignments"))):
        given = as_dict(one).get("type", "string")
        if given not in _TYPES:
            where = ("parameters", "assignments", "assignments", place, "type")
            yield ASSIGNED_TYPE, f"{quoted(str(given))} is no type", where


def _wait(node: Node) -> float:
    parameters = node.parameters
    if as_text(parameters.get("resume")) not in ("", "timeInterval"):
        return 0
    default = 1 if node.version < 1.1 else 5
    amount = parameters.get("amount", default)
    unit = as_text(parameters.get("unit")) or ("hours" if node.version < 1.1 else "seconds")
    return amount * _UNITS.get(unit, 1) if isinstance(amount, int | float) else 0


def _listens(node: Node) -> bool:
    if node.is_base("wait"):
        return node.parameters.get("resume") in ("webhook", "form")
    return node.is_base("webhook", "formTrigger")
