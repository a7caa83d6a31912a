"""Modules of a Make blueprint: names, versions, and the fields that the common ones need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.checking import make_slack as slack
from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import Json, as_dict, as_list, as_text, quoted
from generator.checking.make_fields import FIELD, VALUE
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

NAME = Rule(
    "make.module-name",
    Level.ERROR,
    "a module's name is not `app:Module`, or is one that circulates and does not exist",
    "use the name that Make exports",
)
VERSION = Rule(
    "make.module-version",
    Level.ERROR,
    "a module's version is not a whole number, or one that Make's own module does not have",
    "use the version that Make exports",
)
UNCLEAR = Rule(
    "make.field-default",
    Level.WARNING,
    "an HTTP module leaves out a switch whose value at run time is not documented",
    "write it out, `stopOnHttpError` above all",
)

_PATTERN = re.compile(r"(?:app#)?[a-z][a-z0-9-]*:[A-Za-z0-9_]+")
"""`app#` marks an app that somebody wrote for an organisation of their own."""
_NAMED = re.compile(r"[^\s:]+:[^\s:]+")
_BUILTIN = (
    *("BasicRouter", "BasicFeeder", "BasicAggregator", "BasicRepeater", "BasicIfElse", "BasicMerge"),
    *("Break", "Commit", "Ignore", "Resume", "Rollback", "ThrowError", "ThrowWarning"),
)
_KNOWN = {
    **{f"builtin:{name}": 1 for name in _BUILTIN},
    **{
        f"util:{name}": 1
        for name in (
            *("FunctionSleep", "SetVariable2", "SetVariables", "GetVariable2", "GetVariables", "TextAggregator"),
            *("FunctionAggregator2", "ComposeTransformer", "Switcher", "FunctionIncrement", "BasicTrigger"),
        )
    },
    **{f"json:{name}": 1 for name in ("ParseJSON", "CreateJSON", "TransformToJSON", "AggregateToJSON")},
    "gateway:CustomWebHook": 1,
    "gateway:WebhookRespond": 1,
    **{f"datastore:{name}": 1 for name in ("AddRecord", "ExistRecord", "GetRecord", "SearchRecord", "UpdateRecord")},
    "slack:CreateMessage": 4,
    "http:MakeRequest": 4,
    "http:ActionSendData": 3,
}
"""The one version that exports carry of each of Make's own modules."""
_GREW = frozenset({"http:ActionSendData", "slack:CreateMessage"})
"""Apps whose earlier versions stand in old exports that still run."""
_BY_LOWER = {name.lower(): name for name in _KNOWN}
_WRONG = {
    "builtin:sleep": "util:FunctionSleep",
    "builtin:basicsleep": "util:FunctionSleep",
    "util:sleep": "util:FunctionSleep",
    "tools:sleep": "util:FunctionSleep",
    "builtin:basiciterator": "builtin:BasicFeeder",
    "builtin:iterator": "builtin:BasicFeeder",
    "flow-control:iterator": "builtin:BasicFeeder",
    "builtin:router": "builtin:BasicRouter",
    "flow-control:router": "builtin:BasicRouter",
    "builtin:aggregator": "builtin:BasicAggregator",
    "builtin:repeater": "builtin:BasicRepeater",
    "builtin:textaggregator": "util:TextAggregator",
    "builtin:basictextaggregator": "util:TextAggregator",
    "http:makearequest": "http:MakeRequest",
    "http:actionmakerequest": "http:MakeRequest",
    "tools:setvariable": "util:SetVariable2",
    "tools:setvariables": "util:SetVariables",
    "webhook:customwebhook": "gateway:CustomWebHook",
    "webhooks:customwebhook": "gateway:CustomWebHook",
}
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
_OFFERED = {
    "authenticationType": ("noAuth", "apiKey", "basicAuth", "oAuth"),
    "tlsType": ("", "tls", "mTls"),
}
"""What the parameters of `http:MakeRequest` offer."""
_SWITCHES = (
    *("parseResponse", "stopOnHttpError", "timeout", "allowRedirects", "shareCookies"),
    "requestCompressedContent",
)
_NEEDED: dict[str, tuple[str, ...]] = {
    "http:MakeRequest": ("parameters.authenticationType", "mapper.url", "mapper.method"),
    "http:ActionSendData": ("mapper.url", "mapper.method"),
    "builtin:BasicFeeder": ("mapper.array",),
    "builtin:BasicRepeater": ("mapper.start", "mapper.repeats", "mapper.step"),
    "builtin:BasicAggregator": ("parameters.feeder",),
    "util:TextAggregator": ("parameters.feeder",),
    "util:FunctionAggregator2": ("parameters.feeder", "parameters.fn"),
    "util:FunctionSleep": ("mapper.duration",),
    "util:SetVariable2": ("mapper.name", "mapper.scope"),
    "util:SetVariables": ("mapper.variables", "mapper.scope"),
    "util:GetVariable2": ("mapper.name",),
    "util:GetVariables": ("mapper.variables",),
    "json:ParseJSON": ("mapper.json",),
    "json:TransformToJSON": ("mapper.object",),
    "gateway:WebhookRespond": ("mapper.status",),
}


