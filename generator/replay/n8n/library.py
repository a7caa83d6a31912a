"""What is stored on an n8n server: credentials, workflows and whether they are published, tables of its users."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from generator.errors import EngineFailure
from generator.replay.n8n.database import Database
from generator.replay.n8n.install import Release
from generator.replay.n8n.mariadb import MariaDb
from generator.replay.n8n.process import Surroundings
from generator.replay.n8n.rest import Rest

DATABASES = frozenset({"postgres", "mySql"})
"""n8n's types of credentials behind which a replay has a database of a user's."""


class Library:
    """The contents of one server; what was put on it is known here, so that nothing is put twice."""

    def __init__(
        self, rest: Rest, surroundings: Surroundings, release: Release, database: Database, mariadb: MariaDb
    ) -> None:
        self._rest = rest
        self._surroundings = surroundings
        self._release = release
        self._database = database
        self._mariadb = mariadb
        self._workflows: dict[str, Mapping[str, Any]] = {}
        self._files: dict[str, bytes] = {}
        self._credentials: dict[str, Mapping[str, Any]] = {}
        self._published: set[str] = set()

    def put_credentials(self, credentials: Sequence[Mapping[str, Any]]) -> None:
        """Import credentials under the ids that workflows refer to, by n8n's own command (about 4 s for all).

        Nothing happens where the engine has all of them as they are.
        """
        if all(self._credentials.get(str(one["id"])) == one for one in credentials):
            return
        path = self._surroundings.folder / "credentials.json"
        path.write_text(json.dumps(list(credentials)))
        try:
            self._surroundings.run("import:credentials", f"--input={path}")
        finally:
            path.unlink()
        self._credentials |= {str(one["id"]): one for one in credentials}

    def holds(self, data: bytes, *, published: bool = True) -> bool:
        """Whether exactly this file was the last one put under its id, by whoever uses the server, and is live."""
        own = str(json.loads(data)["id"])
        return self._files.get(own) == data and (own in self._published or not published)

    def put_workflow(self, data: bytes) -> str:
        """Create a workflow under the id in its file, or replace the one that is there; gives the id.

        Raises `EngineFailure` when the graph that the engine stored is not the one in the file.
        """
        workflow = json.loads(data)
        if not self._release.takes_ids and self._rest.workflow(workflow["id"]) is None:
            self._import(data)
        stored = self._rest.save_workflow(workflow)
        if not _same_graph(stored, workflow):
            raise EngineFailure(f"workflow {workflow['id']}: the engine stored another graph than the file has")
        self._workflows[workflow["id"]] = workflow
        self._files[str(workflow["id"])] = data
        return str(workflow["id"])

    def publish(self, workflow_id: str) -> None:
        """Publish the stored version: its triggers are live at once."""
        self._rest.activate(workflow_id)
        self._published.add(workflow_id)

    def unpublish(self, workflow_id: str) -> None:
        """Take a workflow's triggers down."""
        self._rest.deactivate(workflow_id)
        self._published.discard(workflow_id)

    def is_published(self, workflow_id: str) -> bool:
        """Whether a workflow's triggers are live, or are just coming up."""
        return workflow_id in self._published

    def workflow(self, workflow_id: str) -> Mapping[str, Any]:
        """Give a workflow as it was put in, or as the engine has it. Raises `EngineFailure` where there is none."""
        if workflow_id not in self._workflows:
            stored = self._rest.workflow(workflow_id)
            if stored is None:
                raise EngineFailure(f"the engine has no workflow {workflow_id}")
            self._workflows[workflow_id] = stored
        return self._workflows[workflow_id]

    def put_table(self, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]] = ()) -> None:
        """Make a Data Table (column → type) with these rows in place of one of the same name; no columns: make none."""
        self._rest.put_table(name, columns, rows)

    def table_rows(self, name: str) -> list[dict[str, Any]]:
        """Read the rows of a Data Table, oldest first."""
        return self._rest.table_rows(name)

    def put_usage(self, credential: str, statements: str) -> None:
        """Run SQL in a database of a user, beside the server's own: the one behind n8n's credential of this type."""
        self._usage(credential).put_usage(statements)

    def usage_credential(self, credential: str) -> Mapping[str, Any]:
        """Give what n8n's credential of this type for that database holds; nothing where it is none of a database."""
        return self._usage(credential).credential() if credential in DATABASES else {}

    def _import(self, data: bytes) -> None:
        path = self._surroundings.folder / "workflow.json"
        path.write_bytes(data)
        try:
            self._surroundings.run("import:workflow", f"--input={path}")
        finally:
            path.unlink()

    def _usage(self, credential: str) -> Database | MariaDb:
        """Give the database behind a type of credential; that of PostgreSQL is the engine's own."""
        if credential not in DATABASES:
            raise EngineFailure(f"no replay has a database behind n8n's credential {credential}")
        return self._database if credential == "postgres" else self._mariadb


def _same_graph(stored: Mapping[str, Any], workflow: Mapping[str, Any]) -> bool:
    """Compare what was put in with what the engine keeps; it gives some nodes a `webhookId` that lack one."""
    nodes = [{**node, **_given_id(kept, node)} for kept, node in zip(stored["nodes"], workflow["nodes"], strict=True)]
    return bool(stored["nodes"] == nodes and stored["connections"] == workflow["connections"])


def _given_id(kept: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    return {"webhookId": kept["webhookId"]} if "webhookId" in kept and "webhookId" not in node else {}
