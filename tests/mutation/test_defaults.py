"""What a change may plead without a row of its own: n8n takes it anyway."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.checking.n8n_nodes import catalogues

from .defaults import read_alike


def request(**parameters: Any) -> bytes:
    node = {"name": "Ask", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "position": [0, 0]}
    return json.dumps({"nodes": [{**node, "parameters": parameters}], "connections": {}}).encode()


@pytest.mark.parametrize(
    ("after", "alike"),
    [
        ({"url": "https://a.example.com"}, True),
        ({"url": "https://a.example.com", "method": "POST"}, False),
        ({"method": "GET"}, False),
        ({"method": "GET", "url": "https://b.example.com"}, False),
    ],
)
def test_only_what_n8n_takes_anyway_is_alike(after: dict[str, Any], *, alike: bool) -> None:
    lines, _ = catalogues()
    before = request(method="GET", url="https://a.example.com")
    assert read_alike(before, request(**after), lines) is alike
    assert not read_alike(before, before, [])
