"""Fill a JSON template: only string leaves that carry ``⟦ … ⟧`` change, the graph stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.environment import TemplateExpression
from jinja2.runtime import Undefined

from generator.errors import TemplateError

MARK = re.compile(r"⟦(.*?)⟧", re.DOTALL)


def fill(template: object, context: Mapping[str, object], at: str = "") -> object:
    """Copy the template's tree with its marked leaves filled.

    A leaf that is exactly one ``⟦ expression ⟧`` becomes the expression's value with its type; in any other marked
    leaf each expression must give text or an integer. What was filled in is never looked at again, so a value may
    hold any text, these marks included.
    """
    if isinstance(template, str):
        return _fill_leaf(template, context, at)
    if isinstance(template, Mapping):
        return {key: fill(value, context, f"{at}.{key}") for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, context, f"{at}[{place}]") for place, value in enumerate(template)]
    return template


def _fill_leaf(leaf: str, context: Mapping[str, object], at: str) -> object:
    if "⟦" not in leaf:
        return leaf
    whole = MARK.fullmatch(leaf)
    if whole and "⟦" not in whole[1]:
        return _evaluate(whole[1], context, at)
    return MARK.sub(lambda mark: _as_text(_evaluate(mark[1], context, at), at), leaf)


def _as_text(value: object, at: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TemplateError(f"{at.lstrip('.')}: {type(value).__name__} can't stand inside text")
    return str(value)


def _evaluate(source: str, context: Mapping[str, object], at: str) -> object:
    try:
        value = _compiled(source.strip())(context)
    except JinjaError as error:
        raise TemplateError(f"{at.lstrip('.')}: {error}") from error
    if isinstance(value, Undefined):
        raise TemplateError(f"{at.lstrip('.')}: {source.strip()} is undefined")
    return value


@cache
def _environment() -> Environment:
    return Environment(undefined=StrictUndefined, autoescape=False)


@cache
def _compiled(source: str) -> TemplateExpression:
    return _environment().compile_expression(source, undefined_to_none=False)
