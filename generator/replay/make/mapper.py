"""Mappers: JSON with expressions in its texts, compiled once to one closure."""

from __future__ import annotations

from collections.abc import Mapping

from generator.iml.evaluate import Compiled, compile_text
from generator.iml.scope import Scope
from generator.iml.values import IGNORE, Value


def compile_mapper(data: object) -> Compiled:
    """Compile a mapper; fields that come out as `ignore` are left out."""
    compiled = _compile(data)
    if isinstance(compiled, _Constant):
        value = compiled.value
        return lambda _: value
    return compiled


class _Constant:
    def __init__(self, value: Value) -> None:
        self.value = value


def _compile(data: object) -> Compiled | _Constant:
    if isinstance(data, str) and "{{" in data:
        return compile_text(data)
    if isinstance(data, Mapping):
        return _collection({str(name): _compile(value) for name, value in data.items()})
    if isinstance(data, list):
        return _array([_compile(value) for value in data])
    return _Constant(data)  # type: ignore[arg-type]


def _collection(fields: dict[str, Compiled | _Constant]) -> Compiled | _Constant:
    fixed = {name: field.value for name, field in fields.items() if isinstance(field, _Constant)}
    if len(fixed) == len(fields):
        return _Constant(fixed)
    order = {name: fixed.get(name) for name in fields}
    moving = [(name, field) for name, field in fields.items() if not isinstance(field, _Constant)]

    def build(s: Scope) -> Value:
        built = dict(order)
        for name, field in moving:
            value = field(s)
            if value is IGNORE:
                del built[name]
            else:
                built[name] = value
        return built

    return build


def _array(items: list[Compiled | _Constant]) -> Compiled | _Constant:
    if all(isinstance(item, _Constant) for item in items):
        return _Constant([item.value for item in items if isinstance(item, _Constant)])

    def build(s: Scope) -> Value:
        values = (item.value if isinstance(item, _Constant) else item(s) for item in items)
        return [value for value in values if value is not IGNORE]

    return build
