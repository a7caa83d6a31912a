"""The other shipped mappings are the example's business in another billing mode, and nothing else."""

from pathlib import Path

import pytest

from generator.mapping.load import load
from generator.mapping.words import Billing

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.mark.parametrize("mode", [Billing.METER_PER_RATE, Billing.WEIGHTED, Billing.WATCH])
def test_only_the_billing_differs(mode: Billing):
    example = load(MAPPINGS / "example.yaml").mapping
    other = load(MAPPINGS / f"{mode.value.replace('_', '-')}.yaml").mapping
    assert example
    assert other
    assert other.billing.mode is mode
    assert other.model_copy(update={"billing": example.billing}) == example


def test_the_example_is_the_users_own_situation():
    mapping = load(MAPPINGS / "example.yaml").mapping
    assert mapping
    assert sum(client.expected_month or 0 for client in mapping.clients.values()) == 2140
    worst = mapping.clients["acme"]
    assert worst.expected_month
    assert worst.retainer
    assert f"{100 * worst.expected_month / worst.retainer:.2f}" == "57.33"
