"""How the open questions of the language are answered; each has a name, two or three answers, and a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rules:
    """One answer per open question; the first of each is the default, which the published documents make likeliest."""

    empty_replacement: Literal["empty", "error"] = "empty"
    """`replace(x; "a"; )`: an empty text, or a missing argument."""
    date_difference: Literal["milliseconds", "error"] = "milliseconds"
    """Date minus date."""
    escape_json: Literal["unknown", "escapes"] = "unknown"
    """`escapeJSON`: no such function, or it escapes."""
    plus: Literal["numeric", "joined", "error"] = "numeric"
    """`+` with text: numeric text adds and other text joins; text always joins; number + other text is an error."""
    map_filter: Literal["as_text", "strict"] = "as_text"
    """`map`'s filter on a number against allowed texts: compared as text, or never equal."""
    unchosen_branches: Literal["evaluated", "skipped"] = "evaluated"
    """The branches that `if`, `ifempty` and `switch` do not choose: an error in them is raised, or nobody sees it."""
    missing_array: Literal["empty", "error"] = "empty"
    """Nothing where an array function expects an array: an empty array, or an error."""
    empty_array: Literal["value", "empty"] = "value"
    """An array or collection without content, for `ifempty` and `exist`: a value, or as good as nothing."""
    equality: Literal["loose", "strict"] = "loose"
    """`=` between a number and a text, or between nothing and an empty text: by meaning, or never equal."""
    condition: Literal["javascript", "coerced"] = "javascript"
    """A condition that is 0 or the text `false`: as JavaScript sees it, or by type coercion (0 is true)."""
    replace_text: Literal["all", "first"] = "all"
    """`replace` with a plain text that occurs more than once: every occurrence, or the first."""
    split_nothing: Literal["none", "one"] = "none"
    """`split` of an empty text: no items, or one empty text as in JavaScript."""
    map_missing: Literal["kept", "dropped"] = "kept"
    """`map` where an item lacks the field: nothing in its place, or no place."""
    text_order: Literal["text", "numeric"] = "text"
    """`<` and its like between two texts that are numbers: in the order of characters, or of numbers."""
    dotted_names: Literal["path", "field"] = "path"
    """`get(x; "a.b")` where `x` has a field that is called `a.b`: a path all the same, or that field."""
    day_zone: Literal["organisation", "UTC"] = "organisation"
    """The zone in which `addDays`, `setHour` and their like count."""
