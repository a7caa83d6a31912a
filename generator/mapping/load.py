"""A mapping file → a frozen model, or everything that is wrong with it at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from generator.errors import UnreadableInput
from generator.mapping.complaints import BAD_VALUE, complaints
from generator.mapping.findings import Finding, in_file_order
from generator.mapping.model import Mapping
from generator.mapping.nodes import Data, read
from generator.mapping.places import Places
from generator.mapping.remainder import Remainder, remainder
from generator.mapping.secrets import Secret, find_secrets, hide

LARGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """One file as it was read.

    `mapping` is there only when the file has its shape; with `findings` it may still not be fit to build from.
    `rest` is what is left of a file with broken parts, so that rules can look at the whole ones.
    """

    mapping: Mapping | None
    findings: list[Finding]
    places: Places
    rest: Remainder | None = None
    secrets: tuple[Secret, ...] = ()


def load(path: Path) -> Loaded:
    """Read a mapping file; raise UnreadableInput where there is no text to look at."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableInput(f"{path}: larger than {LARGEST // 1_000_000} MB, not a mapping")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path}: not UTF-8 text (byte {error.start:,}); save it as UTF-8") from None
    return load_text(text, path.as_posix())


def load_text(text: str, file: str) -> Loaded:
    """Read the text of a mapping; `file` is the name that findings carry."""
    secrets = tuple(find_secrets(text, file))
    reading = read(text, file)
    mapping, shape, rest = (None, [], None) if _broken(reading.findings) else _validate(reading.data, reading.places)
    unread = {finding.where for finding in reading.findings}
    known = [*reading.findings, *(finding for finding in shape if finding.where not in unread)]
    findings = [*(secret.finding() for secret in secrets), *hide(known, secrets)]
    return Loaded(mapping, in_file_order(findings), reading.places, rest, secrets)


def _broken(findings: list[Finding]) -> bool:
    return any(finding.rule == "mapping.syntax" for finding in findings)


def _validate(data: Data, places: Places) -> tuple[Mapping | None, list[Finding], Remainder | None]:
    if not isinstance(data, dict):
        found = "empty" if data is None else "a list" if isinstance(data, list) else "text"
        message = f"the file is {found}, not a mapping"
        return None, [BAD_VALUE.at(places.at(), message, "start from mappings/example.yaml")], None
    try:
        return Mapping.model_validate(data), [], None
    except ValidationError as error:
        return None, list(complaints(error, places)), remainder(data, error)
