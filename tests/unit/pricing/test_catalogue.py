"""The committed catalogue: plain YAML, dated, sourced, with the figures that we know."""

import importlib.util
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from generator import resources
from generator.errors import UnreadableInput
from generator.mapping.words import TokenType
from generator.pricing.catalogue import parse_catalogue

TEXT = resources.catalogue_text()
CATALOGUE = parse_catalogue(TEXT)
I, R, W, O = TokenType  # noqa: E741


@pytest.mark.parametrize(
    ("model", "costs"),
    [
        ("openai/gpt-4o-mini", {I: "0.15", R: "0.075", O: "0.6"}),
        ("openai/gpt-4o", {I: "2.5", R: "1.25", O: "10"}),
        ("openai/gpt-4o-2024-05-13", {I: "5", O: "15"}),
        ("openai/gpt-5-mini", {I: "0.25", R: "0.025", O: "2"}),
        ("openai/gpt-6-luna", {I: "0.1", R: "0.01", W: "0.125", O: "0.5"}),
        ("anthropic/claude-3-haiku", {I: "0.25", R: "0.03", W: "0.3", O: "1.25"}),
        ("anthropic/claude-sonnet-5-5", {I: "2", R: "0.1", W: "2.5", O: "10"}),
        ("google/gemini-2.5-flash", {I: "0.3", R: "0.03", O: "2.5"}),
        ("google/gemini-3.8-flash", {I: "0.75", R: "0.075", O: "3.75"}),
    ],
)
def test_figures_that_were_checked_by_hand(model: str, costs: dict[TokenType, str]):
    price = CATALOGUE.find(model)
    assert price
    assert price.costs == {kind: Decimal(cost) for kind, cost in costs.items()}


def test_the_fast_reader_agrees_with_a_yaml_reader():
    data = YAML(typ="safe", pure=True).load(TEXT)
    assert {name: json.loads(line) for name, line in CATALOGUE.lines.items()} == data["models"]
    assert CATALOGUE.aliases == data["aliases"]
    assert (CATALOGUE.as_of.isoformat(), CATALOGUE.currency) == (data["as_of"], data["currency"])


def test_every_price_has_a_source_a_date_and_an_input_price():
    prices = [price for name in CATALOGUE if (price := CATALOGUE.find(name))]
    assert len(prices) > 300
    assert [p.model for p in prices if not p.source.startswith("https://") or I not in p.costs] == []


def test_aliases_point_at_models():
    assert set(CATALOGUE.aliases.values()) <= set(CATALOGUE.lines)
    assert not set(CATALOGUE.aliases) & set(CATALOGUE.lines)


def test_long_prompts_and_announced_prices_are_told():
    luna, flash = CATALOGUE.find("openai/gpt-6-luna"), CATALOGUE.find("google/gemini-3.8-flash")
    assert luna
    assert flash
    assert (luna.above, flash.changes) == (272_000, date(2027, 1, 1))


def test_closest_names_begin_with_the_same_model_of_another_creator():
    assert CATALOGUE.closest("azure/gpt-4o-mini")[0] == "openai/gpt-4o-mini"
    assert CATALOGUE.closest("openai/gpt-4o-minni")[0] == "openai/gpt-4o-mini"
    assert CATALOGUE.closest("zzzzzzzzz") == []


@pytest.mark.parametrize("text", ["", "models:\n", 'as_of: "2026-01-01"\ncurrency: usd\n'])
def test_a_broken_catalogue_is_an_exception(text: str):
    with pytest.raises(UnreadableInput):
        parse_catalogue(text)


@pytest.mark.skipif(not importlib.util.find_spec("genai_prices"), reason="needs the extra `catalogue`")
def test_the_committed_catalogue_is_its_snapshot():
    from importlib.metadata import version

    from generator.pricing.snapshot import snapshot

    if version("genai-prices") != "0.2.3":
        pytest.skip("another version of genai-prices is installed")
    path = Path(resources.PACKAGE) / "pricing" / "catalogue.yaml"
    assert path.read_text(encoding="utf-8") == snapshot(CATALOGUE.as_of)
