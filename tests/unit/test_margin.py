"""`margin`: the figures of the user's story, and nothing hidden."""

import csv
import json
import re
from pathlib import Path

import pytest

from generator import resources
from generator.cli import main

Captured = pytest.CaptureFixture[str]
EXAMPLE = str(resources.mappings() / "example.yaml")
STORY = """time,client,model,input,cached_input,cached_write,output
2026-11-01,acme,gpt-4o,104000000,0,0,60000000
2026-11-15,globex,gpt-4o,88000000,0,0,32000000
2026-11-20,initech,gpt-4o-mini,800000000,0,0,500000000
2026-11-30,umbrella,claude-3-haiku,280000000,0,0,200000000
"""


@pytest.fixture
def story(tmp_path: Path) -> str:
    """Four clients, $2,140 of tokens a month, one of them $860."""
    path = tmp_path / "usage.csv"
    path.write_text(STORY)
    return str(path)


def report(capsys: Captured, *words: str) -> tuple[int, dict]:
    code = main(["margin", *words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_one_client_against_its_retainer_in_one_sentence(story: str, capsys: Captured):
    assert main(["margin", "--usage", story, "--client", "acme", "--retainer", "1500"]) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "$860.00 of tokens on a $1,500.00 retainer: 57.33 % goes to tokens."
    assert second == "Metering at 2× would have charged $1,720.00 for these tokens."


def test_a_retainer_and_metering_together_leave_what_the_facts_say(story: str, capsys: Captured):
    code, found = report(capsys, "--usage", story, "--client", "acme", "--retainer", "1500")
    (client,) = found["clients"]
    assert code == 0
    assert (client["cost"], client["margin"], client["percent_to_tokens"]) == ("860", "640", "57.33")
    assert (client["metered"], client["margin_with_metering"]) == ("1720", "2360")


def test_a_mapping_gives_names_retainers_and_rates(story: str, capsys: Captured):
    code, found = report(capsys, EXAMPLE, "--usage", story)
    assert code == 0
    assert (found["total"]["cost"], found["zone"]) == ("2140", "America/Chicago")
    assert found["clients"][0]["name"] == "Acme Legal"
    assert [client["percent_to_tokens"] for client in found["clients"]] == ["57.33", "36", "35", "32"]


def test_several_clients_are_told_in_one_sentence_and_the_dearest_by_name(story: str, capsys: Captured):
    main(["margin", EXAMPLE, "--usage", story])
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "$2,140.00 of tokens for 4 clients on $5,200.00 of retainers: 41.15 % goes to tokens."
    assert second == "Dearest: Acme Legal, $860.00 on $1,500.00: 57.33 %."


READINGS = {(1000, 1000): "37.5", (1500, 500): "26.25", (1600, 400): "24", (1800, 200): "19.5"}


@pytest.mark.parametrize("split", READINGS)
def test_fifty_thousand_queries_cost_what_the_facts_say(split: tuple[int, int], tmp_path: Path, capsys: Captured):
    path = tmp_path / "queries.csv"
    path.write_text("model,input,output\n" + f"gpt-4o-mini,{split[0]},{split[1]}\n" * 50_000)
    code, found = report(capsys, "--usage", str(path))
    assert (code, found["total"]["cost"]) == (0, READINGS[split])


def test_a_model_without_a_price_is_named_and_never_free(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text("client,model,input,output\nacme,gpt-4o-minni,1000,10\nacme,gpt-4o,1000000,0\n")
    assert main(["margin", "--usage", str(path)]) == 1
    text = capsys.readouterr().out
    assert text.startswith("at least $2.50 of tokens")
    assert "margin.unknown-model" in text
    assert "--model-alias gpt-4o-minni=openai/gpt-4o-mini" in text
    code, found = report(capsys, "--usage", str(path), "--model-alias", "gpt-4o-minni=openai/gpt-4o-mini")
    assert (code, found["total"]["cost"]) == (0, "2.500156")


def test_a_bad_row_ends_with_one_and_is_shown(story: str, capsys: Captured):
    with Path(story).open("a") as file:
        file.write("2026-11-30,acme,gpt-4o,many,0,0,1\n")
    code, found = report(capsys, "--usage", story)
    assert code == 1
    assert [(f["file"], f["line"], f["column"]) for f in found["findings"]] == [(str(story), 6, 1)]


def test_a_client_that_the_mapping_lacks_keeps_its_own_row(story: str, capsys: Captured):
    with Path(story).open("a") as file:
        file.write("2026-11-30,hooli,gpt-4o,1000000,0,0,0\n2026-11-30,,gpt-4o,1000000,0,0,0\n")
    code, found = report(capsys, EXAMPLE, "--usage", story)
    unmatched = {client["client"]: client["cost"] for client in found["clients"] if not client["in_mapping"]}
    assert (code, unmatched) == (0, {"hooli": "2.5", "": "2.5"})
    assert {finding["rule"] for finding in found["findings"]} == {"margin.unmatched-client"}


def test_days_are_counted_back_from_the_newest(story: str, capsys: Captured):
    _, found = report(capsys, "--usage", story, "--days", "11")
    assert (found["from"], found["to"], len(found["clients"])) == ("2026-11-20", "2026-11-30", 2)
    _, found = report(capsys, "--usage", story, "--from", "2026-11-02", "--to", "2026-11-15")
    assert [client["client"] for client in found["clients"]] == ["globex"]


def test_two_months_hold_two_retainers(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text("date,client,model,input,output\n2026-10-01,acme,gpt-4o,1,1\n2026-11-30,acme,gpt-4o,1,1\n")
    _, found = report(capsys, "--usage", str(path), "--retainer", "1500")
    assert found["clients"][0]["retainer"] == "3000"


def test_instants_fall_on_days_of_the_zone(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text(
        "time,client,model,input,output\n2026-11-22T05:59:59Z,acme,gpt-4o,1,1\n2026-11-22,acme,gpt-4o,1,1\n"
    )
    _, found = report(capsys, "--usage", str(path), "--zone", "America/Chicago")
    assert [row["day"] for row in found["days"]] == ["2026-11-21", "2026-11-22"]


def test_a_sources_own_cost_stands_beside_ours(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text(
        "date,end_user,model,spend,prompt_tokens,completion_tokens\n2026-11-22,acme,gpt-4o,2.75,1000000,0\n"
    )
    _, found = report(capsys, "--usage", str(path))
    assert (found["total"]["cost"], found["total"]["reported_cost"]) == ("2.5", "2.75")


def test_money_without_tokens_is_the_cost(tmp_path: Path, capsys: Captured):
    path = tmp_path / "costs.json"
    row = {"amount": {"value": 860, "currency": "usd"}, "line_item": None, "project_id": "proj_acme"}
    path.write_text(json.dumps({"data": [{"start_time": 1795305600, "end_time": 1795392000, "results": [row]}]}))
    code, found = report(capsys, "--usage", str(path), "--retainer", "1500")
    assert code == 0
    assert found["sentence"] == "$860.00 of tokens on a $1,500.00 retainer: 57.33 % goes to tokens."


def test_all_rows_are_written_as_csv_and_no_name_becomes_a_formula(tmp_path: Path, capsys: Captured):
    path, out = tmp_path / "usage.csv", tmp_path / "margin.csv"
    path.write_text('date,client,model,input,output\n2026-11-22,"=HYPERLINK(""x"")",gpt-4o,1000000,0\n')
    assert main(["margin", "--usage", str(path), "--csv", str(out)]) == 0
    (row,) = csv.DictReader(out.open())
    assert (row["client"], row["cost"], row["metered"]) == ('\'=HYPERLINK("x")', "2.5", "5")


def test_a_wide_gap_to_the_sources_own_cost_is_told_with_its_usual_causes(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text(
        "date,end_user,model,spend,prompt_tokens,completion_tokens\n2026-11-22,acme,gpt-4o,2.75,1000000,0\n"
    )
    _, found = report(capsys, "--usage", str(path))
    (finding,) = found["findings"]
    assert finding["rule"] == "margin.cost-gap"
    assert finding["message"] == "by its source the usage cost $2.75, by list price $2.50"


def test_a_file_of_bad_rows_alone_says_why(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text("Client;Date;Model;Input;Output\nacme;22.11.2026;gpt-4o;1;5\n")
    assert main(["margin", "--usage", str(path)]) == 2
    assert "'22.11.2026' is not a time" in capsys.readouterr().out


def test_a_client_is_picked_by_its_name_in_the_mapping_or_in_the_file(tmp_path: Path, capsys: Captured):
    path = tmp_path / "usage.csv"
    path.write_text("client,model,input,output\nacme-legal,gpt-4o,1000000,0\nglobex,gpt-4o,1,0\n")
    for name in ("acme", "acme-legal", "Acme Legal"):
        _, found = report(capsys, EXAMPLE, "--usage", str(path), "--client", name, "--retainer", f"{name}=10")
        assert [(client["client"], client["percent_to_tokens"]) for client in found["clients"]] == [("acme", "25")]


WRONG = {
    "the usage names no such client": ["--retainer", "acmee=1500"],
    "write a number above 0": ["--markup", "0"],
    "--retainer 1500 of which client?": ["--retainer", "1500"],
    "no usage of a client 'acmee'; the usage names acme, globex": ["--client", "acmee"],
    "no usage on these days": ["--from", "2027-01-01"],
    "write a day like 2026-11-01": ["--from", "soon"],
    "is not a time zone": ["--zone", "Mars"],
    "write a number": ["--markup", "double"],
    "write NAME=MODEL": ["--model-alias", "gpt"],
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_use_says_what_to_write(words: str, story: str, capsys: Captured):
    assert main(["margin", "--usage", story, *WRONG[words]]) == 2
    assert words in capsys.readouterr().err


def test_a_retainer_is_compared_with_its_own_clients_alone(story: str, capsys: Captured):
    main(["margin", "--usage", story, "--retainer", "acme=1500"])
    first, _, third, *_ = capsys.readouterr().out.splitlines()
    assert first == "$860.00 of tokens on a $1,500.00 retainer: 57.33 % goes to tokens."
    assert third == "3 more clients without a retainer: $1,280.00 of tokens."


def test_a_page_holds_the_figures_loads_nothing_and_escapes_names(story: str, tmp_path: Path, capsys: Captured):
    page = tmp_path / "margin.html"
    with Path(story).open("a") as file:
        file.write('2026-11-30,"<script>alert(1)</script>",gpt-4o,1000000,0,0,0\n')
    assert main(["margin", EXAMPLE, "--usage", story, "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "57.33 %" in text
    assert 'width="57.33%"' in text
    assert "default-src 'none'" in text
    assert "&lt;script&gt;" in text
    assert not re.findall(r"<script|<link (?!rel=.icon)|src=|@import|url\(", text)


def test_a_month_is_drawn_as_one_column_per_day(story: str, tmp_path: Path, capsys: Captured):
    page = tmp_path / "margin.html"
    main(["margin", "--usage", story, "--html", str(page)])
    text = page.read_text(encoding="utf-8")
    assert 'viewBox="0 0 300 100"' in text
    assert text.count("<title>2026-11-") == 4
    assert "the dearest day is 2026-11-01 with $860.00." in text


def test_changed_terms_hold_from_the_next_billing_period_on(tmp_path: Path, capsys: Captured):
    mapping, usage = tmp_path / "own.yaml", tmp_path / "usage.csv"
    text = Path(EXAMPLE).read_text(encoding="utf-8")
    own = "  acme:\n    markup: 3\n    changes: [{since: 2026-11-15, markup: 4, retainer: 2000}]\n"
    mapping.write_text(text.replace("  acme:\n", own, 1), encoding="utf-8")
    rows = [f"2026-{day},acme,gpt-4o,1000000,0" for day in ("11-14", "11-15", "12-01")]
    usage.write_text("\n".join(["time,client,model,input,output", *rows]))
    _, found = report(capsys, str(mapping), "--usage", str(usage))
    assert [day["metered"] for day in found["days"]] == ["7.5", "7.5", "10"]
    assert found["clients"][0]["retainer"] == "2000"


def test_another_currency_comes_back_to_the_mappings_own(tmp_path: Path, capsys: Captured):
    mapping, usage = tmp_path / "own.yaml", tmp_path / "usage.csv"
    text = Path(EXAMPLE).read_text(encoding="utf-8")
    text = text.replace("\nmodels:\n", "\nexchange:\n  eur: {rate: 0.8, as_of: 2026-11-01}\n\nmodels:\n", 1)
    mapping.write_text(text.replace("  acme:\n", "  acme:\n    currency: eur\n", 1), encoding="utf-8")
    usage.write_text("time,client,model,input,output\n2026-11-14,acme,gpt-4o,1000000,0\n")
    _, found = report(capsys, str(mapping), "--usage", str(usage))
    assert (found["total"]["metered"], found["clients"][0]["retainer"]) == ("5", "1875")
