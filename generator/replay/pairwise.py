"""A short list of settings in which every two values of any two switches meet at least once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product

Setting = Mapping[str, str]


def pairwise(choices: Mapping[str, Sequence[str]]) -> list[Setting]:
    """Cover all pairs greedily; the first setting is the defaults (the first value of each switch)."""
    names = sorted(choices)
    first = {name: choices[name][0] for name in names}
    settings: list[Setting] = [first]
    open_pairs = _all_pairs(names, choices) - _pairs_of(first)
    if len(names) == 1:
        return [{names[0]: value} for value in choices[names[0]]]
    while open_pairs:
        setting = _grow(names, choices, open_pairs)
        settings.append(setting)
        open_pairs -= _pairs_of(setting)
    return settings


_Pair = frozenset[tuple[str, str]]


def _all_pairs(names: Sequence[str], choices: Mapping[str, Sequence[str]]) -> set[_Pair]:
    both = combinations(names, 2)
    return {frozenset({(a, x), (b, y)}) for a, b in both for x, y in product(choices[a], choices[b])}


def _pairs_of(setting: Setting) -> set[_Pair]:
    return {frozenset(pair) for pair in combinations(sorted(setting.items()), 2)}


def _grow(names: Sequence[str], choices: Mapping[str, Sequence[str]], wanted: set[_Pair]) -> dict[str, str]:
    """Start from one open pair, then give every other switch the value that closes most open pairs."""
    setting = dict(min(wanted, key=sorted))
    for name in names:
        if name not in setting:
            setting[name] = max(choices[name], key=lambda v: _gain(setting, name, v, wanted))
    return setting


def _gain(setting: Setting, name: str, value: str, wanted: set[_Pair]) -> int:
    return sum(frozenset({item, (name, value)}) in wanted for item in setting.items())
