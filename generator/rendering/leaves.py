"""Fill a JSON template: only string leaves that carry ``⟦ … ⟧`` change, the graph stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from jinja2 import Environment, StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.runtime import Undefined

from generator.errors import TemplateError
from generator.rendering.texts import CLOSE, OPEN, marked_template

MARK = re.compile(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
Evaluate = Callable[[str, str], object]
"""Gives the value of an expression; the second text is where it stands, for an error."""


def fill(template: object, context: Mapping[str, object], name: str = "") -> object:
    """Copy the template's tree with its marked leaves filled.

    A leaf that is exactly one ``⟦ expression ⟧`` becomes the expression's value with its type; in any other marked
    leaf each expression must give text or an integer. What was filled in is never looked at again, so a value may
    hold any text, these marks included. All expressions are compiled at once, and kept by the template's `name`.
    """
    sources = list(dict.fromkeys(_expressions(template)))
    sets = "".join(f"{OPEN}% set v{n} = {source} %{CLOSE}" for n, source in enumerate(sources))
    try:
        module = marked_template(f"leaves of {name}", sets).make_module(dict(context))
    except JinjaError:
        return _filled(template, partial(_evaluate_alone, context), "")
    values = {source: getattr(module, f"v{n}") for n, source in enumerate(sources)}
    return _filled(template, lambda source, at: _defined(values[source], source, at), "")


def _expressions(template: object) -> Iterator[str]:
    if isinstance(template, str):
        yield from (mark.strip() for mark in MARK.findall(template))
    elif isinstance(template, Mapping | list):
        for value in template.values() if isinstance(template, Mapping) else template:
            yield from _expressions(value)


def _filled(template: object, evaluate: Evaluate, at: str) -> object:
    if isinstance(template, str):
        return _fill_leaf(template, evaluate, at)
    if isinstance(template, Mapping):
        return {key: _filled(value, evaluate, f"{at}.{key}") for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, evaluate, f"{at}[{place}]") for place, value in enumerate(template)]
    return template


def _fill_leaf(leaf: str, evaluate: Evaluate, at: str) -> object:
    if OPEN not in leaf:
        return leaf
    whole = MARK.fullmatch(leaf)
    if whole and OPEN not in whole[1]:
        return evaluate(whole[1].strip(), at)
    return MARK.sub(lambda mark: _as_text(evaluate(mark[1].strip(), at), at), leaf)


def _as_text(value: object, at: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TemplateError(f"{at.lstrip('.')}: {type(value).__name__} can't stand inside text")
    return str(value)


def _evaluate_alone(context: Mapping[str, object], source: str, at: str) -> object:
    """Find which of a template's expressions is wrong."""
    try:
        expression = Environment(undefined=StrictUndefined, autoescape=False).compile_expression(
            source, undefined_to_none=False
        )
        return _defined(expression(context), source, at)
    except JinjaError as error:
        raise TemplateError(f"{at.lstrip('.')}: {error}") from error


def _defined(value: object, source: str, at: str) -> object:
    if isinstance(value, Undefined):
        raise TemplateError(f"{at.lstrip('.')}: {source} is undefined")
    return value
