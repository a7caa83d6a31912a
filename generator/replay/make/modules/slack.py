"""Slack: Create a Message, by way of `chat.postMessage`."""

from __future__ import annotations

import json
from typing import Final

from generator.iml.values import Value, is_empty
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import Fields, flag_of, invalid, parse_json, text_of, write_json
from generator.replay.make.modules.http import DEFAULT_TIMEOUT, status_error
from generator.stripe_mock.exchange import Request

HOST: Final = "slack.com"
PATH: Final = "/api/chat.postMessage"
FLAGS: Final = ("mrkdwn", "reply_broadcast", "link_names", "unfurl_links", "unfurl_media")
TEXTS: Final = ("thread_ts", "icon_emoji", "icon_url", "username")
LOGIN: Final = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})


def create_message(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Post a message; a refusal (`ok: false`) is an error of the app."""
    headers = {"content-type": "application/json; charset=utf-8"}
    if found := bench.credential(module.info, f"https://{HOST}{PATH}"):
        headers[found[0].lower()] = found[1]
    body = write_json(_message(fields)).encode()
    response = bench.exchange(module.info, Request("POST", HOST, PATH, "", headers, body), DEFAULT_TIMEOUT)
    if response.status >= 400:
        raise status_error(bench, response)
    answer = _parsed(response.body)
    if answer.get("ok") is not True:
        error = str(answer.get("error", "unknown_error"))
        kinds = {"ratelimited": "RateLimitError", **dict.fromkeys(LOGIN, "InvalidAccessTokenError")}
        raise ModuleError(kinds.get(error, "RuntimeError"), f"[{response.status}] {error}", answer)
    return [{name: value for name, value in answer.items() if name != "ok"}]


def _message(fields: Fields) -> dict[str, Value]:
    message: dict[str, Value] = {"channel": text_of(fields, "channel", required=True), "text": text_of(fields, "text")}
    if flag_of(fields, "parse"):
        message["parse"] = "full"
    message |= {name: flag for name in FLAGS if (flag := flag_of(fields, name)) is not None}
    message |= {name: text_of(fields, name) for name in TEXTS if not is_empty(fields.get(name))}
    if not is_empty(fields.get("blocks")):
        message["blocks"] = _blocks(fields)
    return message


def _blocks(fields: Fields) -> Value:
    try:
        return parse_json(text_of(fields, "blocks"))
    except ValueError:
        raise invalid("Invalid JSON in parameter 'blocks'.") from None


def _parsed(body: bytes) -> dict[str, Value]:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ModuleError("DataError", "Slack's answer is not JSON.")
    return answer
