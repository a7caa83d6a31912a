"""Tools and flow control: variables, sleep, iterator, repeater, switch, compose, increment."""

from __future__ import annotations

import re
from collections.abc import Mapping

from generator.iml.values import Value, is_array, is_empty, number
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import (
    Fields,
    flag_of,
    invalid,
    list_of,
    missing,
    number_of,
    numbered,
    text_of,
    whole_of,
)

MOST_ROUNDS = 10_000


def feeder(_: Bench, __: Module, fields: Fields) -> list[Value]:
    """Emit the items of an array; what is no array is wrapped, primitives come out as `value`."""
    array = fields.get("array")
    if is_empty(array):
        return []
    items = array if is_array(array) else [array]
    return numbered([one if isinstance(one, Mapping) else {"value": one} for one in items])


def repeater(_: Bench, __: Module, fields: Fields) -> list[Value]:
    """Emit `repeats` bundles with a counter `i`."""
    start, step = number_of(fields, "start", required=True), number_of(fields, "step")
    rounds = whole_of(fields, "repeats", 0, MOST_ROUNDS)
    stride = 1 if step is None else step
    return numbered([{"i": number((start or 0) + stride * i)} for i in range(rounds)])


def sleep(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Let 1 to 300 seconds pass on the virtual clock."""
    seconds = whole_of(fields, "duration", 1, 300)
    bench.clock.advance(seconds)
    bench.note(module.info.id, f"slept {seconds} s")
    return [{}]


def set_variable(bench: Bench, _: Module, fields: Fields) -> list[Value]:
    """Set one variable."""
    _scope(fields)
    name = text_of(fields, "name", required=True)
    bench.set_variable(name, fields.get("value"))
    return [{name: fields.get("value")}]


def set_variables(bench: Bench, _: Module, fields: Fields) -> list[Value]:
    """Set several variables."""
    _scope(fields)
    bundle: dict[str, Value] = {}
    for entry in list_of(fields, "variables"):
        if not isinstance(entry, Mapping):
            raise invalid("Invalid collection in parameter 'variables'.")
        bundle[text_of(entry, "name", required=True)] = entry.get("value")
    for name, value in bundle.items():
        bench.set_variable(name, value)
    return [bundle]


def _scope(fields: Fields) -> None:
    scope = text_of(fields, "scope", required=True)
    if scope not in ("roundtrip", "execution"):
        raise invalid(f"Invalid value '{scope}' in parameter 'scope'.")


def get_variable(bench: Bench, _: Module, fields: Fields) -> list[Value]:
    """Read one variable; one that was never set is missing."""
    name = text_of(fields, "name", required=True)
    return [{name: bench.variables.get(name)}]


def get_variables(bench: Bench, _: Module, fields: Fields) -> list[Value]:
    """Read several variables."""
    names = [text_of({"name": name}, "name", required=True) for name in list_of(fields, "variables")]
    return [{name: bench.variables.get(name) for name in names}]


def compose(_: Bench, __: Module, fields: Fields) -> list[Value]:
    """Emit a text."""
    return [{"value": text_of(fields, "value")}]


def switcher(_: Bench, __: Module, fields: Fields) -> list[Value]:
    """Emit the output of the first case that fits the input, whole or by regular expression."""
    given, by_pattern = text_of(fields, "input"), flag_of(fields, "useRegExpMatch")
    for case in list_of(fields, "casesTable"):
        pattern = text_of(case, "pattern") if isinstance(case, Mapping) else ""
        if isinstance(case, Mapping) and _fits(pattern, given, by_pattern=bool(by_pattern)):
            return [{"output": case.get("output")}]
    return [{"output": fields.get("elseOutput")}]


def _fits(pattern: str, given: str, *, by_pattern: bool) -> bool:
    try:
        return re.search(pattern, given) is not None if by_pattern else pattern == given
    except re.error as error:
        raise ModuleError("RuntimeError", f"Invalid regular expression: {error}") from None


def increment(bench: Bench, module: Module, _: Fields) -> list[Value]:
    """Count up, within a run or for as long as the scenario lives."""
    reset = module.info.parameters.get("reset", "run")
    counters = bench.store.counters if reset == "scenario" else bench.counters
    counters[module.info.id] = counters.get(module.info.id, 0) + 1
    return [{"i": counters[module.info.id]}]


def basic_trigger(_: Bench, module: Module, __: Fields) -> list[Value]:
    """Emit the bundles that its parameters hold."""
    values = list_of(module.info.parameters, "values")
    if not values:
        raise missing("values")
    return numbered([_spec(bundle) for bundle in values])


def _spec(bundle: Value) -> Value:
    rows = list_of(bundle, "spec") if isinstance(bundle, Mapping) else []
    return {text_of(row, "name", required=True): row.get("value") for row in rows if isinstance(row, Mapping)}
