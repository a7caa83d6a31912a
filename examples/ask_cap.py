"""Ask `usage-cap` before an AI call: may this client go on?

An answer is kept for `keep_s` seconds, so that a busy client costs one question a minute and not one per call. If
nobody answers, `when_dark` decides: True lets the call pass.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import requests


class CapReached(Exception):
    """The client's month is used up; `resets_at` says until when."""


@dataclass
class Caps:
    """One address of `usage-cap`, and the key that it asks for."""

    url: str
    key: str
    keep_s: float = 60
    when_dark: bool = True
    timeout_s: float = 15
    _kept: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)

    def state(self, client: str) -> dict[str, Any]:
        """Give the whole answer: allowed, used, cap, remaining, resets_at, currency, reason, as_of."""
        asked, answer = self._kept.get(client, (float("-inf"), {}))
        if time.monotonic() - asked >= self.keep_s:
            answer = self._ask(client)
            self._kept[client] = (time.monotonic(), answer)
        return answer

    def require(self, client: str) -> None:
        """Raise CapReached where the client may not go on."""
        answer = self.state(client)
        if not answer["allowed"]:
            raise CapReached(f"{client}: {answer['used']} of {answer['cap']} used, resets {answer['resets_at']}")

    def _ask(self, client: str) -> dict[str, Any]:
        try:
            answer = requests.get(
                self.url,
                params={"client": client},
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=self.timeout_s,
            )
            if answer.status_code in (403, 404):
                raise LookupError(answer.text)  # a wrong key or name: a mistake, not an outage
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return {**found, "allowed": bool(found["allowed"])}
        except (requests.RequestException, ValueError, KeyError):
            return dict.fromkeys(("used", "cap", "remaining", "resets_at"), None) | {
                "allowed": self.when_dark,
                "reason": "unreachable",
            }
