"""A run on n8n that does not end fails its own case, and no other."""

from __future__ import annotations

from typing import Any, cast

from generator.replay.n8n.runs import Runs
from generator.replay.n8n_engine import _ended


class Never:
    """A server whose executions run on for ever; it notes which ones were stopped."""

    def __init__(self) -> None:
        self.stopped: list[str] = []

    def wait_until_ended(self, _execution: str, _patience_s: float) -> bool:
        return False

    def stop(self, execution: str) -> None:
        self.stopped.append(execution)


def test_a_run_that_does_not_end_is_stopped_and_comes_as_failed() -> None:
    server = Never()
    runs = Runs(cast("Any", server), cast("Any", server), cast("Any", None), 0.5, lambda: "")
    ended = _ended(runs.wait("7"), killed=False)
    assert server.stopped == ["7"]
    assert (ended.status, ended.error) == (
        "failed",
        "replay: the execution is still running after 0.5 s, and was stopped",
    )
