"""Rates: exact decimals, the mapping's prices first, nothing unknown priced at zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import resources
from generator.mapping.load import load
from generator.mapping.model import Costs, Mapping, Model
from generator.mapping.words import TokenType
from generator.pricing.amounts import format_decimal, minor_units, round_places
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.rates import make_rate, make_rates

CATALOGUE = parse_catalogue(resources.catalogue_text())


@pytest.fixture(scope="module")
def example() -> Mapping:
    mapping = load(resources.mappings() / "example.yaml").mapping
    assert mapping
    return mapping


def with_model(mapping: Mapping, name: str, model: Model) -> Mapping:
    return mapping.model_copy(update={"models": {name: model}})


def test_gpt_4o_mini_at_two_costs_three_hundredths_of_a_cent_in_and_twelve_out(example: Mapping):
    rates = {r.token_type: r.rate * 1000 for r in make_rates(example, CATALOGUE) if r.model == "openai/gpt-4o-mini"}
    assert (rates[TokenType.INPUT], rates[TokenType.OUTPUT]) == (Decimal("0.03"), Decimal("0.12"))


def test_the_mappings_own_cost_wins_and_the_catalogue_fills_the_rest(example: Mapping):
    own = with_model(example, "openai/gpt-4o-mini", Model(cost=Costs(input=Decimal("0.2"))))
    rates = {r.token_type: (format_decimal(r.rate), r.source == "mapping") for r in make_rates(own, CATALOGUE)}
    assert rates[TokenType.INPUT] == ("0.00004", True)
    assert rates[TokenType.OUTPUT] == ("0.00012", False)


def test_token_types_narrow_what_is_metered(example: Mapping):
    narrow = with_model(example, "openai/gpt-4o-mini", Model(token_types=(TokenType.OUTPUT,)))
    assert [rate.token_type for rate in make_rates(narrow, CATALOGUE)] == [TokenType.OUTPUT]


def test_an_unknown_model_has_no_rate(example: Mapping):
    assert make_rates(with_model(example, "example/none", Model()), CATALOGUE) == []


def test_every_catalogue_rate_says_where_and_when_it_was_read(example: Mapping):
    assert all(rate.source.startswith("https://") and rate.as_of for rate in make_rates(example, CATALOGUE))


@pytest.mark.parametrize(
    ("per_million", "markup", "currency", "rate"),
    [
        ("0.15", "2", "usd", "0.00003"),
        ("0.005", "1", "usd", "0.0000005"),
        ("0.0125", "1.3333", "usd", "0.000001666625"),
        ("15", "2", "jpy", "0.00003"),
        ("0.15", "2", "kwd", "0.0003"),
        ("1000000", "1000", "usd", "100000"),
    ],
)
def test_rates_are_exact_in_minor_units_per_token(per_million: str, markup: str, currency: str, rate: str):
    assert format_decimal(make_rate(Decimal(per_million), Decimal(markup), currency)[1]) == rate


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.0000000000005", "0.000000000001"), ("0.0000000000004999", "0"), ("0.0000249999975", "0.000024999998")],
)
def test_rounding_is_half_up_at_twelve_places(exact: str, rounded: str):
    assert format_decimal(round_places(Decimal(exact))) == rounded


@given(st.decimals(min_value=0, max_value=10**12, places=18))
def test_text_of_a_number_has_no_exponent_and_reads_back(value: Decimal):
    text = format_decimal(value)
    assert "E" not in text
    assert Decimal(text) == value
    assert text == "0" or not text.startswith(".")
    assert "." not in text or text[-1] not in "0."


def test_minor_units_follow_stripes_lists():
    assert [minor_units(currency) for currency in ("usd", "jpy", "kwd", "ugx")] == [100, 1, 1000, 100]
