"""Settings of switches: every two values of any two switches meet."""

from itertools import combinations, product

from generator.replay.pairwise import pairwise

CHOICES = {"a": ("1", "2", "3"), "b": ("x", "y"), "c": ("p", "q", "r"), "d": ("on", "off")}


def test_the_first_setting_is_the_defaults() -> None:
    assert pairwise(CHOICES)[0] == {"a": "1", "b": "x", "c": "p", "d": "on"}


def test_every_pair_of_values_is_met() -> None:
    settings = pairwise(CHOICES)
    for (one, ones), (two, twos) in combinations(CHOICES.items(), 2):
        for x, y in product(ones, twos):
            assert any(s[one] == x and s[two] == y for s in settings), (one, x, two, y)
    assert len(settings) <= 12


def test_a_single_switch_is_tried_with_each_value() -> None:
    assert pairwise({"a": ("1", "2")}) == [{"a": "1"}, {"a": "2"}]
