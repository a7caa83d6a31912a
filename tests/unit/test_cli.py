"""The command line: results on stdout, notes on stderr, exit codes that scripts may rely on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator import resources
from generator.cli import main, parser

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with the example mapping, and the current folder of the test."""
    shutil.copytree(resources.mappings(), tmp_path / "mappings")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "mappings" / "example.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_build_writes_once_and_is_clean_afterwards(folder: Path, capsys: Captured):
    assert main(["build"]) == 0
    assert (folder / "n8n" / "meter-usage.json").is_file()
    assert main(["build"]) == 0
    assert capsys.readouterr().err.splitlines()[-1].startswith("0 files written")
    assert main(["build", "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_build_check_names_a_stale_file_and_how_to_mend_it(folder: Path, capsys: Captured):
    main(["build"])
    (folder / "n8n" / "meter-usage.json").write_text("{}")
    capsys.readouterr()
    assert main(["build", "--check"]) == 1
    assert "n8n/meter-usage.json is out of date. Run: python -m generator build" in capsys.readouterr().out
    assert (folder / "n8n" / "meter-usage.json").read_text() == "{}"


def test_build_check_notices_a_stale_schema(folder: Path, capsys: Captured):
    main(["build"])
    schema = folder / "mappings" / "schema" / "mapping.schema.json"
    schema.write_text("{}")
    assert main(["build", "--check"]) == 1
    assert "schema/mapping.schema.json is out of date" in capsys.readouterr().out
    assert main(["build"]) == 0
    assert schema.read_bytes() == (resources.mappings() / "schema" / "mapping.schema.json").read_bytes()


def test_build_with_an_error_writes_nothing(folder: Path, capsys: Captured):
    edit(folder, "size: day", "size: dya")
    assert main(["build", "--out", "elsewhere"]) == 1
    assert "mapping.bad-value" in capsys.readouterr().out
    assert not (folder / "elsewhere").exists()


def test_build_refuses_a_change_of_meaning_without_a_later_since(folder: Path, capsys: Captured):
    main(["build"])
    before = (folder / "n8n" / "meter-usage.json").read_bytes()
    edit(folder, "cus_SandboxAcme001", "cus_SandboxAcme002")
    assert main(["build"]) == 1
    assert "meaning.changed" in capsys.readouterr().out
    assert (folder / "n8n" / "meter-usage.json").read_bytes() == before


def test_check_shows_all_findings_as_text_or_json(folder: Path, capsys: Captured):
    edit(folder, "cap: 1300", "capp: 1300")
    edit(folder, "size: day", "size: dya")
    assert main(["check"]) == 1
    text = capsys.readouterr()
    assert text.out.startswith("error[mapping.bad-value] mappings/example.yaml:15:3\n")
    assert text.err == "mappings/example.yaml: 2 errors\n"
    assert main(["check", "--format", "json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["rule"], row["line"], row["column"]) for row in rows] == [
        ("mapping.bad-value", 15, 3),
        ("mapping.unknown-key", 50, 5),
    ]


def test_warnings_fail_only_where_they_are_asked_to(folder: Path):
    edit(folder, "markup: 2 ", "markup: 1.5 ")
    assert main(["check"]) == 0
    assert main(["check", "--strict"]) == 1
    assert main(["build"]) == 0


def test_an_unreadable_mapping_ends_with_two(folder: Path, capsys: Captured):
    assert main(["check", "nowhere.yaml"]) == 2
    assert capsys.readouterr() == ("", "error: nowhere.yaml: No such file or directory\n")


def test_an_unreadable_mapping_hides_no_other(folder: Path, capsys: Captured):
    edit(folder, "size: day", "size: dya")
    assert main(["check", "nowhere.yaml", "mappings/example.yaml", "gone.yaml"]) == 2
    shown = capsys.readouterr()
    assert "mapping.bad-value" in shown.out
    assert shown.err.splitlines() == [
        "error: nowhere.yaml: No such file or directory",
        "mappings/example.yaml: 1 error",
        "error: gone.yaml: No such file or directory",
    ]


def test_a_folder_that_cannot_be_written_ends_with_two(folder: Path, capsys: Captured):
    (folder / "taken").write_text("a file")
    assert main(["build", "--out", "taken"]) == 2
    assert capsys.readouterr().err == f"error: {Path('taken/n8n')}: Not a directory\n"


def test_a_given_file_that_cannot_be_replayed_ends_with_two(folder: Path, capsys: Captured):
    (folder / "cut.json").write_text("{")
    for name, words in (("nowhere.json", "No such file or directory"), ("cut.json", "not JSON: Expecting property")):
        assert main(["replay", name]) == 2
        assert capsys.readouterr().err.startswith(f"error: {name}: {words}")


def test_no_world_unless_seeds_are_asked_for():
    asked = [["replay"], ["replay", "--seed", "7"], ["replay", "--seeds", "2-4"]]
    assert [parser().parse_args(words).seeds for words in asked] == [None, range(7, 8), range(2, 5)]


@pytest.mark.parametrize(
    "words", [[], ["nothing"], ["mock", "--port", "x"], ["replay", "--seeds", "9-1"], ["lint"], ["engine"]]
)
def test_wrong_usage_ends_with_two(words: list[str]):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_rates_show_gpt_4o_mini_at_two(folder: Path, capsys: Captured):
    assert main(["rates", "--format", "json"]) == 0
    rows = {(row["model"], row["token_type"]): row for row in json.loads(capsys.readouterr().out)}
    assert rows["openai/gpt-4o-mini", "input"]["rate_per_thousand"] == "0.03"
    assert rows["openai/gpt-4o-mini", "output"]["rate_per_thousand"] == "0.12"
    assert rows["openai/gpt-4o-mini", "output"]["unit_amount_decimal"] == "0.00012"
    assert main(["rates"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[:3] == ["model", "type", "cost/1M"]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("gpt-4o", 0, "gpt-4o is openai/gpt-4o in"),
        ("openai/gpt-4o", 0, "openai/gpt-4o is a model of"),
        ("openai/gpt-5", 1, "so its rows are parked"),
        ("openai/gpt-4o-minni", 1, "did you mean openai/gpt-4o-mini"),
        ("zzz", 1, "neither in"),
        (
            "openrouter/openai/gpt-4o",
            1,
            "as openai/gpt-4o (without a gateway's prefix); it would be an alias of openai/gpt-4o",
        ),
        (
            "us.anthropic.claude-3-haiku-20240307-v1:0",
            1,
            "but 10 % dearer in a region: give it a model with its own",
        ),
    ],
)
def test_explain_says_what_a_name_means(folder: Path, capsys: Captured, name: str, code: int, words: str):
    assert main(["explain", name]) == code
    assert words in capsys.readouterr().out


def test_no_mapping_here_means_the_shipped_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured):
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 0
    assert "no mappings/example.yaml here: using " in capsys.readouterr().err


def test_every_command_has_help():
    actions = next(action for action in parser()._actions if hasattr(action, "_choices_actions"))
    assert all(choice.help for choice in actions._choices_actions)


PROBE = """
import sys
from pathlib import Path
from generator.cli import main
code = main(sys.argv[1:])
# A process keeps its parent's peak over exec in getrusage; the kernel's own high-water mark begins anew.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
heavy = {"stripe", "pytest_httpserver", "werkzeug", "requests", "jsonschema", "genai_prices"} & set(sys.modules)
print(code, sorted(heavy), int(peak.split()[1]) // 1024, file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads the kernel's high-water mark of memory")
@pytest.mark.parametrize("words", [["build"], ["build", "--check"], ["check"]])
def test_build_and_check_import_nothing_heavy_and_stay_small(folder: Path, words: list[str]):
    main(["build"])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROBE, *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60)
    code, heavy, megabytes = done.stderr.splitlines()[-1].split(" ", 2)
    assert (code, heavy) == ("0", "[]")
    assert int(megabytes) <= 150


@pytest.mark.parametrize("seed", ["0", "1"])
def test_bytes_do_not_depend_on_hash_seed_zone_or_folder(folder: Path, seed: str):
    main(["build"])
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": seed,
        "TZ": f"Etc/GMT+{seed}1",
        "LC_ALL": "C",
    }
    words = [sys.executable, "-m", "generator", "build", "--check"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_page_is_not_written_over_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sheet", "--html", "."]) == 2
    assert "is a folder; name a file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["margin"], "--usage"),
        (["preview", "acme"], "--usage"),
        (["reconcile"], "--usage"),
        (["init"], "--from"),
        (["statement", "acme", "--period", "2026-11"], "--usage"),
        (["announce", "acme"], "--usage"),
    ],
)
def test_usage_files_may_stand_behind_one_option_or_several(words: list[str], option: str) -> None:
    together = parser().parse_args([*words, option, "a.csv", "b.csv"]).usage
    assert (
        together
        == parser().parse_args([*words, option, "a.csv", option, "b.csv"]).usage
        == [Path("a.csv"), Path("b.csv")]
    )


def test_a_missing_extra_is_named(folder: Path) -> None:
    words = "import sys; sys.modules['trustme'] = None; from generator.cli import main; sys.exit(main(['replay']))"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("error: this needs trustme: `pip install ")


def test_a_report_goes_into_a_new_folder_and_never_changes_the_verdict(folder: Path, capsys: Captured) -> None:
    words = ["replay", "--engine", "make", "--mode", "weighted", "--case", "empty-day", "--quick"]
    assert main([*words, "--junit", "new/folder/report.xml"]) == 0
    assert "1 passed, 0 failed" in capsys.readouterr().err
    assert (folder / "new" / "folder" / "report.xml").read_text().startswith("<?xml")


def test_who_ends_the_mock_gets_what_ctrl_c_gets() -> None:
    command = [sys.executable, "-c", "from generator.cli import program; program()", "mock", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as mock:
        assert mock.stdout
        assert mock.stdout.readline().startswith("http")
        mock.terminate()
        assert mock.wait(timeout=30) == 0
        assert mock.stderr
        assert "Traceback" not in mock.stderr.read()
