"""Routes: what gateways and clouds put around a model's own name, as one table of rules (LiteLLM's price map)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One thing around a name. `price` says why the model may cost something else there; empty: it does not."""

    what: str
    pattern: re.Pattern[str]
    name: str = ""
    price: str = ""


def _route(what: str, pattern: str, name: str = "", price: str = "") -> Route:
    return Route(what, re.compile(pattern), name, price)


ROUTES = (
    _route("a gateway's prefix", r"^(?:openrouter|litellm_proxy|litellm|vercel|cloudflare|helicone|portkey|unified)/"),
    _route("Azure's prefix", r"^azure(?:_ai)?/"),
    _route("Vertex's prefix", r"^vertex(?:_ai)?/"),
    _route("Gemini's prefix", r"^(?:gemini|google_ai_studio)/", "google/"),
    _route("Bedrock's prefix", r"^bedrock(?:_converse)?/"),
    _route("Bedrock's global profile", r"^global\.(?=[a-z0-9]+\.)"),
    _route("Bedrock's region", r"^(?:us|us-gov|eu|apac|jp|au|ca|sa)\.(?=[a-z0-9]+\.)", "", "10 % dearer in a region"),
    _route("Bedrock's form", r"^(anthropic|meta|amazon|mistral|cohere|openai|deepseek|ai21|qwen)\.(?=[a-z])", r"\1/"),
    _route("Bedrock's version", r"-v\d+:\d+$"),
    _route("`:free`", r":free$", "", "it costs nothing there"),
    _route("a variant", r":(?:nitro|floor|online|extended|thinking|beta|exacto)$", "", "a variant has its own price"),
    _route("a fine-tune's own name", r"^((?:[a-z]+/)?ft:[^:]+):.*$", r"\1"),
)
"""In the order in which they are taken off; each at most once."""


@dataclass(frozen=True, slots=True)
class Read:
    """A name with something taken off: what it was, and why the price may be another one."""

    name: str
    steps: tuple[str, ...] = ()
    price: str = ""


def readings(name: str) -> Iterator[Read]:
    """Give a name as it is, then with one route after the other taken off."""
    read = Read(name)
    yield read
    for route in ROUTES:
        shorter, times = route.pattern.subn(route.name, read.name, count=1)
        if times and shorter:
            price = "; ".join(filter(None, (read.price, route.price)))
            read = Read(shorter, (*read.steps, route.what), price)
            yield read
