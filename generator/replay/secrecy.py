"""Where keys may go: the rule that holds for the nightly run and for every workflow that reacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from generator.replay.gateway import HOST, KEY
from generator.replay.keys import usage_header
from generator.replay.world import Exchange


def stray_keys(exchanges: Sequence[Exchange], secrets: Sequence[str]) -> Iterator[str]:
    """A key travels in one header, to one service."""
    told: dict[str, set[str]] = defaultdict(set)
    for exchange in exchanges:
        host = exchange.request.host
        usual = {usage_header(host)[0].lower(), *([KEY] if host == HOST else [])}
        found = [(name, key) for name, text in exchange.request.headers.items() for key in secrets if key in text]
        for name, key in found:
            told[key].add(host)
            if name.lower() not in usual:
                yield f"secrecy: the header {name} took a key to {host}"
    yield from (f"secrecy: one key was sent to {sorted(hosts)}" for hosts in told.values() if len(hosts) > 1)
