"""A new client is one value in a live workflow: what SETUP.md calls enough to paste is all that a build changes."""

import json
from functools import cache

import pytest

from generator.rendering.build import build
from generator.rendering.registry import FLOWS, SCENARIOS
from tests.unit.rendering.test_meaning import PREFIX, Swap, globex, plan_of

WORKFLOWS = {"n8n": [flow.stem for flow in FLOWS], "make": [scenario.stem for scenario in SCENARIOS]}
DATA: list[Swap] = [
    ("  globex:", "  hooli:"),
    ("aliases: [acme-legal]", 'aliases: [\'={{ $env }} }} ⟦ code() ⟧\', "\\"quoted\\""]'),
    ("markup: 2 ", "markup: 3 "),
    ("slack:", "retry: {attempts: 3, base: 4s, cap: 9s, budget: 2m}\nslack:"),
    ("stripe: sandbox", "stripe: live"),
    ("/v1/usage", "/v2/usage"),
]
ELSEWHERE: list[Swap] = [
    ("America/Chicago", "America/Mexico_City"),
    ("size: day", "size: hour"),
    ('"00:20"', '"00:25"'),
]


@cache
def built(*swaps: Swap) -> dict[str, bytes]:
    return build(plan_of(*swaps))


def pasted(platform: str, old: dict[str, bytes], new: dict[str, bytes]) -> dict[str, bytes]:
    """Replace the data of *Mapping* in every old workflow by the new `mapping.txt`, as a person does in the editor."""
    before, after = (files[f"{platform}/mapping.txt"].decode().removesuffix("\n") for files in (old, new))
    inside = [json.dumps(text, ensure_ascii=False)[1:-1].encode() for text in (before, after)]
    names = [f"{platform}/{stem}.json" for stem in WORKFLOWS[platform]]
    return {name: old[name].replace(*inside) for name in names}


@pytest.mark.parametrize(
    ("platform", "swap"),
    [*((platform, swap) for swap in DATA for platform in WORKFLOWS), ("n8n", ("lookback: 3", "lookback: 5"))],
)
def test_pasting_the_mapping_gives_the_new_workflow(platform: str, swap: Swap) -> None:
    old, new = built(), built(swap)
    files = pasted(platform, old, new)
    assert old[f"{platform}/mapping.txt"] != new[f"{platform}/mapping.txt"]
    assert files == {name: new[name] for name in files}


@pytest.mark.parametrize(
    ("platform", "before", "enough"), [("n8n", (), True), ("make", (), False), ("make", (PREFIX,), True)]
)
def test_the_first_pattern_of_all_clients_needs_an_import_on_make(
    platform: str, before: tuple[Swap, ...], enough: bool
) -> None:
    old, new = built(*before), built(*before, globex('patterns: ["*@globex.com", "a\\"{[(x*"]'))
    files = pasted(platform, old, new)
    assert (files == {name: new[name] for name in files}) == enough


@pytest.mark.parametrize("swap", ELSEWHERE)
def test_what_stands_in_the_schedule_needs_an_import_on_n8n(swap: Swap) -> None:
    old, new = built(), built(swap)
    files = pasted("n8n", old, new)
    assert files != {name: new[name] for name in files}


def test_the_text_to_paste_is_no_workflow_for_an_import_of_the_folder() -> None:
    assert [name for name in built() if "mapping" in name] == ["n8n/mapping.txt", "make/mapping.txt"]
