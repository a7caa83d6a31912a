"""How the open questions of the language are answered: see `generator.replay.make.switches` for their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rules:
    """One answer per open question; the defaults are the likeliest."""

    empty_replacement: Literal["empty", "error"] = "empty"
    date_difference: Literal["milliseconds", "error"] = "milliseconds"
    escape_json: Literal["unknown", "escapes"] = "unknown"
    plus: Literal["numeric", "joined", "error"] = "numeric"
    map_filter: Literal["as_text", "strict"] = "as_text"
    unchosen_branches: Literal["evaluated", "skipped"] = "evaluated"
