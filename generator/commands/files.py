"""Files that the user names: read as text, or written whole, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.errors import UnreadableInput, WrongUsage
from generator.rendering.output import write
from generator.reporting.terminal import note, result, show_json


def read_text(path: Path) -> str:
    """Read a file of UTF-8 text; raise UnreadableInput."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path}: not UTF-8 text (byte {error.start:,})") from None


def write_files(files: Mapping[Path, str]) -> None:
    """Write files, or leave every one that is there as it was; a folder that is missing is made."""
    if folder := next((path for path in files if path.is_dir()), None):
        raise WrongUsage(f"{folder} is a folder; name a file")
    write({path.as_posix(): text.encode() for path, text in files.items()}, Path())


def write_page(path: Path, text: str, form: str) -> None:
    """Write a page that is the command's result; JSON says where and how large."""
    write_files({path: text})
    if form == "json":
        show_json({"written": path.as_posix(), "bytes": len(text.encode())})
    else:
        result(f"{path}: written; open it in any browser")


def write_beside(files: Mapping[Path, str]) -> None:
    """Write files beside the result that the command shows."""
    write_files(files)
    for path in files:
        note(f"{path}: written")
