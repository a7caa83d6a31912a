"""What a published Make blueprint must not carry: things of one account, and the editor's own notes."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checking.blueprint import ROUTER, Blueprint, Module
from generator.checking.document import as_dict, quoted
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

PRIVATE = Rule(
    "make.account-part",
    Level.ERROR,
    "a rendered blueprint holds a connection, key, hook, data store or zone of one account",
    "leave it out: the user chooses it after the import",
)
EDITOR = Rule(
    "make.editor-state",
    Level.ERROR,
    "a rendered blueprint holds state that only the editor writes: `restore`, `expect`, `interface`, "
    "`parameters`, `advanced`",
    "leave it out",
)
LAYOUT = Rule(
    "make.layout",
    Level.ERROR,
    "a rendered module has no place on the canvas, or a rendered filter stands on a router",
    "give `metadata.designer` an `x` and a `y`; put the filter on the module behind the router",
)

_PRIVATE = {
    *("__IMTCONN__", "__IMTHOOK__", "__IMTKEY__", "hook", "datastore", "apiKeyKeychain", "basicAuthKeychain"),
    *("oAuthAccount", "proxyKeychain", "bodyDataStructure", "auth", "account"),
}
_EDITOR = ("restore", "expect", "interface", "parameters", "advanced")


def check(subject: Blueprint) -> Iterator[Finding]:
    """Judge a blueprint that we rendered; exports of others carry all of this rightly."""
    if "zone" in as_dict(subject.raw.get("metadata")):
        yield PRIVATE.at(subject.top("metadata", "zone"), "`metadata.zone` names the zone of one account")
    for module in subject.modules:
        yield from _module(subject, module)


def _module(subject: Blueprint, module: Module) -> Iterator[Finding]:
    for key in sorted(_PRIVATE & set(module.parameters)):
        yield PRIVATE.at(subject.place(module, "parameters", key), f"module {module.label}: parameter {quoted(key)}")
    metadata = as_dict(module.raw.get("metadata"))
    for key in _EDITOR:
        if key in metadata:
            yield EDITOR.at(subject.place(module, "metadata", key), f"module {module.label}: metadata {quoted(key)}")
    designer = as_dict(metadata.get("designer"))
    if not all(isinstance(designer.get(axis), int) for axis in ("x", "y")):
        yield LAYOUT.at(subject.place(module, "metadata"), f"module {module.label} has no `metadata.designer` x and y")
    if module.name == ROUTER and as_dict(module.raw.get("filter")).get("conditions"):
        yield LAYOUT.at(subject.place(module, "filter"), f"module {module.label}: a router carries a filter")