@dataclass(frozen=True, slots=True)
class _Range:
    """A field that takes whole numbers from `low` to `high`."""

    module: str
    field: str
    low: int
    high: int
    unit: str = ""


_RANGES = (
    _Range("util:FunctionSleep", "duration", 1, 300, " seconds"),
    _Range("builtin:BasicRepeater", "repeats", 0, 10_000, " rounds"),
    _Range("http:MakeRequest", "timeout", 1, 300, " seconds"),
    _Range("http:ActionSendData", "timeout", 1, 300, " seconds"),
    _Range("gateway:WebhookRespond", "status", 100, 599),
    _Range("builtin:Break", "count", 1, 10_000, " attempts"),
    _Range("builtin:Break", "interval", 1, 44_640, " minutes"),
)


def check(subject: Blueprint) -> Iterator[Finding]:
    """Judge every module by what is known of it; a module of an app that we do not know is judged by its name alone."""
    for module in subject.modules:
        for family in (_name, _version, _fields, _values, _data, slack.check, _answered, _http, _expected):
            yield from family(subject, module)


def _name(subject: Blueprint, module: Module) -> Iterator[Finding]:
    lower = module.name.lower()
    right = _WRONG.get(lower) or (_BY_LOWER.get(lower) if module.name not in _KNOWN else None)
    if right:
        hint = f"write `{right}`"
        yield NAME.at(
            subject.place(module, "module"), f"module {module.id}: there is no {quoted(module.name)}", hint=hint
        )
    elif module.name.startswith("builtin:") and module.name not in _KNOWN:
        message = f"module {module.id}: {quoted(module.name)} is none of Make's built-in modules that we know"
        yield NAME.at(subject.place(module, "module"), message, level=Level.WARNING)
    elif not _PATTERN.fullmatch(module.name):
        message = f"module {module.id}: {quoted(module.name)} is not of the form `app:Module`"
        level = Level.WARNING if _NAMED.fullmatch(module.name) else None
        yield NAME.at(subject.place(module, "module"), message, level=level)


