"""Text templates: how Jinja2 reads every file of ours that is no JSON, and the marked leaves of those that are."""

from __future__ import annotations

from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import DictLoader, Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.bccache import Bucket

from generator import resources

OPEN, CLOSE = "⟦", "⟧"
"""Our marks: a pair that occurs in no expression of n8n's or Make's and in no code."""


def text_templates(folder: Path, *, escaped: bool = False) -> Environment:
    """Read the templates of a folder; a name that nobody gave is an error. ``escaped``: values go into HTML."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=256)
def marked_template(name: str, text: str) -> Template:
    """Read a text with our marks (``⟦ … ⟧``, ``⟦% … %⟧``); `name` says under which its compiled form is kept."""
    texts, environment = _marked()
    texts[name] = text
    return environment.get_template(name)


@cache
def _marked() -> tuple[dict[str, str], Environment]:
    """Give the texts by name, and the environment that reads them. It has no filters of ours: what Jinja computes from
    constants is part of the compiled form, and would outlive a change of a filter's code."""
    texts: dict[str, str] = {}
    environment = Environment(
        loader=DictLoader(texts),
        bytecode_cache=_compiled(),
        autoescape=False,
        undefined=StrictUndefined,
        variable_start_string=OPEN,
        variable_end_string=CLOSE,
        block_start_string=f"{OPEN}%",
        block_end_string=f"%{CLOSE}",
        comment_start_string=f"{OPEN}#",
        comment_end_string=f"#{CLOSE}",
    )
    return texts, environment


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates in the cache folder: to compile ours takes several times as long as to render them."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # a full disk or a folder of somebody else's costs time, nothing more
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    folder = resources.kept() / f"templates-{version('jinja2')}"  # another Jinja may compile otherwise
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return _Compiled(str(folder))
    return None
