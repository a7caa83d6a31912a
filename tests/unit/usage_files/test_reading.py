"""Each shape of usage file, written as its source writes it, gives the same disjoint counts."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from generator.errors import UnreadableInput
from generator.usage_files.reading import read_usage
from generator.usage_files.record import Ask, LeftOut, Met, Rejected, Used
from generator.usage_files.totals import Totals

SAMPLES = Path(__file__).parents[4] / "shared" / "usage-samples"


def read(tmp_path: Path, text: str | bytes, name: str = "usage", **ask: str) -> list[Used | Rejected | LeftOut]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [event for event in read_usage(path, Ask(**ask)) if not isinstance(event, Met)]


def counts(row: object) -> tuple[int, int, int, int]:
    assert isinstance(row, Used), row
    return row.input, row.cached_input, row.cached_write, row.output


OWN = "time,client,model,input,cached_input,cached_write,output\n2026-11-22T09:30:00Z,acme,gpt-4o,200,700,100,350\n"
TABLES = {
    "own rows": OWN,
    "own rows, semicolons, byte order mark, CRLF": "\ufeff" + OWN.replace(",", ";").replace("\n", "\r\n"),
    "OpenAI dashboard export": (
        "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,batch,input_tokens,"
        "output_tokens,input_cached_tokens,input_cache_write_tokens\n"
        "1795339800,1795339860,2026-11-22T09:30:00+00:00,2026-11-22T09:31:00+00:00,acme,3.0,gpt-4o,,1000.0,350.0,700.0,100"
    ),
    "Anthropic console export": (
        "usage_date_utc,model_version,workspace,usage_type,usage_input_tokens_no_cache,"
        "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
        "usage_output_tokens\n2026-11-22T09:30:00Z,gpt-4o,acme,standard,200,60,40,700,350"
    ),
    "OpenRouter activity": (
        "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_cached,cache_write_tokens,"
        'model_permaslug,user\ngen-1,"2026-11-22 09:30:00.123",0.5,1000,350,700,100,gpt-4o,acme'
    ),
    "LiteLLM spend": (
        "startTime,end_user,model,spend,prompt_tokens,completion_tokens,cache_read_input_tokens,"
        "cache_creation_input_tokens\n2026-11-22 09:30:00,acme,gpt-4o,0.5,1000,350,700,100"
    ),
    "Vercel AI Gateway report": (
        "day,user,model,market_cost,input_tokens,output_tokens,cached_input_tokens,cache_creation_input_tokens\n"
        "2026-11-22T09:30:00Z,acme,gpt-4o,0.5,1000,350,700,100"
    ),
    "Anthropic's names in an own log": (
        "ts,customer,Model,input_tokens,cache_read_input_tokens,cache_creation_input_tokens,output_tokens\n"
        "2026-11-22T10:30:00+01:00,acme,gpt-4o,200,700,100,350"
    ),
    "OpenAI's names in an own log": (
        "Timestamp\tTenant ID\tModel\tPrompt Tokens\tCached Tokens\tCache Write Tokens\tCompletion Tokens\n"
        '1795339800000\tacme\tgpt-4o\t"1,000"\t700\t100\t350'
    ),
}


def cell(value: object) -> str:
    """Write JSON into a cell of CSV."""
    return '"' + json.dumps(value).replace('"', '""') + '"'


ANTHROPIC = {"input_tokens": 200, "cache_read_input_tokens": 700, "cache_creation_input_tokens": 100}
ANTHROPIC |= {
    "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
    "output_tokens": 350,
}
DETAILS = {"input": 200, "input_cached_tokens": 700, "cache_creation_input_tokens": 100, "output": 350}
TABLES["a provider's usage object in a cell"] = (
    f"time,client,model,usage\n2026-11-22T09:30:00Z,acme,gpt-4o,{cell(ANTHROPIC)}"
)
TABLES["Langfuse export"] = (
    f"id,timestamp,user_id,model,usage_details\n1,2026-11-22T09:30:00Z,acme,gpt-4o,{cell(DETAILS)}"
)


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_gives_disjoint_counts(text: str, tmp_path: Path):
    (row,) = read(tmp_path, text)
    assert counts(row) == (200, 700, 100, 350)
    assert (row.client, row.model) == ("acme", "gpt-4o")
    assert row.when.replace(microsecond=0) == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


CHAT = {"prompt_tokens": 1000, "completion_tokens": 350, "total_tokens": 1350}
CHAT["prompt_tokens_details"] = {"cached_tokens": 700, "cache_write_tokens": 100, "ttl_12h_tokens": 40}
RESPONSES = {"input_tokens": 1000, "output_tokens": 350, "total_tokens": 1350}
RESPONSES["input_tokens_details"] = {"cached_tokens": 700, "cache_write_tokens": 100, "ttl_12h_tokens": 40}
ROW = {"time": "2026-11-22T09:30:00Z", "client": "acme", "model": "gpt-4o"}
DOCUMENTS = {
    "usage packed as text": {**ROW, "usage": json.dumps(ANTHROPIC)},
    "own row": {**ROW, "input": 200, "cached_input": "700", "cached_write": 100, "output": 350.0},
    "chat usage": {**ROW, "usage": CHAT},
    "responses usage": {**ROW, "usage": RESPONSES},
    "Anthropic usage": {**ROW, "usage": ANTHROPIC},
    "a saved chat answer": {"created": 1795339800, "model": "gpt-4o", "user": "acme", "usage": CHAT},
    "a line of a batch file": {
        "custom_id": "1",
        "client": "acme",
        "response": {"status_code": 200, "body": {"created": 1795339800, "model": "gpt-4o", "usage": CHAT}},
    },
    "Anthropic usage report": {
        "data": [
            {
                "starting_at": "2026-11-22T09:30:00Z",
                "ending_at": "2026-11-22T09:31:00Z",
                "results": [
                    {
                        "workspace_id": "acme",
                        "model": "gpt-4o",
                        "uncached_input_tokens": 200,
                        "cache_read_input_tokens": 700,
                        "cache_creation": ANTHROPIC["cache_creation"],
                        "output_tokens": 350,
                    }
                ],
            }
        ],
        "has_more": False,
    },
    "OpenAI usage report": {
        "object": "page",
        "data": [
            {
                "start_time": 1795339800,
                "end_time": 1795343400,
                "results": [
                    {
                        "input_tokens": 1000,
                        "input_cached_tokens": 700,
                        "input_cache_write_tokens": 100,
                        "output_tokens": 350,
                        "num_model_requests": 12,
                        "project_id": "acme",
                        "model": "gpt-4o",
                    }
                ],
            }
        ],
    },
    "OpenRouter analytics": {
        "data": {
            "data": [
                {
                    "date__hour": "2026-11-22T09:30:00Z",
                    "external_user": "acme",
                    "model": "gpt-4o",
                    "tokens_prompt": "1000",
                    "cache_write_tokens": "100",
                    "tokens_completion": "350",
                    "cached_tokens": "700",
                }
            ]
        }
    },
    "Langfuse observations": {
        "data": [
            {
                "type": "GENERATION",
                "startTime": "2026-11-22T09:30:00.000Z",
                "userId": "acme",
                "model": "gpt-4o",
                "usageDetails": {
                    "input": 200,
                    "input_cached_tokens": 700,
                    "cache_creation_input_tokens": 100,
                    "output": 300,
                    "output_reasoning_tokens": 50,
                    "total": 1350,
                },
            }
        ]
    },
}


@pytest.mark.parametrize("many", ["document", "lines", "array"])
@pytest.mark.parametrize("row", DOCUMENTS.values(), ids=DOCUMENTS)
def test_json_gives_disjoint_counts(row: object, many: str, tmp_path: Path):
    line = json.dumps(row)
    text = {"document": json.dumps(row, indent=2), "lines": f"{line}\n{line}\n", "array": f"[{line},\n{line}]"}[many]
    found = read(tmp_path, text)
    assert [counts(one) for one in found] == [(200, 700, 100, 350)] * (1 if many == "document" else 2)
    assert {(one.client, one.model) for one in found} == {("acme", "gpt-4o")}
    assert {one.when for one in found} == {datetime(2026, 11, 22, 9, 30, tzinfo=UTC)}


@pytest.mark.parametrize("name", ["chat usage", "responses usage", "Anthropic usage", "Anthropic usage report"])
def test_what_is_kept_longer_in_a_cache_is_known(name: str, tmp_path: Path):
    (row,) = read(tmp_path, json.dumps(DOCUMENTS[name]))
    assert row.long_write == 40


def test_gemini_counts_thoughts_as_output_and_tools_as_input(tmp_path: Path):
    usage = {"promptTokenCount": 850, "toolUsePromptTokenCount": 50, "cachedContentTokenCount": 700}
    usage |= {"candidatesTokenCount": 300, "thoughtsTokenCount": 50, "totalTokenCount": 1250}
    (row,) = read(tmp_path, json.dumps({"modelVersion": "gemini-2.5-pro", "usageMetadata": usage}))
    assert counts(row) == (200, 700, 0, 350)
    assert row.model == "gemini-2.5-pro"


def test_an_advisors_tokens_are_another_models(tmp_path: Path):
    entries = [
        {"type": "message", "input_tokens": 10, "output_tokens": 5},
        {"type": "advisor_message", "model": "claude-opus-5", "input_tokens": 900, "output_tokens": 80},
    ]
    rows = read(tmp_path, json.dumps({**ROW, "usage": {"input_tokens": 10, "output_tokens": 5, "iterations": entries}}))
    assert {row.model: counts(row) for row in rows} == {"gpt-4o": (10, 0, 0, 5), "claude-opus-5": (900, 0, 0, 80)}


def test_a_whole_utc_day_stays_that_day_in_any_zone(tmp_path: Path):
    page = json.loads(json.dumps(DOCUMENTS["OpenAI usage report"]))
    page["data"][0] |= {"start_time": 1795305600, "end_time": 1795392000}
    (row,) = read(tmp_path, json.dumps(page))
    assert row.when == date(2026, 11, 22)
    assert row.requests == 12


def test_a_cost_report_gives_money_without_tokens(tmp_path: Path):
    openai = {"amount": {"value": "0.06", "currency": "usd"}, "line_item": "gpt-4o, input_tokens", "project_id": "acme"}
    anthropic = {"amount": "123.45", "currency": "USD", "workspace_id": "acme", "model": "claude-haiku-4-5"}
    rows = read(tmp_path, json.dumps([{"data": [{"start_time": 1795305600, "results": [openai, anthropic]}]}]))
    assert [(row.model, row.cost) for row in rows] == [
        ("gpt-4o", Decimal("0.06")),
        ("claude-haiku-4-5", Decimal("1.2345")),
    ]


def test_litellms_daily_activity_is_taken_apart_by_model(tmp_path: Path):
    metrics = {"spend": 0.5, "prompt_tokens": 1000, "completion_tokens": 350, "cache_read_input_tokens": 700}
    metrics |= {"cache_creation_input_tokens": 100, "api_requests": 3}
    day = {"date": "2026-11-22", "metrics": metrics, "breakdown": {"models": {"gpt-4o": {"metrics": metrics}}}}
    (row,) = read(tmp_path, json.dumps({"results": [day], "metadata": {"page": 1}}))
    assert counts(row) == (200, 700, 100, 350)
    assert (row.model, row.when, row.requests, row.cost) == ("gpt-4o", date(2026, 11, 22), 3, Decimal("0.5"))


def test_a_client_inside_another_key_is_found_also_where_it_is_packed_as_text(tmp_path: Path):
    log = {"created_at": "2026-11-22T09:30:00Z", "model": "gpt-4o", "tokens_in": 1, "tokens_out": 2}
    for metadata in ({"client": "acme"}, json.dumps({"client": "acme"})):
        (row,) = read(tmp_path, json.dumps({"result": [{**log, "metadata": metadata}]}), client_field="metadata.client")
        assert row.client == "acme"


def test_rows_with_and_without_a_packed_object_stand_in_one_file(tmp_path: Path):
    rows = [{**ROW, "usage": text} for text in (json.dumps(ANTHROPIC), "", json.dumps(ANTHROPIC), "{oops")]
    found = read(tmp_path, "\n".join(json.dumps(row) for row in rows))
    assert [type(row) for row in found] == [Used, Rejected, Used, Rejected]
    log = {"created_at": "2026-11-22T09:30:00Z", "model": "gpt-4o", "tokens_in": 1, "tokens_out": 2}
    logs = [{**log, "metadata": metadata} for metadata in (json.dumps({"client": "acme"}), "", "n/a")]
    rows = read(tmp_path, json.dumps(logs), client_field="metadata.client")
    assert [row.client for row in rows] == ["acme", "", ""]


def test_a_list_of_costs_is_money_without_tokens(tmp_path: Path):
    (row,) = read(tmp_path, "usage_date_utc,model,workspace,token_type,cost_usd\n2026-11-22,Claude,acme,input,1.20\n")
    assert (row.cost, counts(row), row.client) == (Decimal("1.20"), (0, 0, 0, 0), "acme")


def test_a_dashboards_empty_export_is_no_error(tmp_path: Path):
    day = "1795305600,1795392000,2026-11-22T00:00:00+00:00,2026-11-23T00:00:00+00:00\n"
    (row,) = read(tmp_path, f"start_time,end_time,start_time_iso,end_time_iso\n{day}")
    assert counts(row) == (0, 0, 0, 0)


def test_answers_from_a_gateways_cache_are_left_out(tmp_path: Path):
    text = TABLES["LiteLLM spend"].replace(",spend", ",cache_hit,spend").replace("gpt-4o,", "gpt-4o,True,")
    (row,) = read(tmp_path, text)
    assert isinstance(row, LeftOut)


def test_an_exclusive_row_of_an_older_proxy_is_read_as_one(tmp_path: Path):
    (row,) = read(tmp_path, TABLES["LiteLLM spend"].replace("0.5,1000", "0.5,200"))
    assert counts(row) == (200, 700, 100, 350)


BAD = {
    "2026-11-22,acme,gpt-4o,-1,0,0,5": "'-1' is not a whole number from 0 on",
    "2026-11-22,acme,gpt-4o,1.5,0,0,5": "'1.5' is not a whole number from 0 on",
    "2026-11-22,acme,gpt-4o,1e3,0,0,5": "'1e3' is not a whole number from 0 on",
    "2026-11-22,acme,gpt-4o,12.000,0,0,5": "'12.000' may be thousands or a fraction: write 12 or 12000",
    "yesterday,acme,gpt-4o,1,0,0,5": "'yesterday' is not a time; write it like 2026-11-22T09:30:00Z",
    "2026-02-30,acme,gpt-4o,1,0,0,5": "'2026-02-30' is not a time",
    "2026-11-22,acme,gpt-4o,1": "4 cells under 7 columns",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_row_is_named_with_its_line_and_the_others_count(line: str, tmp_path: Path):
    found = read(tmp_path, f"{OWN}{line}\n{OWN.splitlines()[1]}\n")
    assert found[1] == Rejected(3, BAD[line])
    assert [counts(found[0]), counts(found[2])] == [(200, 700, 100, 350)] * 2


def test_a_half_written_last_line_is_named(tmp_path: Path):
    line = json.dumps(DOCUMENTS["own row"])
    found = read(tmp_path, f"{line}\n{line}\n{line[:40]}")
    assert len(found) == 3
    assert found[2].line == 3
    assert "not JSON" in found[2].reason


def test_a_boolean_is_no_count(tmp_path: Path):
    (row,) = read(tmp_path, json.dumps({**ROW, "input": True, "output": 1}))
    assert row == Rejected(0, "True is not a whole number from 0 on")


def test_the_cached_option_overrules_the_shape(tmp_path: Path):
    text = TABLES["Vercel AI Gateway report"].replace("0.5,1000", "0.5,1200")
    (row,) = read(tmp_path, text, cached="outside")
    assert counts(row) == (1200, 700, 100, 350)


def test_another_field_may_name_the_client(tmp_path: Path):
    (row,) = read(tmp_path, OWN.replace("time,client", "time,Cost Centre"), client_field="Cost Centre")
    assert row.client == "acme"
    with pytest.raises(UnreadableInput, match="no column shop; it has time, client, model"):
        read(tmp_path, OWN, client_field="shop")


def test_an_unknown_file_names_what_it_has_and_what_is_known(tmp_path: Path):
    with pytest.raises(UnreadableInput, match=r"(?s)It has: name, colour.*Anthropic usage report"):
        read(tmp_path, "name,colour\nacme,red\n")
    with pytest.raises(UnreadableInput, match="It has: name, colour"):
        read(tmp_path, '[{"name": "acme", "colour": "red"}]')


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04...", b"\xff\xff\xff", b"[1, 2", b'{"a": '])
def test_a_file_that_is_no_text_is_refused(content: bytes, tmp_path: Path):
    with pytest.raises(UnreadableInput):
        read(tmp_path, content)


def test_a_packed_file_and_one_in_utf_16_are_read(tmp_path: Path):
    assert counts(read(tmp_path, gzip.compress(OWN.encode()))[0]) == (200, 700, 100, 350)
    assert counts(read(tmp_path, OWN.encode("utf-16"))[0]) == (200, 700, 100, 350)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples that nobody of this project wrote are not here")
def test_samples_of_others_are_read_whole(tmp_path: Path):
    trace = [
        event for event in read_usage(SAMPLES / "azure-llm-2023-code.csv", Ask(model="gpt-4o")) if type(event) is Used
    ]
    assert (len(trace), sum(row.input for row in trace), sum(row.output for row in trace)) == (8819, 18059974, 245896)
    report = list(read_usage(SAMPLES / "openai-admin-usage-examples.json", Ask()))
    assert [event for event in report if isinstance(event, Rejected)] == []
    assert (500, 400, 100, 500) in [counts(event) for event in report if isinstance(event, Used)]


LONG_CSV = """client,model,token_type,tokens,date,request_id
acme,gpt-4o,input,"1,000",2026-11-20,r1
acme,gpt-4o,Cached Input,500,2026-11-20,r1
acme,gpt-4o,cache_creation,7,2026-11-20,r1
acme,gpt-4o,completion_tokens,20,2026-11-20,r1
acme,gpt-4o,total_tokens,1527,2026-11-20,r1
acme,gpt-4o,reasoning,9,2026-11-20,r1
"""
LONG_LINES = """{"client": "acme", "model": "gpt-4o", "type": "prompt_tokens", "tokens": 3, "date": "2026-11-20"}
{"client": "acme", "model": "gpt-4o", "type": "output", "tokens": "4", "date": "2026-11-20"}
"""
WITH_USAGE = (
    '{"client": "acme", "model": "gpt-4o", "type": "chat", "tokens": 12, "ts": "2026-11-20",'
    ' "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}}\n'
)


@pytest.mark.parametrize(
    ("text", "counts", "bad"),
    [(LONG_CSV, (1000, 500, 7, 20), 1), (LONG_LINES, (3, 0, 0, 4), 0), (WITH_USAGE, (10, 0, 0, 2), 0)],
    ids=["a table with one count per row", "JSON lines likewise", "a usage object goes before a total"],
)
def test_one_count_per_row_is_read_by_its_kind(text: str, counts: tuple[int, ...], bad: int, tmp_path: Path):
    path = tmp_path / "usage"
    path.write_text(text)
    totals = Totals()
    totals.add("usage", read_usage(path, Ask()))
    (total,) = totals.sums.values()
    assert (total.input, total.cached_input, total.cached_write, total.output) == counts
    assert totals.files[0].rejected == bad


def test_brackets_without_end_are_no_usage(tmp_path: Path):
    path = tmp_path / "usage.json"
    path.write_text("[" * 100_000)
    with pytest.raises(UnreadableInput, match="not JSON"):
        list(read_usage(path, Ask()))
