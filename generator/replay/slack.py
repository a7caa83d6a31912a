"""The simulated Slack: `chat.postMessage` only, and a ledger of what every channel received."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from generator.stripe_mock.exchange import Request, Response

CHAT = "/api/chat.postMessage"
"""The one method of Slack that workflows call."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a channel received it."""

    channel: str
    text: str


@dataclass(slots=True)
class Slack:
    """Take messages for known channels; everything else is refused as Slack does it: 200 with `ok: false`."""

    channels: frozenset[str]
    messages: list[Message] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        """Answer one call."""
        if not request.headers.get("authorization", "").startswith("Bearer xoxb-"):
            return Response.json(200, {"ok": False, "error": "not_authed"})
        fields = _fields(request)
        channel, text = channel_of(request), str(fields.get("text", ""))
        if channel not in self.channels:
            return Response.json(200, {"ok": False, "error": "channel_not_found"})
        if not text:
            return Response.json(200, {"ok": False, "error": "no_text"})
        self.messages.append(Message(channel, text))
        answer = {"ok": True, "channel": channel, "ts": f"{len(self.messages)}.000100", "message": {"text": text}}
        return Response.json(200, answer)


def channel_of(request: Request) -> str:
    """Name the channel that a message is for."""
    return str(_fields(request).get("channel", "")).lstrip("#")


def _fields(request: Request) -> dict[str, object]:
    if "json" in request.headers.get("content-type", ""):
        data = json.loads(request.body or b"{}")
        return data if isinstance(data, dict) else {}
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
