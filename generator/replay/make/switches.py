"""Answers to the questions about Make that nobody outside Make has settled: one named switch each.

A case must hold under every value of each switch that it meets. `Run.met` names the switches whose value mattered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import combinations, product
from typing import Any, Literal, get_args, get_type_hints

from generator.iml.rules import Rules


@dataclass(frozen=True, slots=True)
class Switches:
    """One value per open question; the defaults are what the published documents make likeliest.

    The first value of each `Literal` is the default. The comments name the numbers of our list of questions.
    """

    status_500: Literal["RuntimeError", "ConnectionError"] = "RuntimeError"  # 1
    """The error type of a 500 from an HTTP module."""
    status_4xx: Literal["RuntimeError", "DataError", "BundleValidationError"] = "RuntimeError"  # 2
    """The error type of 400, 402, 403, 404, 409, 422 and every other 4xx without a published type."""
    status_401: Literal["InvalidConfigurationError", "RuntimeError"] = "InvalidConfigurationError"  # 3
    """The error type of a 401; the first one switches the scenario off."""
    missing_stop_on_error: Literal["error", "pass"] = "error"  # 4
    """What an HTTP module without `stopOnHttpError` does with a 4xx or 5xx."""
    zero_bundles: Literal["silent", "empty"] = "silent"  # 5
    """What an aggregator emits when its feeder emitted nothing: nothing, or an empty result."""
    filtered_error: Literal["default", "fail"] = "default"  # 6
    """An error that its route's filters turn away: default handling with its retries, or the run fails."""
    retriable_unhandled: Literal["store", "stop"] = "store"  # 7
    """With `dlq`, an unhandled retriable error: the bundle is stored and the rest goes on, or the run stops."""
    commit_status: Literal["success", "warning"] = "success"  # 8
    """The status of a run that a Commit ended."""
    empty_replacement: Literal["empty", "error"] = "empty"  # 9
    """`replace(x; "a"; )`: an empty text, or a missing argument."""
    schedule_zone: Literal["organisation", "UTC"] = "organisation"  # 10
    """The zone of a `daily` schedule's time; read by whoever starts runs, see `run_zone`."""
    webhook_array: Literal["array", "bundles"] = "array"  # 11
    """A webhook whose JSON body is an array: one bundle with a field `array`, or one bundle per item."""
    date_difference: Literal["milliseconds", "error"] = "milliseconds"  # 12
    """Date minus date."""
    retry_now: Literal["again", "stored"] = "again"  # 13
    """`now` when a stored execution is resumed: the present, or the first run's."""
    aggregator_fn: Literal["lower", "upper"] = "lower"  # 14
    """The spelling of the numeric aggregator's `fn`."""
    escape_json: Literal["unknown", "escapes"] = "unknown"  # 15
    """`escapeJSON`: no such function, or it escapes."""
    aggregator_as_feeder: Literal["bundles", "nothing"] = "bundles"  # 16
    """An aggregator as the feeder of a later one: its groups are that one's bundles, or nothing arrives."""
    plus: Literal["numeric", "joined", "error"] = "numeric"  # 17
    """`+` with text: numeric text adds and other text joins; text always joins; number + other text is an error."""
    map_filter: Literal["as_text", "strict"] = "as_text"  # 18
    """`map`'s filter on a number against allowed texts: compared as text, or never equal."""
    pass_401: Literal["bundle", "error"] = "bundle"  # 20
    """A 401 with `stopOnHttpError: false`: an ordinary bundle, or an error all the same."""
    unchosen_branches: Literal["evaluated", "skipped"] = "evaluated"  # 21
    """The branches that `if`, `ifempty` and `switch` do not choose: an error in them is raised, or nobody sees it."""
    broken_json: Literal["text", "error"] = "text"  # 22
    """A body that says JSON and is none, with `parseResponse`: left as text, or a `DataError`."""

    missing_array: Literal["empty", "error"] = "empty"  # 23
    """Nothing where an array function expects an array: an empty array, or an error."""
    equality: Literal["loose", "strict"] = "loose"  # 24
    """`=` between a number and a text, or nothing and an empty text: by meaning, or never equal."""
    condition: Literal["javascript", "coerced"] = "javascript"  # 25
    """A condition that is 0 or the text `false`: as JavaScript sees it, or by type coercion (0 is true)."""
    empty_array: Literal["value", "empty"] = "value"  # 28
    """An array or collection without content, for `ifempty` and `exist`: a value, or as good as nothing."""
    dotted_names: Literal["path", "field"] = "path"  # 27
    """`get(x; "a.b")` where `x` has a field that is called `a.b`: a path all the same, or that field."""
    day_zone: Literal["organisation", "UTC"] = "organisation"  # 26
    """The zone in which `addDays`, `setHour` and their like count."""
    replace_text: Literal["all", "first"] = "all"  # 29
    """`replace` with a plain text that occurs more than once: every occurrence, or the first."""
    split_nothing: Literal["none", "one"] = "none"  # 30
    """`split` of an empty text: no items, or one empty text as in JavaScript."""
    map_missing: Literal["kept", "dropped"] = "kept"  # 31
    """`map` where an item lacks the field: nothing in its place, or no place."""
    text_order: Literal["text", "numeric"] = "text"  # 32
    """`<` and its like between two texts that are numbers: in the order of characters, or of numbers."""
    sheet_empty_rows: Literal["given", "left_out"] = "given"  # 33
    """Rows without any cell that Google Sheets' *Get Range Values* meets: an empty bundle, or none."""

    def rules(self) -> Rules:
        """Pick what the expression language needs."""
        return replace(Rules(), **{f.name: getattr(self, f.name) for f in fields(Rules)})

    def run_zone(self, organisation: str) -> str:
        """Name the zone in which a `daily` schedule's `time` is read."""
        return organisation if self.schedule_zone == "organisation" else "UTC"


def choices() -> dict[str, tuple[str, ...]]:
    """List every switch with its values, default first."""
    hints = get_type_hints(Switches)
    return {f.name: get_args(hints[f.name]) for f in fields(Switches)}


def variants(met: frozenset[str] | None = None) -> Iterator[Switches]:
    """Give the defaults, then every other value of each switch on its own; only those in `met`, if given."""
    yield Switches()
    for name, values in choices().items():
        if met is None or name in met:
            yield from (_with({name: value}) for value in values[1:])


def pairs(met: frozenset[str] | None = None) -> Iterator[Switches]:
    """Give every combination of other values of every two switches; only those in `met`, if given."""
    table = {name: values[1:] for name, values in choices().items() if met is None or name in met}
    for one, two in combinations(table, 2):
        for first, second in product(table[one], table[two]):
            yield _with({one: first, two: second})


def _with(values: Mapping[str, Any]) -> Switches:
    return replace(Switches(), **values)
