"""Writes a page or table where the user wants it, whole, and says so."""

from __future__ import annotations

from pathlib import Path

from generator.errors import WrongUsage
from generator.reporting.terminal import note, result, show_json


def write_page(path: Path, text: str, form: str) -> None:
    """Write a page that is the command's result; JSON says where and how large."""
    write_file(path, text)
    if form == "json":
        show_json({"written": path.as_posix(), "bytes": len(text.encode())})
    else:
        result(f"{path}: written; open it in any browser")


def write_beside(path: Path, text: str) -> None:
    """Write a file beside the result that the command shows."""
    write_file(path, text)
    note(f"{path}: written")


def write_file(path: Path, text: str) -> None:
    """Write the file whole, or leave the one that is there; a folder that is missing is made."""
    if not path.name:
        raise WrongUsage(f"{path} is a folder; name a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
