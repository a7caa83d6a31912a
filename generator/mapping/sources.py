"""The kinds of usage sources: one folder of `generator/sources` each, whose `source.yaml` says what a mapping needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from generator import resources

APP_LOG = "app_log"
"""The source of a mapping that names none."""


class SourceFacts(BaseModel):
    """What holds for one kind of source whatever the mapping.

    `needs` and `takes` are keys of the mapping's block `source`. `clients` are the words that `source.client` may be,
    the first one the default; empty where rows name the client themselves. `utc`: it reports by UTC day alone.
    `address` is how `source.url` begins, where that is always the same. `host`, `key`, `header` and `value` are what a
    person makes its credential of. `code` names files that its own code builds on, in `templates/code` and
    `templates/make/iml`. Where it asks nobody, `table` is the platform's own table that it reads, or `view` that of the
    user's database, which n8n reaches by a `credential` of this name; so it does where the platform has a credential
    for the host. `modules`: credits of a run on Make beyond those of one request, whatever its pages. `page` says how
    many windows of a size one page holds, where that is bounded; `platforms`, where it can be read, `sizes`, which
    windows it can tell of, `models`, how the names of all models begin that it can tell of. `ready_s`: seconds
    after a window's end before its numbers are taken for whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    title: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    utc: bool = False
    host: str = ""
    address: str = ""
    key: str = ""
    header: str = ""
    value: str = ""
    code: tuple[str, ...] = ()
    table: str = ""
    view: str = ""
    credential: str = ""
    modules: int = 0
    models: tuple[str, ...] = ()
    page: dict[str, int] = {}
    platforms: tuple[str, ...] = ("n8n", "make")
    sizes: tuple[str, ...] = ("day", "hour")
    ready_s: int = 0

    @property
    def buckets(self) -> bool:
        """Whether its answer says of each window whether it has numbers: one that did not come is left to later."""
        return "buckets" in self.code

    @property
    def by_cursor(self) -> bool:
        """Whether each page says where the next one begins, and Make follows it as n8n does."""
        return "cursor" in self.code


def kinds() -> list[str]:
    """Name every kind, the default first."""
    return list(_kinds(resources.sources()))


@cache
def _kinds(folder: Path) -> tuple[str, ...]:
    found = sorted(path.parent.name for path in folder.glob("*/source.yaml"))
    return (APP_LOG, *(kind for kind in found if kind != APP_LOG))


def source_facts(kind: str) -> SourceFacts:
    """Read what is known of one kind."""
    return _read(resources.sources() / kind / "source.yaml")


@cache
def _read(path: Path) -> SourceFacts:
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return SourceFacts.model_validate({"kind": path.parent.name, **data})
