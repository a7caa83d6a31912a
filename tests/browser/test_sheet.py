"""The sheet in a real browser: its figures are those of `rates`, to the last digit, whatever is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from random import Random

import pytest
from ruamel.yaml import YAML

from generator import resources
from generator.cli import main
from generator.commands.rates import row
from generator.mapping.load import load
from generator.mapping.words import TokenType
from generator.pricing.amounts import format_decimal, round_places, whole
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.events import event_name
from generator.pricing.rates import make_rate, make_rates
from generator.reporting.amounts import show_money
from tests.browser.opened import DESKTOP, LOOKS, PHONE, Opened

MAPPINGS = Path(__file__).parents[2] / "mappings"
EXAMPLE = MAPPINGS / "example.yaml"
TYPES = [kind.value for kind in TokenType]
SHOWN = ("per-thousand", "per-million", "tokens", "month")


@pytest.fixture(scope="module")
def sheet(written: Callable[..., Path]) -> Path:
    return written("sheet", str(EXAMPLE))


def pair(opened: Opened, model: int, kind: str) -> dict[str, str]:
    return {name: opened.text(f"#pair-{model}-{kind} .{name}") for name in SHOWN}


def only_mini(opened: Opened) -> None:
    """Leave GPT-4o mini alone on the sheet."""
    for name in ("openai/gpt-4o", "anthropic/claude-3-haiku"):
        opened.page.get_by_role("button", name=f"Remove {name}", exact=True).click()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_nothing_keeps_a_reader_out(
    sheet: Path, open_page: Callable[..., Opened], shoot: Callable[..., None], size: tuple[int, int], scheme: str
):
    opened = open_page(sheet, size, scheme)
    opened.page.locator("#free").fill("50,000")
    assert opened.serious() == []
    assert opened.wider_than_the_screen() == 0
    if (size, scheme) in ((DESKTOP, "light"), (PHONE, "dark")):
        shoot(opened, f"sheet-{'desktop' if size == DESKTOP else 'phone'}")


@pytest.mark.parametrize("name", ["example", "meter-per-rate"])
def test_the_sheet_begins_with_the_rates_of_the_mapping(
    name: str, written: Callable[..., Path], open_page: Callable[..., Opened]
):
    opened = open_page(written("sheet", str(MAPPINGS / f"{name}.yaml")))
    mapping = load(MAPPINGS / f"{name}.yaml").mapping
    assert mapping
    rates = make_rates(mapping, parse_catalogue(resources.catalogue_text()))
    rows = [row(rate, mapping.currency) for rate in rates]
    values = json.loads(opened.page.locator("#stripe-json").text_content() or "")
    assert [value["price"]["unit_amount_decimal"] for value in values] == [r["unit_amount_decimal"] for r in rows]
    assert [(v["event_name"], v["model"], v["token_type"]) for v in values] == [
        (event_name(mapping, rate.model, rate.token_type), rate.model, rate.token_type.value) for rate in rates
    ]
    for entry in rows:
        shown = pair(opened, list(mapping.models).index(entry["model"]), entry["token_type"])
        assert (shown["per-thousand"], shown["per-million"]) == (entry["rate_per_thousand"], entry["rate_per_million"])


READINGS = [
    ("50", "75.00", "37.50", "74.93", "49.95"),
    ("75", "52.50", "26.25", "52.43", "49.93"),
    ("80", "48.00", "24.00", "47.93", "49.93"),
    ("90", "39.00", "19.50", "38.93", "49.91"),
]
"""Input's share, invoice without free tokens, cost, invoice with them, margin."""


def test_the_four_readings_of_50_000_queries(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet)
    only_mini(opened)
    for share, without, cost, invoice, percent in READINGS:
        opened.page.locator("#part-input").fill(share)
        opened.page.locator("#free").fill("0")
        assert opened.text("#revenue") == f"${without}"
        opened.page.locator("#free").fill("50,000")
        shown = [opened.text(f"#{name}") for name in ("cost", "revenue", "percent")]
        assert shown == [f"${cost}", f"${invoice}", f"{percent} %"]


