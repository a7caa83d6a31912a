"""Rules are public: each is listed in docs/rules.md, word for word."""

from __future__ import annotations

from pathlib import Path

from generator import checking
from generator.mapping.rules import rules_of, table

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
RULES = {rule.name: rule for rule in rules_of(checking)}


def test_the_documented_rules_are_the_rules_of_the_code() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Rendered and foreign files\n", 1)[1].split("\n## ", 1)[0]
    listed = section[section.index("| rule |") :].strip()
    assert listed == table(RULES.values()), "paste the table on the right into docs/rules.md"


def test_a_rules_name_is_its_family_and_its_fault() -> None:
    assert [name for name in RULES if name.count(".") != 1 or name != name.lower()] == []
    assert {name.split(".")[0] for name in RULES} == {"lint", "make", "n8n", "secret"}
