"""Writes a page where the user wants it, and says so."""

from __future__ import annotations

from pathlib import Path

from generator.reporting.terminal import result, show_json


def write_page(path: Path, text: str, form: str) -> None:
    """Write the file whole, or leave the one that is there."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if form == "json":
        show_json({"written": path.as_posix(), "bytes": len(text.encode())})
    else:
        result(f"{path}: written; open it in any browser")
