"""All problems at once: a broken part hides no finding about a whole one, and brings none that is not true."""

import pytest

from generator import mapping, pricing, rendering, resources
from generator.mapping.load import load_text
from generator.mapping.rules import rules_of
from generator.pricing.catalogue import parse_catalogue
from generator.rendering.remaining import DEPENDS
from generator.rendering.resolve import resolve
from tests.unit.rendering.test_meaning import Swap

CATALOGUE = parse_catalogue(resources.catalogue_text())
EXAMPLE = (resources.mappings() / "example.yaml").read_text(encoding="utf-8")
UNKNOWN_MODEL = ("openai/gpt-4o:", "openai/gpt-404:")
TWICE = ("[acme-legal]", "[acme-legal, globex]")
NO_RUN = ('  run_at: "00:20"\n', "")
SHORT_GRACE = ("grace: 1h", "grace: 5m")
GATEWAY_TYPO = ("cus_SandboxGlobex1", "globex")
LOW = ("openai/gpt-4o:", "openai/gpt-4o:\n    markup: 1.5")


def rules(*swaps: Swap) -> list[str]:
    text = EXAMPLE
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return [finding.rule for finding in resolve(load_text(text, "agency.yml"), CATALOGUE)[1]]


@pytest.mark.parametrize(
    ("swaps", "found"),
    [
        ([("currency: usd", "curency: usd"), UNKNOWN_MODEL], ["mapping.unknown-key", "pricing.unknown-model"]),
        ([NO_RUN, UNKNOWN_MODEL, TWICE], ["mapping.missing-key", "pricing.unknown-model", "names.twice"]),
        ([("markup: 2 ", "markup: two "), UNKNOWN_MODEL], ["mapping.bad-value", "pricing.unknown-model"]),
        ([("markup: 2 ", "markup: two "), LOW], ["mapping.bad-value", "pricing.low-markup"]),
        ([("billing: dimensions ", "billing: dims "), UNKNOWN_MODEL], ["mapping.bad-value", "pricing.unknown-model"]),
        ([("ops: C0OPS00001", "ops: ops"), SHORT_GRACE], ["period.grace-too-short", "mapping.bad-value"]),
        ([NO_RUN, SHORT_GRACE], ["mapping.missing-key"]),
        ([GATEWAY_TYPO], ["mapping.bad-value"]),
        ([GATEWAY_TYPO, ("cap: 900", "cap: 500")], ["mapping.bad-value", "clients.cap-below-expected"]),
        ([("clients:", "client:")], ["mapping.unknown-key"]),
    ],
)
def test_a_broken_part_hides_and_invents_nothing(swaps: list[Swap], found: list[str]):
    assert rules(*swaps) == found


def test_every_family_of_rules_says_on_what_it_depends():
    families = {rule.name.split(".")[0] for room in (mapping, pricing, rendering) for rule in rules_of(room)}
    assert families - {"build", "mapping", "meaning", "secrets"} <= {name.split(".")[0] for name in DEPENDS}