def test_a_slider_and_a_field_say_the_same(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet)
    opened.page.locator("#markup").fill("1.5")
    assert opened.page.locator("#markup-range").input_value() == "30"
    assert "Below 2×" in opened.text("#markup-note")
    opened.page.locator("#markup-range").focus()
    opened.page.keyboard.press("End")
    assert opened.page.locator("#markup").input_value() == "5"
    assert opened.page.locator("#markup-note").is_hidden()
    opened.page.locator("#volume").fill("2.5M")
    assert opened.page.evaluate("VOLUMES[at('volume-range').value].toString()") == "2500000"


def test_the_figures_stay_in_sight_on_a_phone(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet, PHONE)
    top = opened.page.evaluate("scrollTo(0, 900), document.getElementById('figures').getBoundingClientRect().top")
    assert opened.page.evaluate("scrollY") == 900
    assert 0 <= top < 40


def test_a_model_is_added_and_priced_by_the_keyboard_alone(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet)
    opened.page.locator("#new-model").focus()
    opened.page.keyboard.type("acme/own-model")
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.type("0.0125")
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.type("1.3333")
    assert pair(opened, 3, "input")["per-thousand"] == "0.001666625"
    assert "acme/own-model:\n    cost: {input: 0.0125}\n    markup: 1.3333" in opened.text("#snippet")


def test_what_cannot_be_read_is_marked_and_breaks_nothing(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet)
    for text in ("two", "-1", "1e3", "1.2.3", "9" * 60, ""):
        opened.page.locator("#pair-0-input [data-what=costs]").fill(text)
        marked = opened.page.locator("#pair-0-input [data-what=costs]").get_attribute("aria-invalid")
        assert (marked, pair(opened, 0, "input")["month"]) == (str(bool(text)).lower(), "")


def test_buttons_copy_the_exact_values(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet)
    opened.page.locator("#free").fill("50000")
    opened.page.get_by_role("button", name="Copy the price of openai/gpt-4o-mini input as JSON").click()
    copied = json.loads(opened.page.evaluate("navigator.clipboard.readText()"))
    assert copied["price"]["tiers"] == [
        {"up_to": 50000, "unit_amount_decimal": "0"},
        {"up_to": "inf", "unit_amount_decimal": "0.00003"},
    ]
    opened.page.get_by_role("button", name="Copy 0.00012", exact=True).click()
    assert opened.page.evaluate("navigator.clipboard.readText()") == "0.00012"


