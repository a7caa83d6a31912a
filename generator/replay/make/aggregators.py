"""What an aggregator emits when its feeder is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from generator.iml.faults import ImlFault
from generator.iml.functions import numbers
from generator.iml.values import Value, text
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import as_text, invalid, write_json

Groups = Mapping[Value, Sequence[Value]]
Finish = Callable[[Bench, Module, Sequence[Value]], dict[str, Value]]


def results(bench: Bench, module: Module, groups: Groups) -> list[Value]:
    """Give one bundle, or with `groupBy` one per key; nothing collected is an empty one, unless `stopIfEmpty`."""
    finish = FINISH[module.info.name]
    if not groups:
        return [] if module.stop_if_empty else [finish(bench, module, [])]
    if module.group_by is None:
        return [finish(bench, module, items) for items in groups.values()]
    return [{**finish(bench, module, items), "__IMTKEY__": key} for key, items in groups.items()]


def _array(_: Bench, __: Module, items: Sequence[Value]) -> dict[str, Value]:
    return {"array": list(items), "__IMTAGGLENGTH__": len(items)}


def _texts(_: Bench, module: Module, items: Sequence[Value]) -> dict[str, Value]:
    separator = text(module.info.parameters.get("rowSeparator"))
    if separator == "other":
        separator = text(module.info.parameters.get("otherRowSeparator"))
    rows = [as_text(item.get("value"), "value") if isinstance(item, Mapping) else "" for item in items]
    return {"text": separator.join(rows)}


def _number(bench: Bench, module: Module, items: Sequence[Value]) -> dict[str, Value]:
    bench.meet("aggregator_fn")
    name = text(module.info.parameters.get("fn"))
    if name != (name.lower() if bench.switches.aggregator_fn == "lower" else name.upper()):
        raise invalid(f"Invalid value '{name}' in parameter 'fn'.")
    values = [item.get("value") for item in items if isinstance(item, Mapping)]
    finish = _FUNCTIONS.get(name.lower())
    if finish is None:
        raise invalid(f"Invalid value '{name}' in parameter 'fn'.")
    try:
        return {"result": finish(values)}
    except ImlFault as fault:
        raise ModuleError("BundleValidationError", str(fault)) from None


_FUNCTIONS: Final[dict[str, Callable[[list[Value]], Value]]] = {
    "sum": lambda values: numbers.total(*values),
    "avg": lambda values: numbers.average(*values),
    "count": len,
    "min": lambda values: numbers.minimum(*values),
    "max": lambda values: numbers.maximum(*values),
}


def _json(_: Bench, __: Module, items: Sequence[Value]) -> dict[str, Value]:
    return {"json": write_json(list(items))}


FINISH: Final[dict[str, Finish]] = {
    "builtin:BasicAggregator": _array,
    "util:TextAggregator": _texts,
    "util:FunctionAggregator2": _number,
    "json:AggregateToJSON": _json,
}
