"""Webhooks: the trigger that takes a request in, and the module that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from generator.iml.values import Value, is_array, text, to_buffer
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import Fields, flag_of, invalid, pairs_of, parse_json, text_of, whole_of


def custom_webhook(bench: Bench, _: Module, __: Fields) -> list[Value]:
    """Emit the request that started the run: query and body merged, or with `stringify` the raw body as `value`.

    The request has `query`, `headers` (collections), `method`, `body` (text, bytes or data) and `settings`, the
    hook's own options `headers`, `method`, `stringify`.
    """
    request = bench.webhook
    if request is None:
        raise ModuleError("RuntimeError", "A webhook scenario was started without a request.")
    settings = request.get("settings")
    options: Fields = settings if isinstance(settings, Mapping) else {}
    query, meta = _collection(request.get("query")), _meta(request, options)
    return [{**query, **body, **meta} for body in _bodies(bench, request, options)]


def _meta(request: Fields, options: Fields) -> dict[str, Value]:
    meta: dict[str, Value] = {}
    if flag_of(options, "headers"):
        headers = _collection(request.get("headers"))
        meta["__IMTHEADERS__"] = [{"name": name.lower(), "value": value} for name, value in headers.items()]
    if flag_of(options, "method"):
        meta["__IMTMETHOD__"] = request.get("method", "POST")
    return meta


def _collection(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _bodies(bench: Bench, request: Fields, options: Fields) -> list[Mapping[str, Value]]:
    body = request.get("body")
    if flag_of(options, "stringify"):
        return [{"value": text(body) if isinstance(body, (str, bytes)) else body}]
    value = _parsed(body, request)
    if is_array(value):
        bench.meet("webhook_array")
        if bench.switches.webhook_array == "bundles":
            return [item if isinstance(item, Mapping) else {"value": item} for item in value]
        return [{"array": value}]
    return [value if isinstance(value, Mapping) else {} if value in (None, "") else {"value": value}]


def _parsed(body: Value, request: Fields) -> Value:
    if not isinstance(body, (str, bytes)):
        return body
    headers = {name.lower(): value for name, value in _collection(request.get("headers")).items()}
    words = text(body)
    if "x-www-form-urlencoded" in text(headers.get("content-type")):
        return dict(parse_qsl(words, keep_blank_values=True))
    try:
        return parse_json(words) if words else None
    except ValueError:
        return words


def respond(bench: Bench, _: Module, fields: Fields) -> list[Value]:
    """Answer the request; at most 16 headers. One request has one answer: a later one reaches nobody."""
    headers = pairs_of(fields, "headers", "key")
    if len(headers) > 16 or any(len(k) > 256 or len(v) > 4096 for k, v in headers):
        raise invalid("Invalid array in parameter 'headers'.")
    body = fields.get("body")
    answer: dict[str, Value] = {
        "status": whole_of(fields, "status", 100, 999),
        "headers": dict(headers),
        "body": to_buffer(body) if isinstance(body, bytes) else text_of(fields, "body"),
    }
    bench.response = bench.response or answer
    return [{}]