def _version(subject: Blueprint, module: Module) -> Iterator[Finding]:
    version, known = module.version, _KNOWN.get(module.name)
    if version == known and isinstance(version, int):
        return
    at = subject.place(module, "version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        said = "missing" if version is None else quoted(version)
        yield VERSION.at(at, f"module {module.label}: version is {said}, not a whole number")
    elif known is not None and version != known:
        message = f"module {module.label}: {module.name} has version {known}, not {version}"
        level = Level.WARNING if version < known and module.name in _GREW else None
        yield VERSION.at(at, message, hint=f"use version {known}", level=level)


def _fields(subject: Blueprint, module: Module) -> Iterator[Finding]:
    for path in _NEEDED.get(module.name, ()):
        where, key = path.split(".")
        if as_dict(module.raw.get(where)).get(key) in (None, ""):
            yield FIELD.at(subject.place(module, where, key), f"module {module.label}: `{path}` is missing or empty")
    if module.name == "builtin:Break" and module.mapper.get("retry") in (True, "true", "{{true}}"):
        for key in ("count", "interval"):
            if module.mapper.get(key) in (None, ""):
                yield FIELD.at(
                    subject.place(module, "mapper"), f"module {module.label}: `mapper.{key}` is missing or empty"
                )
    elif module.name == "builtin:Break" and "retry" not in module.mapper:
        yield FIELD.at(subject.place(module, "mapper"), f"module {module.label}: `mapper.retry` is missing")


def _expected(subject: Blueprint, module: Module) -> Iterator[Finding]:
    """Hold a module of any app against the editor's own list of its fields, which exports carry in `metada."""
    for entry in map(as_dict, as_list(as_dict(module.raw.get("metadata")).get("expect"))):
        key, value = as_text(entry.get("name")), module.mapper.get(as_text(entry.get("name")))
        if not key or f"mapper.{key}" in _NEEDED.get(module.name, ()):
            continue
        if entry.get("required") is True and value in (None, ""):
            message = f"module {module.label}: `mapper.{key}` is missing or empty, and the editor requires it"
            yield FIELD.at(subject.place(module, "mapper", key), message, level=Level.WARNING)
        offered = as_list(as_dict(entry.get("validate")).get("enum"))
        if offered and isinstance(value, str) and value and "{{" not in value and value not in offered:
            names = ", ".join(quoted(one, 20) for one in offered[:12])
            message = f"module {module.label}: `mapper.{key}` is {quoted(value)}, not one of {names}"
            yield VALUE.at(subject.place(module, "mapper", key), message, level=Level.WARNING)


def _values(subject: Blueprint, module: Module) -> Iterator[Finding]:
    for rule in _RANGES:
        value = module.mapper.get(rule.field)
        if rule.module != module.name or value in (None, "") or "{{" in str(value):
            continue
        if not _within(value, rule):
            message = (
                f"module {module.label}: `{rule.field}` is {quoted(value)}, not {rule.low} to {rule.high}{rule.unit}"
            )
            yield VALUE.at(subject.place(module, "mapper", rule.field), message)


def _data(subject: Blueprint, module: Module) -> Iterator[Finding]:
    """Judge two parameters: a data structure is chosen by its number, a hook hands over one request or more."""
    chosen = module.parameters.get("type")
    if module.name == "json:ParseJSON" and chosen not in (None, "") and not str(chosen).isdigit():
        message = f"module {module.label}: `parameters.type` is {quoted(chosen)}, not the number of a data structure"
        yield VALUE.at(subject.place(module, "parameters", "type"), message)
    most = module.parameters.get("maxResults")
    if module.name == "gateway:CustomWebHook" and isinstance(most, int) and most < 1:
        message = f"module {module.label}: `maxResults` is {most}: no request would ever be handed over"
        yield VALUE.at(subject.place(module, "parameters", "maxResults"), message)


def _within(value: Json, rule: _Range) -> bool:
    text = str(value).strip()
    return text.isascii() and text.isdigit() and len(text) < 10 and rule.low <= int(text) <= rule.high


def _answered(subject: Blueprint, module: Module) -> Iterator[Finding]:
    """Judge a webhook's answer: JSON says that it is JSON, or callers read it as plain text."""
    body = as_text(module.mapper.get("body")).lstrip()
    if module.name != "gateway:WebhookRespond" or not re.match(r"[{\[](?![{])", body):
        return
    headers = map(as_dict, as_list(module.mapper.get("headers")))
    said = {as_text(one.get("key")).lower(): as_text(one.get("value")) for one in headers}
    kind = said.get("content-type", "")
    if "json" not in kind and "{{" not in kind:
        message = f"module {module.label}: the answer is JSON, and no header `Content-Type` says so"
        yield VALUE.at(subject.place(module, "mapper", "headers"), message, level=Level.WARNING)


def _http(subject: Blueprint, module: Module) -> Iterator[Finding]:
    if module.name not in ("http:MakeRequest", "http:ActionSendData"):
        return
    method = as_text(module.mapper.get("method"))
    if method and "{{" not in method and method not in _METHODS:
        hint = f"write `{method.lower()}`" if method.lower() in _METHODS else ""
        message = f"module {module.label}: method {quoted(method)} is not one of {', '.join(_METHODS)}"
        yield VALUE.at(subject.place(module, "mapper", "method"), message, hint=hint)
    yield from _headers(subject, module)
    if module.name == "http:MakeRequest":
        yield from _offered(subject, module)
        yield from _body(subject, module)


def _headers(subject: Blueprint, module: Module) -> Iterator[Finding]:
    """Judge what a request sends along: each header has a name, and one of its own."""
    seen: set[str] = set()
    for index, header in enumerate(as_list(module.mapper.get("headers"))):
        where, name = subject.place(module, "mapper", "headers", index), as_text(as_dict(header).get("name")).strip()
        if not name:
            yield FIELD.at(where, f"module {module.label}: header {index + 1} has no name", level=Level.WARNING)
        elif name.lower() in seen:
            message = f"module {module.label}: two headers are named {quoted(name)}; which one is sent, nobody says"
            yield VALUE.at(where, message, level=Level.WARNING)
        seen.add(name.lower())


def _offered(subject: Blueprint, module: Module) -> Iterator[Finding]:
    for key, offered in _OFFERED.items():
        value = module.parameters.get(key, offered[0])
        if value not in offered and value is not None:
            names = ", ".join(quoted(one) for one in offered)
            message = f"module {module.label}: `parameters.{key}` is {quoted(value)}, not one of {names}"
            yield VALUE.at(subject.place(module, "parameters", key), message)


def _body(subject: Blueprint, module: Module) -> Iterator[Finding]:
    mapper = module.mapper
    missing = [f"`{name}`" for name in _SWITCHES if name not in mapper]
    if missing:
        yield UNCLEAR.at(subject.place(module, "mapper"), f"module {module.label} leaves out {', '.join(missing)}")
    if mapper.get("contentType") != "json":
        return
    key = {"jsonString": "jsonStringBodyContent"}.get(as_text(mapper.get("inputMethod")))
    if not mapper.get("inputMethod"):
        yield FIELD.at(
            subject.place(module, "mapper"), f"module {module.label}: a JSON body needs `mapper.inputMethod`"
        )
    elif key and not mapper.get(key):
        yield FIELD.at(subject.place(module, "mapper"), f"module {module.label}: `mapper.{key}` is missing or empty")
