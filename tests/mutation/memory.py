"""What a survey found, kept in a file: on the real engine it takes many minutes, and a second campaign needs it too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from .hunt import Hunter


def surveyed(hunters: Mapping[str, Hunter], path: Path | None) -> None:
    """Survey with each hunter (name → hunter), or remember what it found on these very files and cases."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else {}
    for name, hunter in hunters.items():
        digest = _digest(hunter)
        row = kept.get(name, {})
        if row.get("of") == digest:
            hunter.recall({shot: frozenset(places) for shot, places in row["coverage"].items()}, row["unsound"])
            continue
        hunter.survey()
        coverage = {shot: sorted(places) for shot, places in hunter.coverage.items()}
        kept[name] = {"of": digest, "coverage": coverage, "unsound": hunter.unsound}
        if path:
            path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def _digest(hunter: Hunter) -> str:
    found = sha256()
    for shot in hunter.shots:
        found.update(shot.name.encode() + shot.digest())
        for name, content in sorted(hunter.unchanged(shot).items()):
            found.update(name.encode() + content)
    return found.hexdigest()
