"""The rules for `usage` objects are said twice, for runs and for files: they agree on every object."""

from hypothesis import given
from hypothesis import strategies as st

from generator.metering.usage import row_counts
from generator.usage_files.answers import answer_shape, usage_counts
from generator.usage_files.record import BadRow

COUNT = st.one_of(st.integers(-3, 40), st.integers(0, 10**16), st.none(), st.sampled_from(["7", "x", 1.5, True]))
DETAILS = st.one_of(
    st.none(), st.fixed_dictionaries({}, optional={"cached_tokens": COUNT, "cache_write_tokens": COUNT})
)
USAGES = st.one_of(
    st.fixed_dictionaries(
        {"prompt_tokens": COUNT, "completion_tokens": COUNT}, optional={"prompt_tokens_details": DETAILS}
    ),
    st.fixed_dictionaries(
        {"input_tokens": COUNT, "output_tokens": COUNT},
        optional={
            "total_tokens": COUNT,
            "input_tokens_details": DETAILS,
            "cache_read_input_tokens": COUNT,
            "cache_creation_input_tokens": COUNT,
        },
    ),
    st.fixed_dictionaries(
        {"promptTokenCount": COUNT},
        optional={
            "toolUsePromptTokenCount": COUNT,
            "cachedContentTokenCount": COUNT,
            "candidatesTokenCount": COUNT,
            "thoughtsTokenCount": COUNT,
        },
    ),
)


@given(USAGES)
def test_files_and_runs_read_the_same_counts(usage: dict[str, object]):
    expected = row_counts({"model": "m", "usage": usage})
    try:
        found = usage_counts(usage)
    except BadRow:
        found = None
    assert answer_shape(usage) is not None
    assert (found and found[:4]) == (expected and tuple(expected["m"]))
