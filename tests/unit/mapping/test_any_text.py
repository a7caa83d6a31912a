"""Whatever stands in a mapping: no crash, and text stays text."""

import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator import resources
from generator.mapping.findings import Level
from generator.mapping.load import load_text
from generator.pricing.catalogue import parse_catalogue
from generator.rendering.resolve import resolve

CATALOGUE = parse_catalogue(resources.catalogue_text())
EXAMPLE = (Path(resources.mappings()) / "example.yaml").read_text(encoding="utf-8")
LINES = EXAMPLE.splitlines()
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40).filter(str.strip)


def broken_or_whole(text: str) -> None:
    plan, findings = resolve(load_text(text, "agency.yml"), CATALOGUE)
    assert (plan is None) == any(finding.level is Level.ERROR for finding in findings)


@QUICK
@given(st.text())
def test_any_text_is_a_mapping_or_has_findings(text: str):
    broken_or_whole(text)


@QUICK
@given(st.integers(0, len(LINES) - 1), st.text(max_size=30))
def test_any_line_may_be_replaced(number: int, line: str):
    broken_or_whole("\n".join([*LINES[:number], line, *LINES[number + 1 :]]))


@QUICK
@given(
    st.integers(0, len(LINES) - 1), st.sampled_from(["", "0", "-1", "[]", "{}", "null", "*a", "!!int x", "1e999", "~"])
)
def test_any_value_may_be_replaced(number: int, value: str):
    key, colon, _ = LINES[number].partition(": ")
    broken_or_whole("\n".join([*LINES[:number], f"{key}{colon}{value}", *LINES[number + 1 :]]))


@QUICK
@given(NAMES, NAMES)
def test_names_come_through_as_they_are(name: str, alias: str):
    data = YAML(typ="safe", pure=True).load(EXAMPLE)
    data["clients"]["acme"] |= {"name": name, "aliases": [alias]}
    data = {key: str(value) if key == "since" else value for key, value in data.items()}
    data["period"] = {"anchor": "2026-11-01T06:00:00Z"}
    stream, writer = io.StringIO(), YAML(typ="safe", pure=True)
    writer.default_flow_style = False  # inside [ ] it writes `?0` without quotes, and reads it as a key
    writer.dump(data, stream)
    loaded = load_text(stream.getvalue(), "agency.yml")
    if loaded.mapping is None:
        assert {finding.rule for finding in loaded.findings} == {"secrets.in-mapping"}
    else:
        assert (loaded.mapping.clients["acme"].name, loaded.mapping.clients["acme"].aliases) == (name, (alias,))
