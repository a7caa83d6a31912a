"""Idempotency keys and identifiers in a Make blueprint: nothing of the clock, chance or the run may flow into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import Json, Pointer, as_dict, as_list, as_text, quoted, strings
from generator.checking.make_iml import parsed
from generator.iml.faults import ImlSyntaxError
from generator.iml.tree import Call, Literal, Node, Operation, Reference, Steps, children
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

CHANGING = Rule(
    "make.changing-key",
    Level.WARNING,
    "an idempotency key or event identifier depends on `now`, `timestamp`, `executionId`, `uuid` or `random`: a "
    "retry counts twice",
    'make it of the billed fact alone: customer, meter, window. A day by `formatDate(now; "YYYY-MM-DD")` is fine',
)

_WORDS = frozenset({"now", "timestamp", "executionId", "uuid", "random"})
_KEYS = {"idempotency-key", "idempotency_key", "identifier"}
_IN_JSON = re.compile(r'"(?:identifier|idempotency_key)"\s*:\s*"(?P<value>(?:\{\{.*?\}\}|[^"{])*)"', re.DOTALL)
_FINE = re.compile(r"m|s|S|X|x|L|l")
"""Format tokens below an hour."""
_COMPARES = frozenset({"=", "!=", "<", "<=", ">", ">=", "&", "|"})
_CUTS = frozenset({"floor", "trunc", "round", "ceil"})
_DEEPEST = 60
"""Steps from an expression into its parts, and from a variable to where it is set, that are followed at most."""
_CHOOSES = frozenset({"if", "switch"})


def check(subject: Blueprint) -> Iterator[Finding]:
    """Judge every place that names a key, and follow variables to where they are set."""
    for module in subject.modules:
        for pointer, text in _keys(module):
            words = _Trace(subject).text(text)
            if words:
                found = ", ".join(f"`{word}`" for word in sorted(words))
                yield CHANGING.at(
                    subject.place(module, *pointer), f"module {module.label}: {quoted(text)} depends on {found}"
                )


def _keys(module: Module) -> Iterator[tuple[Pointer, str]]:
    for group in ("headers", "qs", "queryParameters", "formFields", "urlEncodedBodyContent", "multipartBodyContent"):
        for index, row in enumerate(as_list(module.mapper.get(group))):
            fields = as_dict(row)
            name = as_text(fields.get("name")) or as_text(fields.get("key"))
            if name.strip().lower() in _KEYS:
                yield ("mapper", group, index, "value"), as_text(fields.get("value"))
    for key in ("jsonStringBodyContent", "data", "rawBodyContent"):
        for found in _IN_JSON.finditer(as_text(module.mapper.get(key))):
            yield ("mapper", key), found["value"]


@dataclass(slots=True)
class _Trace:
    """Follows a value back to the words that it depends on; `_seen` stops circles, `_level` depth."""

    subject: Blueprint
    _seen: set[tuple[int, tuple[str, ...]]] = field(default_factory=set)
    _level: int = 0

    def text(self, text: Json) -> set[str]:
        """Collect the words of every expression in a field."""
        words: set[str] = set()
        for part in parsed(text) if isinstance(text, str) and "{{" in text else ():
            if not isinstance(part, ImlSyntaxError) and part.node is not None:
                words |= self.node(part.node)
        return words

    def node(self, node: Node) -> set[str]:
        """Collect the words whose exact value shows in a node's value."""
        if self._level > _DEEPEST:
            return set()
        self._level += 1
        words = self._words(node)
        self._level -= 1
        return words

    def _words(self, node: Node) -> set[str]:
        if isinstance(node, Reference):
            return self._reference(node)
        if isinstance(node, Operation) and node.operator in _COMPARES:
            return set()
        if isinstance(node, Call):
            return self._call(node)
        return set().union(*(self.node(child) for child in children(node)))

    def _call(self, call: Call) -> set[str]:
        arguments = call.arguments[1:] if call.name in _CHOOSES else call.arguments
        words = set().union(*(self.node(argument) for argument in arguments))
        if (call.name == "formatDate" and _is_coarse(call)) or call.name in _CUTS:
            words -= {"now", "timestamp"}
        return words

    def _reference(self, node: Reference) -> set[str]:
        if not node.steps and not node.quoted and node.root in _WORDS:
            return {node.root}
        inner = set().union(*(self.node(child) for child in children(node)))
        if not node.root.isascii() or not node.root.isdigit() or len(node.root) > 11:
            return inner
        return inner | self._module(int(node.root), node.steps)

    def _module(self, number: int, steps: Steps) -> set[str]:
        module = self.subject.by_id.get(number)
        key = (number, tuple(step if isinstance(step, str) else "[]" for step in steps))
        if module is None or key in self._seen:
            return set()
        self._seen.add(key)
        name = next((step for step in steps if isinstance(step, str) and step != "array"), "")
        if module.name in ("util:SetVariable2", "util:SetVariables"):
            return self._set(module, name)
        if module.name in ("util:GetVariable2", "util:GetVariables"):
            wanted = as_text(module.mapper.get("name")) or name
            return set().union(*(self._set(other, wanted) for other in self.subject.modules))
        if module.name == "util:ComposeTransformer":
            return self.text(module.mapper.get("value"))
        if module.name == "builtin:BasicAggregator":
            return self._aggregator(module, name)
        return self._feeder(module, steps) if module.name == "builtin:BasicFeeder" else set()

    def _set(self, module: Module, name: str) -> set[str]:
        if module.name == "util:SetVariable2" and as_text(module.mapper.get("name")) == name:
            return self.text(module.mapper.get("value"))
        rows = as_list(module.mapper.get("variables")) if module.name == "util:SetVariables" else []
        return set().union(*(self.text(as_dict(row).get("value")) for row in rows if as_dict(row).get("name") == name))

    def _aggregator(self, module: Module, name: str) -> set[str]:
        if name == "__IMTKEY__":
            return self.text(as_dict(module.raw.get("flags")).get("groupBy"))
        texts = [text for pointer, text in strings(module.mapper) if not name or pointer[0] == name]
        return set().union(*(self.text(text) for text in texts))

    def _feeder(self, module: Module, steps: Steps) -> set[str]:
        """Follow an iterator only where it iterates over another module's list as it is."""
        words: set[str] = set()
        for part in parsed(as_text(module.mapper.get("array"))):
            if not isinstance(part, ImlSyntaxError) and isinstance(part.node, Reference):
                source = part.node
                words |= self._reference(Reference(source.root, (*source.steps, *steps), source.quoted))
        return words


def _is_coarse(call: Call) -> bool:
    form = call.arguments[1] if len(call.arguments) > 1 else None
    if not isinstance(form, Literal) or not isinstance(form.value, str):
        return False
    return not _FINE.search(re.sub(r"\[[^\]]*\]", "", form.value))