def test_the_snippet_is_a_mapping_with_these_rates(sheet: Path, open_page: Callable[..., Opened], tmp_path: Path):
    opened = open_page(sheet)
    opened.page.locator("#markup").fill("2.75")
    opened.page.locator("#free").fill("1k")
    opened.page.locator("#pair-0-output [data-what=costs]").fill("9.99")
    opened.page.locator("#pair-1-input [data-what=markups]").fill("3.1")
    opened.page.locator("#pair-2-cached_write [data-what=costs]").fill("")
    yaml = YAML(pure=True)
    content = yaml.load(EXAMPLE.read_text(encoding="utf-8"))
    content.update(yaml.load(opened.text("#snippet")))
    with (tmp_path / "own.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    loaded = load(tmp_path / "own.yaml")
    assert loaded.mapping, loaded.findings
    rates = make_rates(loaded.mapping, parse_catalogue(resources.catalogue_text()))
    values = json.loads(opened.page.locator("#stripe-json").text_content() or "")
    assert [(v["model"], v["token_type"], v["price"]["tiers"][1]["unit_amount_decimal"]) for v in values] == [
        (rate.model, rate.token_type.value, format_decimal(rate.rate)) for rate in rates
    ]
    assert loaded.mapping.pricing.free_tokens
    assert loaded.mapping.pricing.free_tokens.default == 1000
    assert [alias.name for alias in loaded.mapping.models["openai/gpt-4o"].aliases] == ["gpt-4o", "gpt-4o-2024-08-06"]


def test_names_cannot_leave_their_place(written: Callable[..., Path], open_page: Callable[..., Opened], tmp_path: Path):
    evil = "</script><script>document.title='broken'</script><!--"
    text = EXAMPLE.read_text(encoding="utf-8").replace("Northwind Automations", json.dumps(evil))
    (tmp_path / "evil.yaml").write_text(text.replace("[gpt-4o,", f"[{json.dumps(evil)},"), encoding="utf-8")
    opened = open_page(written("sheet", str(tmp_path / "evil.yaml")))
    assert opened.text(".from") == evil
    assert evil in json.loads(opened.text("#snippet").split("aliases: [")[1].split(", gpt-4o-2024")[0])
    assert opened.page.title() == f"What to charge for tokens · {evil}"


def random_text(random: Random, whole_digits: int, places: int) -> str:
    number = random.randrange(10 ** random.randint(1, whole_digits + places))
    return format_decimal(Decimal(number).scaleb(-random.randint(0, places)))


RATES = """([cases, minor]) => cases.map(([cost, markup, tokens, free]) => {
    const rate = makeRate("m", "input", parseDecimal(cost), parseDecimal(markup), minor);
    const line = makeLine(rate, BigInt(tokens), BigInt(free));
    return [rate.rate, line.charge, line.cost, perMillion(rate.rate, minor)].map(plain);
})"""


def test_random_rates_and_lines_are_those_of_python(sheet: Path, open_page: Callable[..., Opened]):
    """Among them are halves that a binary fraction would round the other way."""
    random, opened = Random(3), open_page(sheet)
    cases = [("0.005", "1", 1_000_000, 0), ("0.15", "2", 1_666_667, 0), ("0.0000005", "1.5", 10**15, 7)]
    for _ in range(1000):
        cost, markup = random_text(random, 4, 8), random_text(random, 2, 6)
        cases.append((cost, markup, random.randrange(10**13), random.choice((0, 50_000))))
    for minor, currency in ((100, "usd"), (1, "jpy"), (1000, "kwd")):
        given = [[cost, markup, str(tokens), free] for cost, markup, tokens, free in cases]
        for (cost, markup, tokens, free), answer in zip(
            cases, opened.page.evaluate(RATES, [given, minor]), strict=True
        ):
            with localcontext(prec=80):
                per_token, exact = make_rate(Decimal(cost), Decimal(markup), currency)
                rate = round_places(exact)
                expected = [rate, Decimal(whole(rate * max(0, tokens - free))), per_token * tokens]
                assert answer == [format_decimal(value) for value in [*expected, rate * 1_000_000 / minor]]


MONTH = """(fields) => {
    for (const [id, value] of Object.entries(fields)) at(id).value = value;
    update();
    const state = readState();
    return makeMonth(state, state.volume).lines.map((l) => [plain(l.rate.rate), plain(l.rate.cost), String(l.tokens)]);
}"""


def test_a_month_of_random_sheets_adds_up(sheet: Path, open_page: Callable[..., Opened]):
    random, opened = Random(5), open_page(sheet)
    for _ in range(20):
        tokens, free = random.randrange(10**11), random.choice((0, 50_000, 10**7))
        low, middle, high = sorted(random.randrange(101) for _ in range(3))
        parts = {f"part-{kind}": str(n) for kind, n in zip(TYPES, (low, middle - low, high - middle), strict=False)}
        lines = opened.page.evaluate(MONTH, {**parts, "volume": str(tokens), "free": str(free)})
        assert sum(int(count) for *_, count in lines) == tokens
        with localcontext(prec=60):
            charge = sum(whole(Decimal(rate) * max(0, int(count) - free)) for rate, _, count in lines)
            cost = sum((Decimal(each) * int(count) for _, each, count in lines), Decimal(0))
        assert opened.text("#revenue") == show_money(Decimal(charge) / 100, "usd")
        assert opened.text("#cost") == show_money(cost / 100, "usd")


def test_credits_are_those_of_the_weighted_mode(sheet: Path, open_page: Callable[..., Opened]):
    opened = open_page(sheet)
    opened.page.get_by_label("one meter of credits").check()
    values = json.loads(opened.page.locator("#stripe-json").text_content() or "")
    assert (values["event_name"], values["price"]["unit_amount_decimal"]) == ("ai_tokens_weighted", "0.000001")
    weights = {(w["model"], w["token_type"]): w["weight"] for w in values["weights"]}
    assert weights["openai/gpt-4o-mini", "input"] == "30"


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "taken").write_text("kept")
    assert main(["sheet", "--html", str(tmp_path / "taken" / "sheet.html"), str(EXAMPLE)]) == 2
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("taken", "kept")]
    assert "taken" in capsys.readouterr().err
    assert main(["sheet", "--html", str(tmp_path / "new" / "sheet.html"), str(EXAMPLE)]) == 0
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["sheet.html"]
