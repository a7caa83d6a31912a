"""Data stores, in memory."""

from __future__ import annotations

from collections.abc import Mapping

from generator.iml.scope import Scope
from generator.iml.values import Value, text
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.filters import compile_conditions
from generator.replay.make.modules.fields import Fields, flag_of, numbered, text_of, whole_of


def _records(bench: Bench, module: Module) -> dict[str, Value]:
    if bench.store.state == "down":
        raise ModuleError("RuntimeError", "The data store cannot be reached.")
    return bench.store.data.setdefault(text(module.info.parameters.get("datastore")), {})


def _has_room(bench: Bench) -> None:
    if bench.store.state == "full":
        raise ModuleError("RuntimeError", "The data store has no room left.")


def get_record(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Give a record's fields; one that is not there gives an empty bundle."""
    record = _records(bench, module).get(text_of(fields, "key", required=True))
    if flag_of(fields, "returnWrapped"):
        return [{"key": fields.get("key"), "data": record}]
    return [record if isinstance(record, Mapping) else {}]


def add_record(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Add a record; without a key one is drawn, and a key that is taken is an error unless it may be overwritten."""
    records = _records(bench, module)
    key = text_of(fields, "key") or bench.around.uuid()
    _has_room(bench)
    if key in records and not flag_of(fields, "overwrite"):
        raise ModuleError("DuplicateDataError", f"A record with the key '{key}' exists already.")
    records[key] = fields.get("data") or {}
    return [{"key": key}]


def update_record(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Change some fields of a record; with `upsert` one that is not there is made."""
    records, key = _records(bench, module), text_of(fields, "key", required=True)
    if key not in records and not flag_of(fields, "upsert"):
        raise ModuleError("DataError", f"There is no record with the key '{key}'.")
    _has_room(bench)
    old, new = records.get(key), fields.get("data")
    records[key] = {**(old if isinstance(old, Mapping) else {}), **(new if isinstance(new, Mapping) else {})}
    return [{"key": key}]


def exist_record(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Tell whether there is a record."""
    return [{"exist": text_of(fields, "key", required=True) in _records(bench, module)}]


def delete_record(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Delete a record."""
    key = text_of(fields, "key", required=True)
    _records(bench, module).pop(key, None)
    return [{"key": key}]


def delete_all(bench: Bench, module: Module, _: Fields) -> list[Value]:
    """Delete all records."""
    _records(bench, module).clear()
    return [{}]


def stats(bench: Bench, module: Module, _: Fields) -> list[Value]:
    """Count the records."""
    return [{"count": len(_records(bench, module))}]


def search_record(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Give the records that a filter lets through; `a` of a condition is a field's name."""
    limit = whole_of(module.info.parameters, "limit", 0, 3200, required=False)
    found: list[Value] = []
    for key, record in _records(bench, module).items():
        data: Mapping[str, Value] = record if isinstance(record, Mapping) else {}
        if _passes(fields.get("filter"), {**data, "key": key}, bench):
            found.append({**data, "key": key})
    found = found[:limit] if limit else numbered(found)
    nothing = not found and flag_of(module.info.parameters, "continueWhenNoRes")
    return [{"__IMTLENGTH__": 0}] if nothing else numbered(found)


def _passes(filter_: Value, record: Mapping[str, Value], bench: Bench) -> bool:
    rows = filter_ if isinstance(filter_, list) else []
    table = [[_bound(one) for one in row if isinstance(one, Mapping)] for row in rows if isinstance(row, list)]
    return compile_conditions(table)(Scope({"record": record}, bench.around))


def _bound(condition: Mapping[str, Value]) -> Mapping[str, Value]:
    return {**condition, "a": "{{record.`" + text(condition.get("a")).replace("`", "") + "`}}"}
