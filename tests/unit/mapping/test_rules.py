"""Rules are public: each is listed in docs/rules.md, word for word, and each has a file that it rejects."""

from pathlib import Path

from generator import mapping, pricing, rendering
from generator.mapping.rules import rules_of, table

ROOT = Path(__file__).parents[3]
RULES = {rule.name: rule for package in (mapping, pricing, rendering) for rule in rules_of(package)}
WITHOUT_FILE = {
    "meaning.changed": "needs a rendered file; see test_meaning.py",
    "meaning.price": "needs a rendered file; see test_meaning.py",
    "meaning.gap": "needs a rendered file; see test_meaning.py",
    "meaning.unreadable": "needs a rendered file; see test_meaning.py",
    "build.out-of-date": "needs a rendered file; see test_output.py",
    "build.left-over": "needs a rendered file; see test_output.py",
}


def test_the_documented_rules_are_the_rules_of_the_code():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    section = text.split("## Mappings, prices and rendering\n", 1)[1].split("\n## ", 1)[0]
    assert section.strip() == table(RULES.values()), "paste the table on the right into docs/rules.md"


def test_every_rule_has_a_file_that_it_rejects():
    folders = {path.name for path in (ROOT / "tests" / "rejects").iterdir() if path.is_dir()}
    assert set(RULES) - set(WITHOUT_FILE) <= folders


def test_a_rules_name_is_its_family_and_its_fault():
    assert [name for name in RULES if name.count(".") != 1 or name != name.lower()] == []
