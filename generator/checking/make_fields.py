"""The two rules about fields of Make's modules, whichever module has them."""

from __future__ import annotations

from generator.mapping.findings import Level
from generator.mapping.rules import Rule

FIELD = Rule(
    "make.required-field",
    Level.ERROR,
    "a field that the module needs is missing or empty. Defaults shown in the editor do not apply to imported files",
    "write the field out",
)
VALUE = Rule(
    "make.field-value",
    Level.ERROR,
    "a fixed value lies outside what the module takes: method, seconds, repeats, status",
    "use a value that the module takes",
)
