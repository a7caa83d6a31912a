"""Plays are shared by several servers: each is played once, and none begins after one has failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Event

import pytest

from generator.replay import serving
from generator.replay.serving import served

Play = Callable[[int], tuple[int, int]]


@pytest.fixture(autouse=True)
def two_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST", 2)


def played(number: int, server: int) -> tuple[int, int]:
    time.sleep(0.01)
    return number, server


def plays(many: int) -> list[Play]:
    return [partial(played, number) for number in range(many)]


def starter() -> Callable[[], int]:
    numbers = count(1)
    return lambda: next(numbers)


def test_each_is_played_once_and_reported() -> None:
    told: list[tuple[int, int]] = []
    rows = served(plays(50), starter(), told.append)
    assert sorted(number for number, _ in rows) == list(range(50))
    assert {server for _, server in rows} == {1, 2}
    assert sorted(told) == sorted(rows)


@pytest.mark.parametrize(("many", "servers"), [(0, 0), (1, 1), (8, 1), (9, 2)])
def test_no_more_servers_are_started_than_there_is_work_for(many: int, servers: int) -> None:
    started: list[int] = []

    def start() -> int:
        started.append(len(started))
        return started[-1]

    assert len(served(plays(many), start, lambda _: None)) == many
    assert len(started) == servers


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError, IndexError])
def test_none_begins_after_one_has_failed(kind: type[BaseException]) -> None:
    failed, after = Event(), list[int]()

    def fail(_: int) -> tuple[int, int]:
        failed.set()
        raise kind

    def follow(number: int, server: int) -> tuple[int, int]:
        assert failed.wait(5)
        time.sleep(0.1)  # until the one that failed is noticed
        after.append(number)
        return number, server

    with pytest.raises(kind):
        served([fail, *(partial(follow, n) for n in range(1, 40))], starter(), lambda _: None)
    assert len(after) <= 2


def test_a_server_that_does_not_come_up_ends_it_all() -> None:
    def start(numbers: list[int]) -> int:
        if not numbers:
            raise RuntimeError("no server")
        return numbers.pop()

    with pytest.raises(RuntimeError):
        served(plays(400), partial(start, [1]), lambda _: None)
