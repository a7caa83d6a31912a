"""Plays are shared by several servers: each is played once, and none begins after one has failed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Barrier, Event

import pytest

from generator.replay import serving
from generator.replay.serving import served

Play = Callable[[int], tuple[int, int]]


@pytest.fixture(autouse=True)
def two_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST", 2)


def played(number: int, server: int) -> tuple[int, int]:
    return number, server


def plays(many: int) -> list[Play]:
    return [partial(played, number) for number in range(many)]


def starter() -> Callable[[], int]:
    numbers = count(1)
    return lambda: next(numbers)


def test_each_is_played_once_and_reported() -> None:
    both, told = Barrier(2), list[tuple[int, int]]()

    def meet(number: int, server: int) -> tuple[int, int]:
        both.wait(10)
        return number, server

    rows = served([partial(meet, 0), *plays(20)[1:], partial(meet, 20)], starter(), told.append)
    assert [number for number, _ in rows] == list(range(21))
    assert {server for _, server in rows} == {1, 2}
    assert sorted(told) == rows


def test_rows_come_in_the_order_of_the_plays() -> None:
    assert [number for number, _ in served(plays(100), starter(), lambda _: None)] == list(range(100))


@pytest.mark.parametrize(("many", "servers"), [(0, 0), (1, 1), (2, 2), (9, 2), (400, 2)])
def test_no_more_servers_are_started_than_there_is_work_for(many: int, servers: int) -> None:
    started: list[int] = []

    def start() -> int:
        started.append(len(started))
        return started[-1]

    assert len(served(plays(many), start, lambda _: None)) == many
    assert len(started) == servers


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError, IndexError])
def test_none_begins_after_one_has_failed(kind: type[BaseException]) -> None:
    over, begun = Event(), list[int]()

    def fail(_: int) -> tuple[int, int]:
        raise kind

    def hang(number: int, server: int) -> tuple[int, int]:
        begun.append(number)
        over.wait(30)
        return number, server

    with pytest.raises(kind):
        served([fail, *(partial(hang, n) for n in range(1, 40))], starter(), lambda _: None)
    over.set()
    assert len(begun) <= 1


def test_an_interrupt_waits_for_no_play() -> None:
    over = Event()

    def hang(server: int) -> tuple[int, int]:
        over.wait(30)
        return 0, server

    def interrupt(_: tuple[int, int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        served([*plays(1), *[hang] * 20], starter(), interrupt)
    assert not over.is_set()
    over.set()


def test_a_server_that_does_not_come_up_ends_it_all() -> None:
    over, done = Event(), list[int]()

    def start(numbers: list[int]) -> int:
        if not numbers:
            raise RuntimeError("no server")
        return numbers.pop()

    def hang(number: int, server: int) -> tuple[int, int]:
        done.append(number)
        over.wait(30)
        return number, server

    with pytest.raises(RuntimeError):
        served([partial(hang, n) for n in range(400)], partial(start, [1]), lambda _: None)
    over.set()
    assert done == [0]
