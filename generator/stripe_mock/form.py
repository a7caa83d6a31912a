"""Form and query text as v1 reads it: brackets nest, `[]` and `[0]` make lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .refusal import wrong

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_DEPTH = 8


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn `a[b]=1&c[]=2` into nested dicts of text; a list is a dict of positions until a schema says so."""
    out: dict[str, Any] = {}
    for name, value in pairs:
        _put(out, _steps(name), value)
    return out


def _steps(name: str) -> list[str]:
    found = _NAME.fullmatch(name)
    if not found:
        raise wrong(name, f"Invalid parameter name: {name}", "parameter_unknown")
    steps = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])]
    if len(steps) > _DEPTH:
        raise wrong(name, f"Parameter is nested too deeply: {name}", "parameter_unknown")
    return steps


def _put(into: dict[str, Any], steps: list[str], value: str) -> None:
    step = steps[0] or str(len(into))
    if len(steps) == 1:
        into[step] = value
        return
    inner = into.setdefault(step, {})
    if not isinstance(inner, dict):
        raise wrong(step, f"Invalid object: {step}")
    _put(inner, steps[1:], value)
