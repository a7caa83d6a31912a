"""`init`: a first mapping from usage, valid as it lies there, whatever names the usage holds."""

from datetime import datetime
from pathlib import Path

import pytest

from generator.cli import main
from generator.mapping.load import load

Captured = pytest.CaptureFixture[str]
HEAD = "time,client,model,input,output\n"


@pytest.fixture
def usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Thirty days of two clients, in the current folder of the test."""
    monkeypatch.chdir(tmp_path)
    rows = [f"2026-10-{day:02}T12:00:00Z,acme,gpt-4o-2024-08-06,400000,100000\n" for day in range(1, 31)]
    rows.append("2026-10-30T12:00:00Z,globex,claude-3-haiku-20240307,1000000,0\n")
    path = tmp_path / "usage.csv"
    path.write_text(HEAD + "".join(rows))
    return path


def test_a_first_mapping_has_the_clients_and_models_and_only_todos(usage: Path, capsys: Captured):
    assert main(["init", "--from", "usage.csv"]) == 0
    mapping = load(Path("mapping.yaml")).mapping
    assert mapping is not None
    assert {key: client.expected_month for key, client in mapping.clients.items()} == {"acme": 60, "globex": 0.25}
    assert list(mapping.models) == ["anthropic/claude-3-haiku", "openai/gpt-4o"]
    capsys.readouterr()
    assert main(["check", "mapping.yaml"]) == 0
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "} == {
        "warning[mapping.todo]"
    }


def test_margin_and_build_take_a_first_mapping_as_it_is(usage: Path, capsys: Captured):
    main(["init", "--from", "usage.csv", "--out", "new/first.yaml"])
    assert main(["margin", "new/first.yaml", "--usage", "usage.csv"]) == 0
    assert "$60.25 of tokens for 2 clients" in capsys.readouterr().out
    assert main(["build", "new/first.yaml", "--out", "built"]) == 0


def test_a_file_that_is_there_is_never_written_over(usage: Path, capsys: Captured):
    Path("mapping.yaml").write_text("mine")
    assert main(["init", "--from", "usage.csv"]) == 2
    assert Path("mapping.yaml").read_text() == "mine"
    assert "mapping.yaml is there already" in capsys.readouterr().err


ODD = ['O\'Brien "={{ $env }}"', "yes", "12", "a: b # c", "⟦ name ⟧", "{% raw %}", "Zoë & Söhne", "- x", "null", "1e3"]


def test_names_come_through_as_they_are(usage: Path):
    usage.write_text(HEAD + "".join(f'2026-10-30,"{name.replace(chr(34), chr(34) * 2)}",gpt-4o,1,1\n' for name in ODD))
    assert main(["init", "--from", "usage.csv"]) == 0
    mapping = load(Path("mapping.yaml")).mapping
    assert mapping is not None
    assert set(mapping.clients) == set(ODD)


def test_a_model_without_a_price_is_kept_in_a_comment(usage: Path, capsys: Captured):
    usage.write_text(f"{usage.read_text()}2026-10-30,acme,our-own-llm,5,5\n")
    assert main(["init", "--from", "usage.csv"]) == 0
    assert "#   our-own-llm\n" in Path("mapping.yaml").read_text()
    assert "1 without a price" in capsys.readouterr().err


def test_usage_without_any_priced_model_says_what_to_do(usage: Path, capsys: Captured):
    usage.write_text(f"{HEAD}2026-10-30,acme,gpt-4o-minni,5,5\n")
    assert main(["init", "--from", "usage.csv"]) == 2
    assert "close: openai/gpt-4o-mini" in capsys.readouterr().err
    assert not Path("mapping.yaml").exists()


def test_a_row_that_cannot_be_read_ends_with_1_and_the_rest_is_written(usage: Path):
    usage.write_text(f"{usage.read_text()}2026-10-30,acme,gpt-4o,many,5\n")
    assert main(["init", "--from", "usage.csv"]) == 1
    assert Path("mapping.yaml").exists()


def test_a_total_of_tokens_alone_is_told_why_it_has_no_price(usage: Path, capsys: Captured):
    usage.write_text("client,model,tokens\nacme,gpt-4o,5\n")
    assert main(["init", "--from", "usage.csv"]) == 2
    assert "A total alone has no price" in capsys.readouterr().err


def test_usage_that_names_no_client_becomes_one(usage: Path):
    usage.write_text("model,input,output\ngpt-4o,5,5\n")
    assert main(["init", "--from", "usage.csv"]) == 0
    mapping = load(Path("mapping.yaml")).mapping
    assert mapping is not None
    assert list(mapping.clients) == ["all-clients"]


def test_a_key_among_the_names_is_never_written_into_a_file(usage: Path, capsys: Captured):
    key = "sk-" + "proj-" + "Abc123Def456Ghi789Jkl012Mno345"
    usage.write_text(f"{HEAD}2026-10-30,{key},gpt-4o,5,5\n")
    assert main(["init", "--from", "usage.csv"]) == 1
    assert not Path("mapping.yaml").exists()
    assert key not in capsys.readouterr().out


@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney"])
def test_the_anchor_suits_the_zone_all_year(zone: str, usage: Path, capsys: Captured):
    assert main(["init", "--from", "usage.csv", "--zone", zone]) == 0
    path = Path("mapping.yaml")
    text = path.read_text().replace("billing: watch ", "billing: meter_per_rate ")
    for number, name in enumerate(("acme", "globex")):
        text = text.replace(
            f"    name: {name}\n", f"    name: {name}\n    customer: {{sandbox: cus_Sandbox{number}}}\n"
        )
    path.write_text(text)
    capsys.readouterr()
    main(["check", "mapping.yaml"])
    assert "period." not in capsys.readouterr().out
    mapping = load(path).mapping
    assert mapping is not None
    assert isinstance(mapping.period.anchor, datetime)
