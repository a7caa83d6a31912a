"""The simulated AI gateway: chat completions, and the meter events it sends by itself (vercel.com/docs/ai-gateway).

What an answer uses is written in the question, so that cases choose it: `tokens: 1200 300 0 340` are uncached input,
cached input, cached write and output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.mapping.words import TokenType
from generator.replay.keys import Keys
from generator.stripe_mock import GA_VERSION, Request, StripeMock
from generator.stripe_mock.exchange import Response

HOST, PATH, EVENT = "ai-gateway.vercel.sh", "/v1/chat/completions", "token-billing-tokens"
TYPES = tuple(map(str, TokenType))
CUSTOMER, KEY = "stripe-customer-id", "stripe-restricted-access-key"
_TOKENS = re.compile(r"tokens: (\d+) (\d+) (\d+) (\d+)")


@dataclass(slots=True)
class Gateway:
    """Answers one request after the other; with both of Stripe's headers it meters each success."""

    stripe: StripeMock
    keys: Keys
    answered: int = 0

    def handle(self, request: Request) -> Response:
        """Answer one chat completion."""
        if request.headers.get("authorization") != f"Bearer {self.keys.gateway}":
            return _error(401, "authentication_error", f"Invalid key {request.headers.get('authorization', '')}")
        try:
            body = json.loads(request.body)
            model, text = str(body["model"]), json.dumps(body["messages"])
        except (ValueError, KeyError, TypeError):
            return _error(400, "invalid_request_error", "model and messages are required")
        found = _TOKENS.search(text)
        counts = dict(zip(TYPES, map(int, found.groups()) if found else (12, 0, 0, 5), strict=True))
        self.answered += 1
        if request.headers.get(CUSTOMER) and request.headers.get(KEY):
            self._meter(request.headers, model, counts)
        return Response.json(200, self._completion(model, counts))

    def _meter(self, headers: Mapping[str, str], model: str, counts: Mapping[str, int]) -> None:
        """Post up to four events, each of its own name; what Stripe says is nobody's concern here."""
        for kind, tokens in counts.items():
            payload = {
                "stripe_customer_id": headers[CUSTOMER],
                "value": str(tokens),
                "token_type": kind,
                "model": model,
            }
            event = {"event_name": EVENT, "identifier": f"gw_{self.answered:06}_{kind}", "payload": payload}
            sent = {
                "authorization": f"Bearer {headers[KEY]}",
                "content-type": "application/json",
                "stripe-version": GA_VERSION,
            }
            if tokens:
                body = json.dumps(event).encode()
                self.stripe.handle(
                    Request("POST", "api.stripe.com", "/v2/billing/meter_events", headers=sent, body=body)
                )

    def _completion(self, model: str, counts: Mapping[str, int]) -> dict[str, Any]:
        prompt = counts["input"] + counts["cached_input"] + counts["cached_write"]
        details = {"cached_tokens": counts["cached_input"], "cache_write_tokens": counts["cached_write"]}
        return {
            "id": f"gen_fake{self.answered:06}",
            "object": "chat.completion",
            "created": 1793000000,
            "model": model,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": counts["output"],
                "total_tokens": prompt + counts["output"],
                "prompt_tokens_details": details,
            },
        }


ANSWER = 'He said "{{1}}" \\ ={{ $json }} … ok'
"""Text that breaks whatever is pasted instead of passed on."""


def _error(status: int, kind: str, words: str) -> Response:
    return Response.json(status, {"error": {"message": words, "type": kind}})
