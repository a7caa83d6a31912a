"""The judge reads the line *Parked*: there, once, and the sum of its reasons."""

import pytest

from generator.replay.judge.parked import parked
from tests.unit.replay.test_reasons import last_run, reworded


@pytest.mark.parametrize("name", ["unknown-client", "bad-times", "period-closed", "late-rows"])
def test_a_true_sum_stands(name: str) -> None:
    assert list(parked(last_run(name))) == []


@pytest.mark.parametrize(("old", "new"), [("Parked: 1,008 tokens\n", ""), ("Parked: 1,008", "Parked: 1,009")])
def test_a_sum_that_is_missing_or_another_shows(old: str, new: str) -> None:
    assert list(parked(reworded(last_run("unknown-client"), old, new)))
