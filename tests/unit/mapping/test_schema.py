"""The published schema: current, valid, and of one mind with the model."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from generator.mapping.schema import SCHEMA_FILE, schema_text

ROOT = Path(__file__).parents[3]
FILE = ROOT / "mappings" / SCHEMA_FILE
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_committed_schema_is_the_model():
    assert FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m generator build"


def test_the_schema_is_valid_and_explains_every_key():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    blocks = [block for entry in [SCHEMA, *SCHEMA["$defs"].values()] for block in [entry, *entry.get("anyOf", [])]]
    keys = {name: key for block in blocks for name, key in block.get("properties", {}).items()}
    assert [name for name, key in keys.items() if not key.get("description")] == []


@pytest.mark.parametrize("path", sorted((ROOT / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_mappings_fit_the_schema(path: Path):
    data = json.loads(json.dumps(as_editors_read(path.read_text(encoding="utf-8"))))
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(data)) == []


class DatesAsText(SafeConstructor):
    """Reads a date as text, as YAML 1.2 and editors do."""


DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def as_editors_read(text: str) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = DatesAsText
    return yaml.load(text)
