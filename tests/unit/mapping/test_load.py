"""Reading a mapping: typed values, exact places, all problems at once, nothing secret told."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.errors import UnreadableInput
from generator.mapping.load import Loaded, load, load_text

MAPPINGS = Path(__file__).parents[3] / "mappings"
EXAMPLE = (MAPPINGS / "example.yaml").read_text(encoding="utf-8")


def changed(*swaps: tuple[str, str]) -> Loaded:
    text = EXAMPLE
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return load_text(text, "agency.yml")


@pytest.mark.parametrize("name", ["example", "meter-per-rate", "weighted", "watch"])
def test_the_shipped_mappings_have_no_findings(name: str):
    assert load(MAPPINGS / f"{name}.yaml").findings == []


def test_numbers_keep_the_digits_of_the_file():
    mapping = changed(("cap: 1300", "cap: 1300.10")).mapping
    assert mapping
    assert str(mapping.clients["acme"].cap) == "1300.10"
    assert mapping.markup.default == Decimal(2)


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien \"={{ $env }}",
        "={{ $env.SECRET }}",
        "{{ formatDate(now; YYYY) }}",
        "⟦ mapping ⟧",
        "Bäckerei 🦊 ﷽",
        "null",
        "4.10",
        "yes",
        "*",
        "</script>",
    ],
)
def test_any_text_is_a_name(name: str):
    quoted = "'" + name.replace("'", "''") + "'"
    loaded = changed(("name: Acme Legal", f"name: {quoted}"), ("[acme-legal]", f"[{quoted}]"))
    assert loaded.findings == []
    assert loaded.mapping
    assert (loaded.mapping.clients["acme"].name, loaded.mapping.clients["acme"].aliases) == (name, (name,))


def test_every_problem_is_told_at_once_with_its_place():
    loaded = changed(("cap: 1300", "capp: 1300"), ("size: day", "size: dya"), ("openai/gpt-4o:", "gpt-4o:"))
    assert [(f.rule, f.where.line, f.where.column) for f in loaded.findings] == [
        ("mapping.bad-value", 15, 3),
        ("mapping.bad-value", 33, 3),
        ("mapping.unknown-key", 50, 5),
    ]
    assert loaded.mapping is None


def test_the_healthy_rest_of_a_broken_file_is_still_looked_at():
    loaded = changed(("cap: 1300", "capp: 1300"))
    assert loaded.rest
    assert loaded.rest.mapping.clients["acme"].cap is None
    assert loaded.rest.removed == {"clients.acme.capp"}


def test_a_client_that_lacks_what_it_needs_is_left_out_alone():
    loaded = changed(("    name: Globex Support\n", ""), ("  globex:", "  acme2:"))
    assert loaded.rest
    assert list(loaded.rest.mapping.clients) == ["acme", "initech", "umbrella"]
    assert not loaded.rest.blocks


@pytest.mark.parametrize("block", ["version", "name", "since", "billing", "stripe", "markup"])
@pytest.mark.parametrize("value", ["[]", "{}", "", "'?'"])
def test_a_broken_block_leaves_the_others_to_look_at(block: str, value: str):
    lines = [f"{block}: {value}" if line.startswith(f"{block}:") else line for line in EXAMPLE.splitlines()]
    loaded = load_text("\n".join(lines), "agency.yml")
    if block == "name" and value == "'?'":
        assert loaded.mapping
        return
    assert loaded.rest
    assert loaded.rest.blocks == {block}
    assert len(loaded.rest.mapping.clients) == 4


@pytest.mark.parametrize("block", ["windows", "period", "slack", "models", "clients"])
def test_a_missing_block_leaves_the_others_to_look_at(block: str):
    loaded = changed((f"\n{block}:", "\nnonsense:"))
    assert loaded.rest
    assert block in loaded.rest.blocks


LIVE = "live"
"""Apart from its prefix: a scanner takes the whole for a real key."""


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        ("name: rk_test_fakefake", 42, "a Stripe key"),
        (f"name: sk_{LIVE}_fakefake", 42, "a Stripe key"),
        ("name: whsec_fakefake", 42, "a Stripe webhook secret"),
        ("name: xoxb-fake-fake", 42, "a Slack token"),
        ("name: Bearer fakefakefake", 42, "an authorization header"),
        ("name: Acme # sk-fake-fakefakefakefake", 42, "an OpenAI key"),
        ("name: docs.google.com/spreadsheets/a3F9kq02Lx81ZvT7bn45Wc6mHy0R2d", 42, "a long random text"),
        ("name: a3F9kq02Lx81ZvT7bn45Wc6mHy0R2d", 42, "a long random text"),
    ],
)
def test_a_secret_is_told_by_its_line_and_never_shown(text: str, line: int, kind: str):
    findings = changed(("name: Acme Legal", text)).findings
    assert [(f.rule, f.where.line) for f in findings] == [("secrets.in-mapping", line)]
    assert kind in findings[0].message
    assert text.split()[-1] not in str(findings[0])


def test_a_secret_on_one_line_of_a_longer_value_is_not_shown_either():
    loaded = changed(("name: Acme Legal", "name: |\n      Acme\n      rk_test_fakefakefake"))
    assert "fakefake" not in "".join(map(str, loaded.findings))


@pytest.mark.parametrize(
    "word",
    [
        "anthropic/claude-3-haiku-20240307",
        "cus_SandboxUmbrel1",
        "https://usage.example.com/v1/usage",
        "https://docs.google.com/spreadsheets/d/1" + "a3F9kq02Lx81ZvT7bn45Wc6mHy0R2d",
        "task_test_force",
        "AsiaPacificHoldings2026",
        "sg.production-gateway.example-company",
        "secret_santa_mailing_list",
    ],
)
def test_ordinary_long_words_are_no_secrets(word: str):
    assert load_text(f"# {word}\n{EXAMPLE}", "agency.yml").findings == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"[" * 100_000], ids=["missing", "not text", "nested"])
def test_what_cannot_be_read_is_an_exception(tmp_path: Path, content: bytes | None):
    path = tmp_path / "agency.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"agency\.yml"):
        load(path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text", "a: 1\n---\nb: 2\n", "a: [", "\x01", "%YAML 9\n"])
def test_what_is_no_mapping_is_a_finding(text: str):
    assert load_text(text, "agency.yml").findings
    assert load_text(text, "agency.yml").mapping is None


def test_a_key_without_its_colon_is_told_by_its_own_line():
    (finding,) = changed(("lookback: 3 ", "lookback 3 ")).findings
    line = next(n for n, text in enumerate(EXAMPLE.splitlines(), 1) if "lookback: 3" in text)
    assert (finding.rule, finding.where.line, finding.where.column) == ("mapping.syntax", line, 3)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path):
    path = tmp_path / "agency.yml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert load(path).findings == []
