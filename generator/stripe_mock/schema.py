"""The schemas of our own that every call is checked against, before any rule of billing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from .refusal import Refusal, wrong

_TRUTH = {"true": True, "false": False}


@cache
def schema(name: str, *, preview: bool = False) -> dict[str, Any]:
    """Load a schema by file name; what is marked `x-preview` is left out of the GA reading."""
    text = (resources.files(__package__) / "schemas" / f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    if not preview:
        loaded["properties"] = {k: v for k, v in loaded["properties"].items() if not v.get("x-preview")}
    return loaded


@cache
def _validator(name: str, *, preview: bool) -> Draft202012Validator:
    return Draft202012Validator(schema(name, preview=preview))


def checked_form(name: str, params: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
    """Type a v1 call's text by its schema and refuse what does not fit."""
    typed: dict[str, Any] = _typed(params, schema(name, preview=preview), "")
    for error in _first(name, typed, preview=preview):
        raise _v1_refusal(error)
    return typed


def checked_json(name: str, body: dict[str, Any], *, waived: Callable[[str], bool]) -> dict[str, Any]:
    """Refuse a v2 body that does not fit; `waived` is asked about each broken rule (`maxLength`, …)."""
    for error in _first(name, body, preview=False):
        if not waived(str(error.validator)):
            raise Refusal(400, f"{_place(error)}: {_words(error)}", "invalid_fields", kept=False)
    return body


def _first(name: str, value: dict[str, Any], *, preview: bool) -> list[ValidationError]:
    return sorted(
        _validator(name, preview=preview).iter_errors(value), key=lambda error: (error.validator != "required",)
    )


def _typed(value: Any, rule: dict[str, Any], path: str) -> Any:
    """Read text as the schema's type; text that cannot be read stays and fails validation."""
    kind = rule.get("type")
    if isinstance(value, dict):
        return _typed_inner(value, rule, path)
    if kind == "integer":
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise wrong(path, f"Invalid integer: {value}", "parameter_invalid_integer")
        return int(value)
    if kind == "boolean":
        return _TRUTH.get(value, value)
    return value


def _typed_inner(value: dict[str, Any], rule: dict[str, Any], path: str) -> Any:
    if rule.get("type") == "array":
        ordered = sorted(value.items(), key=lambda item: (len(item[0]), item[0]))
        return [_typed(inner, rule.get("items", {}), f"{path}[{key}]") for key, inner in ordered]
    known, rest = rule.get("properties", {}), rule.get("additionalProperties")
    other = rest if isinstance(rest, dict) else {}
    return {key: _typed(inner, known.get(key, other), _under(path, key)) for key, inner in value.items()}


def _under(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key


def _place(error: ValidationError) -> str:
    path = ""
    for step in error.absolute_path:
        path = _under(path, str(step))
    names = _named(error)
    return _under(path, names[0]) if names else path or "body"


def _named(error: ValidationError) -> list[str]:
    """Name the keys that an error is about, where it is about keys of an object."""
    there: dict[str, Any] = error.instance if isinstance(error.instance, dict) else {}
    rule: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "required":
        return [key for key in rule["required"] if key not in there]
    if error.validator == "additionalProperties":
        return [key for key in there if key not in rule.get("properties", {})]
    return []


def _words(error: ValidationError) -> str:
    texts = {
        "required": "is required",
        "additionalProperties": "is not a known field",
        "type": f"must be of type {error.validator_value}",
        "maxLength": f"must be at most {error.validator_value} characters",
        "minLength": "must not be empty",
        "enum": f"must be one of {error.validator_value}",
        "maxItems": f"must have at most {error.validator_value} entries",
        "minItems": f"must have at least {error.validator_value} entries",
        "maximum": f"must be at most {error.validator_value}",
        "minimum": f"must be at least {error.validator_value}",
    }
    return texts.get(str(error.validator), f"is not valid ({error.validator})")


def _v1_refusal(error: ValidationError) -> Refusal:
    place = _place(error)
    if error.validator == "required":
        return wrong(place, f"Missing required param: {place}.", "parameter_missing")
    if error.validator == "additionalProperties":
        return wrong(place, f"Received unknown parameter: {place}", "parameter_unknown")
    if error.validator == "minLength":
        return wrong(place, f"You passed an empty string for '{place}'; it cannot be unset.", "parameter_invalid_empty")
    if error.validator == "type" and error.validator_value == "string":
        return wrong(place, f"Invalid string: {place}", "parameter_invalid_string")
    if error.validator == "maxLength":
        return wrong(place, f"Invalid string: {place} {_words(error)}", "parameter_invalid_string_length")
    return wrong(place, f"Invalid {place}: {_words(error)}")
