"""Runs of workflows on an n8n server: started as a user, a schedule or a caller would, waited for, stopped, retried."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock

from generator.errors import EngineFailure
from generator.replay.n8n.control import Begun, Control
from generator.replay.n8n.execution import ENDED, Execution, Status
from generator.replay.n8n.library import Library
from generator.replay.n8n.rest import Answered, NotLive, Rest
from generator.replay.n8n.triggers import Trigger, trigger_of

_BEGIN_S = 30.0
_LIVE_S = 10.0
_STORE_S = 30.0
_POLL_S = 0.02
_FORGOTTEN: Mapping[str, Status] = {"success": "success", "error": "error"}
"""How a run may have ended of which nothing is kept."""
# What n8n itself answers to a webhook's caller without a run: a wrong key, a body that is no JSON.
_REFUSED_AT_THE_DOOR = frozenset({b"Authorization data is wrong!"})


class Runs:
    """The executions of one server.

    `form_login` is the name and password of a person who fills in forms, `patience_s` how long a run may take;
    `last_lines` gives what the server said last, for a failure's message.
    """

    def __init__(
        self, control: Control, rest: Rest, library: Library, patience_s: float, last_lines: Callable[[], str]
    ) -> None:
        self.form_login: tuple[str, str] | None = None
        self._control = control
        self._rest = rest
        self._library = library
        self.patience_s = patience_s
        self._last_lines = last_lines
        self._starting = Lock()

    @property
    def begun(self) -> tuple[Begun, ...]:
        """Every execution so far, in order, also those of sub-workflows and error workflows."""
        return tuple(self._control.begun)

    def run(self, workflow_id: str, trigger: str, data: Mapping[str, str] | None = None) -> Execution:
        """Start a workflow from one of its trigger nodes and wait until it has ended.

        A manual trigger is pressed in the editor's way; schedules and forms belong to the published workflow: a
        schedule fires, a form is filled in with `data` (by label) and sent.
        """
        return self.wait(self.start(workflow_id, trigger, data))

    def start(self, workflow_id: str, trigger: str, data: Mapping[str, str] | None = None) -> str:
        """Start as `run` does; gives the id of the execution at once."""
        node = trigger_of(self._library.workflow(workflow_id), trigger)
        with self._starting:
            before = len(self._control.begun)
            known = self._pull_when_live(workflow_id, node, data or {})
            begun = known or self._control.wait_until_begun(before, workflow_id, node.modes, _BEGIN_S)
        if begun is None:
            raise EngineFailure(f"workflow {workflow_id} did not start from {trigger!r}\n{self._last_lines()}")
        return begun

    def call_webhook(
        self,
        workflow_id: str,
        path: str,
        method: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> tuple[Execution, Answered]:
        """Send a request to a published webhook and wait until its run has ended."""
        before, give_up = len(self._control.begun), time.monotonic() + _LIVE_S
        while True:
            try:
                answer = self._rest.call_webhook(path, method, query, headers, body)
                break
            except NotLive:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_POLL_S)
        if answer.body in _REFUSED_AT_THE_DOOR:
            return Execution("", workflow_id, "success"), answer
        begun = self._control.wait_until_begun(before, workflow_id, frozenset({"webhook"}), _BEGIN_S)
        if begun is None:
            raise EngineFailure(f"the webhook {path} answered {answer.status} without a run\n{self._last_lines()}")
        return self.wait(begun), answer

    def send(self, path: str, method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answered:
        """Send a request without a body to a published webhook; waits for no run."""
        return self._rest.call_webhook(path, method, query, headers, b"")

    def wait(self, execution_id: str) -> Execution:
        """Wait until an execution has ended and is stored; one that takes too long is stopped, and comes as `running`.

        Of one that the workflow's settings keep nothing of, only how it ended is known. Raises `EngineFailure` where
        n8n does not store what has ended.
        """
        if not self._control.wait_until_ended(execution_id, self.patience_s):
            self.cancel(execution_id)
            words = f"still running after {self.patience_s:g} s, and was stopped"
            return Execution(execution_id, "", "running", words)
        give_up = time.monotonic() + _STORE_S
        while time.monotonic() < give_up:
            stored = self._rest.execution(execution_id)
            ended = self._control.ended_as(execution_id)
            if stored is None and ended in _FORGOTTEN:
                return Execution(execution_id, "", _FORGOTTEN[ended])
            if stored and stored["status"] in ENDED:
                return Execution.read(stored)
            time.sleep(_POLL_S)
        raise EngineFailure(f"execution {execution_id} ended, but was never stored\n{self._last_lines()}")

    def wait_for_handlers(self, before: int, workflow_id: str) -> list[Execution]:
        """Wait for the ends of the error workflow's runs: one for each failed run among `begun[before:]`.

        n8n starts none for a run that a person started in the editor, but one for a child and one for its parent.
        """
        begun = self._control.begun[before:]
        failed = [
            b for b in begun if b.mode not in {"manual", "error"} and self._control.ended_as(b.execution) == "error"
        ]
        handlers: list[str] = []
        for _ in failed:
            found = self._control.wait_until_begun(before, workflow_id, frozenset({"error"}), _BEGIN_S)
            if found is None:
                raise EngineFailure(f"no run of the error workflow {workflow_id} began\n{self._last_lines()}")
            handlers.append(found)
            before = next(n for n, b in enumerate(self._control.begun) if b.execution == found) + 1
        return [self.wait(handler) for handler in handlers]

    def execution(self, execution_id: str) -> Execution:
        """Read what is stored about an execution now."""
        stored = self._rest.execution(execution_id)
        if stored is None:
            raise EngineFailure(f"execution {execution_id} is not stored")
        return Execution.read(stored)

    def cancel(self, execution_id: str) -> None:
        """Stop an execution, as a person does: no node starts any more; a request in flight is not called back."""
        self._rest.stop(execution_id)

    def cancel_all(self) -> None:
        """Stop every execution that runs now, children too: they would go on without their parent."""
        for execution_id in self._control.running():
            with suppress(EngineFailure):  # it has just ended
                self.cancel(execution_id)

    def kill_running(self) -> None:
        """Let everything that runs now die as in a crash, without the server: seconds are saved, nothing else differs.

        Connections break, no further request is made, no wait or try again ends; unlike after `cancel`, where a node
        finishes what it has begun. May be called from within the world, which then raises `NoAnswer("reset")`.
        """
        self._control.kill(self._control.running())
        self.cancel_all()

    def retry(self, execution_id: str) -> Execution:
        """Retry a failed stored execution by hand, with the workflow as it was then, and wait for its end."""
        workflow_id = self.execution(execution_id).workflow_id
        with self._starting:
            before = len(self._control.begun)
            self._rest.retry(execution_id)
            begun = self._control.wait_until_begun(before, workflow_id, frozenset({"retry"}), _BEGIN_S)
        if begun is None:
            raise EngineFailure(f"execution {execution_id} was not retried\n{self._last_lines()}")
        return self.wait(begun)

    def _pull_when_live(self, workflow_id: str, trigger: Trigger, data: Mapping[str, str]) -> str | None:
        give_up = time.monotonic() + (_LIVE_S if self._library.is_published(workflow_id) else 0)
        while True:
            try:
                return self._pull(workflow_id, trigger, data)
            except NotLive:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_POLL_S)

    def _pull(self, workflow_id: str, trigger: Trigger, data: Mapping[str, str]) -> str | None:
        if trigger.kind == "schedule":
            if not self._control.fire_schedule(workflow_id, trigger.node_id):
                raise NotLive(
                    f"the schedule {trigger.name!r} of workflow {workflow_id} is not active; is it published?"
                )
        elif trigger.kind == "form":
            self._rest.submit_form(trigger.path, trigger.fields(data), self.form_login)
        else:
            return self._rest.run(workflow_id, {"name": trigger.name})
        return None
