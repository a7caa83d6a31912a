"""Compiled templates are kept, and never in the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from generator.rendering.texts import marked_template

ASK = "from generator.rendering.leaves import fill; print(fill('⟦ n + 1 ⟧', {'n': 1}, 'a test'))"


def test_another_text_of_the_same_name_is_compiled_anew() -> None:
    texts = [marked_template("a test", text).render(n=1) for text in ("⟦ n ⟧", "⟦ n + 1 ⟧", "⟦ n ⟧")]
    assert texts == ["1", "2", "1"]


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    assert (_asked(tmp_path), _asked(tmp_path)) == ("2", "2")
    kept = list(tmp_path.glob("templates-*/*"))
    assert len(kept) == 1
    kept[0].write_bytes(b"no bytecode")
    assert _asked(tmp_path) == "2"


def test_without_a_folder_templates_are_compiled_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert _asked(tmp_path / "file") == "2"


def _asked(cache: Path) -> str:
    environment = {"TOKENTILL_CACHE": str(cache), "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()
