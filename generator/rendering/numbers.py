"""Other numbers for modules of a blueprint's part, where the blueprint uses theirs for something else."""

from __future__ import annotations

import re
from collections.abc import Mapping


def moved(data: object, numbers: Mapping[int, int]) -> object:
    """Copy a filled part of a blueprint with its modules `numbers` under new numbers, and all that names them.

    Named expressions speak of modules by fixed numbers (`50.usage`), so a part that is shared cannot choose its own.
    A number names a module where a field follows it, or in backticks (as scenarios that Make exports have it).
    """
    if isinstance(data, Mapping):
        return {
            key: _id(value, numbers) if key in ("id", "feeder") else moved(value, numbers)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [moved(value, numbers) for value in data]
    if isinstance(data, str) and "{{" in data:
        known = "|".join(map(str, numbers))
        named = rf'(?<=`)(?:{known})(?=`)|(?<![\w.`"/])(?:{known})(?=\.[a-z_`\[])'
        return re.sub(named, lambda number: str(numbers[int(number[0])]), data)
    return data


def _id(value: object, numbers: Mapping[int, int]) -> object:
    return numbers.get(value, value) if isinstance(value, int) else value
