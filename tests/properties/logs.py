"""Logs as an application could write them, right and wrong: what property tests draw their rows from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from generator.metering.usage import TOKEN_TYPES

ZONES = st.sampled_from([
    "UTC", "America/Chicago", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo",
    "America/Havana", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca",
    "Atlantic/Azores", "America/St_Johns", "America/Asuncion",
])  # fmt: skip

NUMBERS = st.one_of(
    st.integers(-5, 5000), st.integers(10**14, 10**16), st.floats(0, 50), st.none(), st.booleans(),
    st.sampled_from(["", "0", "17", "007", "12,345", "-1", "1e3", "999999999999999", "1000000000000000", " 5", "NaN"]),
    st.integers(0, 900).map(str), st.just([]),
)  # fmt: skip
GOOD = st.integers(0, 5000)
MODELS = st.sampled_from(
    ["gpt-4o", "claude-3-haiku", "old-name", "later", "nobody", "", 42, 4.5, None, "O'Brien {{ 1 }}"]
)
NAMES = ["prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens", "promptTokenCount",
         "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount", "cachedContentTokenCount",
         "cache_read_input_tokens", "cache_creation_input_tokens"]  # fmt: skip


def some(keys: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(keys), values, max_size=5)


DETAILS = st.one_of(st.none(), some(["cached_tokens", "cache_write_tokens"], st.one_of(GOOD, NUMBERS)), st.just("text"))
ENTRIES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"input_tokens": GOOD, "output_tokens": GOOD}, optional={"model": MODELS}),
        some([*NAMES, "model"], NUMBERS),
    ),
    max_size=4,
)
USAGE = st.one_of(
    some(NAMES, GOOD),
    some(NAMES, NUMBERS),
    st.builds(
        lambda flat, details, entries: flat | details | entries,
        some(NAMES, GOOD),
        st.fixed_dictionaries({}, optional={"prompt_tokens_details": DETAILS, "input_tokens_details": DETAILS}),
        st.fixed_dictionaries({}, optional={"iterations": st.one_of(ENTRIES, st.none(), st.just("x"))}),
    ),
    st.just("text"),
    st.none(),
)
TIMES = st.one_of(
    st.datetimes(datetime(2026, 11, 19), datetime(2026, 11, 25)).map(lambda at: f"{at:%Y-%m-%dT%H:%M}"),
    st.datetimes(datetime(2026, 11, 19), datetime(2026, 11, 25)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S.1234567}-0600"),
    st.datetimes(datetime(2026, 11, 19), datetime(2026, 11, 25)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+05:45"),
    st.from_regex(
        r"2026-(0[0-9]|1[0-3])-[0-3][0-9]T[0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]+)?)?(Z|[+-][0-2][0-9](:?[0-6][0-9])?)?",
        fullmatch=True,
    ),
    st.sampled_from(
        ["yesterday", "", "2026-11-22", "2026-11-22T24:00Z", "2026-02-30T10:00Z", "2026-11-22t10:00z", None, 5]
    ),
)
CLIENTS = ["acme", "acme-legal", "acme-labs", "acme-eu", "globex", "globex-7", "glob", "initech", "initiate", "who"]
ROWS = st.builds(
    lambda base, counts, usage: base | counts | usage,
    st.fixed_dictionaries(
        {
            "time": TIMES,
            "client": st.sampled_from([*CLIENTS, "", 7, None]),
            "model": MODELS,
        },
        optional={
            "request_id": st.one_of(st.none(), st.integers(1, 9), st.sampled_from(["1", "2", "", "x"]), st.just(0.5))
        },
    ),
    st.one_of(some(list(TOKEN_TYPES), GOOD), some(list(TOKEN_TYPES), NUMBERS), st.just({})),
    st.one_of(st.just({}), st.fixed_dictionaries({"usage": USAGE})),
)
