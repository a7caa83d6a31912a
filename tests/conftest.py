"""What tests of several folders share: the JavaScript of the templates, run by Node."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from generator import resources
from generator.mapping.sources import APP_LOG
from generator.replay.n8n.node import bundled_node

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""An example may wait for Node on a busy machine."""


@pytest.fixture(scope="session")
def js() -> Iterator[Callable[..., Any]]:
    """Give a function that calls one of `templates/code` by name: JSON goes in, JSON comes out."""
    yield from js_of(APP_LOG)


def js_of(source: str) -> Iterator[Callable[..., Any]]:
    """Give the same function, with the code of one kind of usage source.

    `TOKENTILL_TEST_CODE` names a folder with other code (`code/`, `sources/`): how mutation asks these tests.
    """
    code, sources = resources.templates() / "code", resources.sources()
    if changed := os.environ.get("TOKENTILL_TEST_CODE"):
        code, sources = Path(changed) / "code", Path(changed) / "sources"
    folders = code, sources / source
    runner = Path(__file__).with_name("code_runner.js")
    command = [str(bundled_node().program), str(runner), *map(str, folders)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as node:
        assert node.stdin
        assert node.stdout
        source, sink = node.stdout, node.stdin

        def call(name: str, *args: object) -> Any:
            sink.write(json.dumps({"name": name, "args": args}) + "\n")
            sink.flush()
            answer = json.loads(source.readline())
            if "error" in answer:
                raise AssertionError(answer["error"])
            return answer["value"]

        yield call
        sink.close()
