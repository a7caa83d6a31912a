"""Rules about usage are public: each is listed in docs/rules.md, word for word."""

from pathlib import Path

from generator import usage_files
from generator.mapping.rules import rules_of, table

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_documented_rules_are_the_rules_of_the_code():
    section = PAGE.read_text(encoding="utf-8").split("## Usage and margin\n", 1)[1].split("\n## ", 1)[0]
    listed = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    found = {rule.name: rule for rule in rules_of(usage_files)}
    assert listed == table(found.values()), "paste the table on the right into docs/rules.md"
