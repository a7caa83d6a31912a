"""The engine's own HTTP interface, used as the editor in a user's browser uses it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from threading import local
from typing import Any, NamedTuple

import requests

from generator.errors import EngineFailure

_OWNER = {"email": "owner@example.com", "firstName": "Replay", "lastName": "Owner", "password": "Replay-Owner-1"}
_TIMEOUT_S = 60.0
_POLL_S = 0.02
_NOT_THERE = frozenset({requests.codes.not_found, requests.codes.forbidden})
_TAKEN = ("name", "nodes", "connections", "settings", "meta", "pinData")


class Answered(NamedTuple):
    """What a webhook answered; names of headers are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class NotLive(EngineFailure):
    """A trigger of a published workflow is not there; right after a start it may still come."""


class Rest:
    """A signed-in owner. Safe to use from several threads, each with its own connection."""

    def __init__(self, url: str) -> None:
        self.turn_to(url)

    def turn_to(self, url: str) -> None:
        """Speak to the server at this address from now on, not yet signed in."""
        self._url = url
        self._threads = local()
        self._cookies = requests.cookies.RequestsCookieJar()

    def is_ready(self) -> bool:
        """Tell whether the server answers to a browser."""
        try:
            health = requests.get(f"{self._url}/healthz/readiness", timeout=2)
            return health.ok and requests.get(f"{self._url}/rest/settings", timeout=5).ok
        except requests.RequestException:
            return False

    def set_up_owner(self) -> None:
        """Make the first account of a fresh server and sign in."""
        answer = self._session().post(f"{self._url}/rest/owner/setup", json=_OWNER, timeout=_TIMEOUT_S)
        self._keep_cookies(answer)

    def sign_in(self) -> None:
        """Sign in with the account made before."""
        login = {"emailOrLdapLoginId": _OWNER["email"], "password": _OWNER["password"]}
        self._keep_cookies(self._session().post(f"{self._url}/rest/login", json=login, timeout=_TIMEOUT_S))

    def workflow(self, workflow_id: str) -> dict[str, Any] | None:
        """Give a stored workflow, or None if there is none with this id."""
        answer = self._send("GET", f"/rest/workflows/{workflow_id}")
        if answer.status_code in _NOT_THERE:
            return None
        return dict(_data(answer, "GET", f"/rest/workflows/{workflow_id}"))

    def save_workflow(self, workflow: Mapping[str, Any]) -> dict[str, Any]:
        """Create the workflow under its own id, or replace the one that is there; gives what is stored now."""
        body = {key: workflow[key] for key in _TAKEN if key in workflow}
        if self.workflow(workflow["id"]) is None:
            return dict(self._request("POST", "/rest/workflows", {**body, "id": workflow["id"]}))
        return dict(self._request("PATCH", f"/rest/workflows/{workflow['id']}", body))

    def activate(self, workflow_id: str) -> None:
        """Publish the stored version; returns when its triggers are live."""
        version = self._request("GET", f"/rest/workflows/{workflow_id}")["versionId"]
        self._request("POST", f"/rest/workflows/{workflow_id}/activate", {"versionId": version})
        self._settle(workflow_id)

    def deactivate(self, workflow_id: str) -> None:
        """Unpublish."""
        self._request("POST", f"/rest/workflows/{workflow_id}/deactivate", {})
        self._settle(workflow_id)

    def _settle(self, workflow_id: str) -> None:
        """Wait until the engine, which works off its list of publications by itself, has done this one."""
        give_up = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < give_up:
            path = f"/rest/workflows/{workflow_id}/publication-status"
            answer = self._send("GET", path)
            if answer.status_code == requests.codes.not_found:
                return  # n8n 1 has no such list: it was done with the request
            state = _data(answer, "GET", path)
            if state["status"] in ("partial", "failed"):
                raise EngineFailure(f"workflow {workflow_id} could not be published: {state['triggers']}")
            if state["status"] != "in_progress":
                return
            time.sleep(_POLL_S)
        raise EngineFailure(f"publishing workflow {workflow_id} did not end within {_TIMEOUT_S:.0f} s")

    def run(self, workflow_id: str, trigger: Mapping[str, Any]) -> str:
        """Press *Execute workflow* with a trigger node chosen; gives the id of the execution."""
        shown = self._request("GET", f"/rest/workflows/{workflow_id}")  # n8n 1 runs what the editor shows
        body = {"triggerToStartFrom": trigger, "workflowData": shown}
        answer = self._request("POST", f"/rest/workflows/{workflow_id}/run", body)
        if "executionId" not in answer:
            raise EngineFailure(f"workflow {workflow_id} did not start from {trigger['name']!r}: {answer}")
        return str(answer["executionId"])

    def execution(self, execution_id: str) -> dict[str, Any] | None:
        """Give everything that is stored about one execution; None where its workflow asked to store nothing."""
        stored = self._request("GET", f"/rest/executions/{execution_id}")
        return dict(stored) if stored else None

    def stop(self, execution_id: str) -> None:
        """Press *Stop*."""
        self._request("POST", f"/rest/executions/{execution_id}/stop", {})

    def retry(self, execution_id: str) -> None:
        """Press *Retry with original workflow* on a failed execution; returns when the new one has ended."""
        self._request("POST", f"/rest/executions/{execution_id}/retry", {"loadWorkflow": False})

    def submit_form(self, path: str, fields: Mapping[str, str], login: tuple[str, str] | None) -> None:
        """Fill in and send a published form as a browser does."""
        parts = {name: (None, value) for name, value in fields.items()}
        answer = requests.post(f"{self._url}/form/{path}", files=parts, auth=login, timeout=_TIMEOUT_S)
        if answer.status_code == requests.codes.not_found:
            raise NotLive(f"the form /form/{path} is not published")
        if not answer.ok:
            raise EngineFailure(f"the form /form/{path} answered {answer.status_code}: {answer.text[:300]}")

    def call_webhook(
        self, path: str, method: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Answered:
        """Send a request to a published webhook, as the outside does."""
        url = f"{self._url}/webhook/{path}"
        session = requests.Session()
        session.trust_env = False
        answer = session.request(method, url, params=query, headers=headers, data=body or None, timeout=_TIMEOUT_S)
        if answer.status_code == requests.codes.not_found and b"not registered" in answer.content:
            raise NotLive(f"the webhook {method} /webhook/{path} is not published")
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answered(answer.status_code, answer.content, told)

    def put_table(self, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Make a Data Table with rows in the owner's own project, or none; one of the same name goes."""
        base = f"/rest/projects/{self._request('GET', '/rest/projects/personal')['id']}/data-tables"
        for table in self._request("GET", base)["data"]:
            if table["name"] == name:
                self._request("DELETE", f"{base}/{table['id']}")
        if columns:
            named = [{"name": column, "type": kind} for column, kind in columns.items()]
            made = self._request("POST", base, {"name": name, "columns": named})
            if rows:
                self._request("POST", f"{base}/{made['id']}/insert", {"data": list(rows)})

    def table_rows(self, name: str) -> list[dict[str, Any]]:
        """Read the rows of a Data Table, oldest first, as a person sees them; none where there is no such table."""
        base = f"/rest/projects/{self._request('GET', '/rest/projects/personal')['id']}/data-tables"
        for table in self._request("GET", base)["data"]:
            if table["name"] == name:
                rows: list[dict[str, Any]] = self._request("GET", f"{base}/{table['id']}/rows?take=250")["data"]
                return rows
        return []

    def _request(self, method: str, path: str, body: Any = None) -> Any:
        return _data(self._send(method, path, body), method, path)

    def _send(self, method: str, path: str, body: Any = None) -> requests.Response:
        answer = self._ask(method, path, body)
        if answer.status_code == requests.codes.unauthorized:  # the virtual clock moved past the session's end
            self.sign_in()
            answer = self._ask(method, path, body)
        return answer

    def _ask(self, method: str, path: str, body: Any) -> requests.Response:
        session = self._session()
        session.cookies = self._cookies
        try:
            return session.request(method, f"{self._url}{path}", json=body, timeout=_TIMEOUT_S)
        except requests.ConnectionError as error:
            raise EngineFailure(f"the engine did not answer {method} {path}: {error}") from error

    def _keep_cookies(self, answer: requests.Response) -> None:
        if not answer.ok:
            raise EngineFailure(f"the engine refused its owner: {answer.status_code} {answer.text[:300]}")
        self._cookies.update(answer.cookies)

    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            self._threads.session = requests.Session()
            self._threads.session.trust_env = False
            # The engine closes a connection that was idle for a while, perhaps just when the next request uses it.
            self._threads.session.headers["Connection"] = "close"
        session: requests.Session = self._threads.session
        return session


def _data(answer: requests.Response, method: str, path: str) -> Any:
    if not answer.ok:
        raise EngineFailure(f"the engine answered {answer.status_code} to {method} {path}: {_said(answer)}")
    return answer.json().get("data")


def _said(answer: requests.Response) -> str:
    """Give the words of a refusal without the stack that comes with them."""
    try:
        return str(answer.json()["message"])[:600]
    except (ValueError, KeyError, TypeError):
        return answer.text[:600]
