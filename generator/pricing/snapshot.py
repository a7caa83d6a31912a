"""Make the committed catalogue from `genai-prices`: `python -m generator.pricing.snapshot 2026-11-22`.

Needs the extra `catalogue`. Base prices of the standard tier, per million tokens; the day decides between dated prices.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.mapping.words import TokenType
from generator.pricing.amounts import format_decimal

PROVIDERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "mistral": "mistral",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "x-ai": "xai",
    "meta": "meta",
    "groq": "groq",
    "cerebras": "cerebras",
    "moonshotai": "moonshotai",
    "minimax": "minimax",
    "perplexity": "perplexity",
    "zai": "zai",
}
FIELDS = {
    TokenType.INPUT: "input_mtok",
    TokenType.CACHED_INPUT: "cache_read_mtok",
    TokenType.CACHED_WRITE: "cache_write_mtok",
    TokenType.OUTPUT: "output_mtok",
}
HEADER = """\
# Provider prices per million tokens, standard tier, as they stood on `as_of`.
# Made by `python -m generator.pricing.snapshot {as_of}`; edit the mapping's `cost:` instead of this file.
# One model per line. `above`: prompts of more tokens cost more. `changes`: a dated price follows on that day.
as_of: "{as_of}"
made_from: "genai-prices {version}"
currency: usd
"""


def snapshot(as_of: date) -> str:
    """Give the catalogue's text for one day."""
    models, aliases = {}, {}
    for name, entry, spellings in _entries(as_of):
        models[name] = entry
        aliases.update(dict.fromkeys(spellings, name))
    lines = [HEADER.format(as_of=as_of.isoformat(), version=version("genai-prices")), "models:\n"]
    lines += [f"  {_key(name)}: {json.dumps(models[name])}\n" for name in sorted(models)]
    lines += ["aliases:\n", *(f"  {_key(s)}: {_key(aliases[s])}\n" for s in sorted(aliases) if s not in models)]
    return "".join(lines)


def _key(name: str) -> str:
    return json.dumps(name)


def _entries(as_of: date) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    from genai_prices.data import providers

    for provider in (p for p in providers if p.id in PROVIDERS):
        creator = PROVIDERS[provider.id]
        for model in provider.models:
            entry = _entry(model, as_of)
            if not entry or (creator == "google" and "claude" in model.id):
                continue
            entry["source"] = provider.pricing_urls[0] if provider.pricing_urls else ""
            yield _name(creator, model.id), entry, [_name(creator, s) for s in sorted(set(_equals(model.match)))]


def _name(creator: str, model: str) -> str:
    return model if model.startswith(f"{creator}/") else f"{creator}/{model}"


def _entry(model: Any, as_of: date) -> dict[str, Any] | None:
    prices, changes = _on_day(model.prices, as_of)
    found = {kind.value: getattr(prices, field) for kind, field in FIELDS.items() if getattr(prices, field) is not None}
    base = {kind: format_decimal(_base(price)) for kind, price in found.items()}
    if "input" not in base or not any(Decimal(price) for price in base.values()):
        return None
    starts = {tier.start for price in found.values() for tier in getattr(price, "tiers", ())}
    extras: dict[str, Any] = {"above": min(starts)} if starts else {}
    return {**base, **extras, **({"changes": changes} if changes else {})}


def _base(price: Any) -> Decimal:
    return Decimal(getattr(price, "base", price))


def _on_day(prices: Any, as_of: date) -> tuple[Any, str | None]:
    if not isinstance(prices, list):
        return prices, None
    dated = [(getattr(p.constraint, "start_date", None), p) for p in prices]
    always = [p for start, p in dated if start is None and p.constraint is None]
    begun = [p for start, p in dated if start is not None and start <= as_of]
    coming = sorted(start for start, _ in dated if start is not None and start > as_of)
    return [*always, *begun][-1].prices, coming[0].isoformat() if coming else None


def _equals(clause: Any) -> Iterator[str]:
    if hasattr(clause, "equals"):
        yield clause.equals
    for inner in getattr(clause, "or_", ()):
        yield from _equals(inner)


if __name__ == "__main__":
    (Path(__file__).parent / "catalogue.yaml").write_text(snapshot(date.fromisoformat(sys.argv[1])), encoding="utf-8")
