"""Names as gateways and clouds write them: the model is found, and never at a price that may be another one."""

import pytest

from generator import resources
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.spelling import Spellings

SPELLINGS = Spellings(parse_catalogue(resources.catalogue_text()))


@pytest.mark.parametrize(
    ("name", "model", "differs"),
    [
        ("openai/gpt-4o-mini", "openai/gpt-4o-mini", ""),
        ("openrouter/openai/gpt-4o-mini", "openai/gpt-4o-mini", ""),
        ("azure/gpt-4o", "openai/gpt-4o", ""),
        ("vertex_ai/claude-3-haiku@20240307", "anthropic/claude-3-haiku", ""),
        ("bedrock/anthropic.claude-3-haiku-20240307-v1:0", "anthropic/claude-3-haiku", ""),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic/claude-haiku-4-5", ""),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic/claude-haiku-4-5", "10 % dearer in a region"),
        ("openai/gpt-4o-mini:free", "openai/gpt-4o-mini", "it costs nothing there"),
        ("openrouter/openai/gpt-4o-mini:nitro", "openai/gpt-4o-mini", "a variant has its own price"),
        ("ft:gpt-4o-mini-2024-07-18:northwind::abc123", "openai/ft:gpt-4o-mini", ""),
    ],
)
def test_a_routed_name_is_read(name: str, model: str, differs: str) -> None:
    found = SPELLINGS.read(name)
    assert found
    assert (found.price.model, found.differs) == (model, differs)
    priced = SPELLINGS.find(name)
    assert (priced.price.model if priced else None) == (None if differs else model)


@pytest.mark.parametrize("name", ["zzz", "us.zzz", "openrouter/", "gpt-4o-mini-v2", "ft:", "", ":free", "bedrock/us."])
def test_what_nobody_knows_stays_unknown(name: str) -> None:
    assert SPELLINGS.read(name) is None
