"""What a costly call gave is kept for the same bundles, and for no others."""

from datetime import UTC, datetime
from random import Random

from generator.iml.evaluate import evaluate
from generator.iml.scope import Scope, Surroundings
from generator.iml.values import Value


def around() -> Surroundings:
    return Surroundings(lambda: datetime(2026, 11, 23, tzinfo=UTC), Random(1))


def test_a_list_is_built_once_for_the_same_bundle() -> None:
    run, bundle = around(), {"x": "a,b"}
    first = evaluate('{{split(1.x; ",")}}', Scope({"1": bundle}, run))
    assert evaluate('{{split(1.x; ",")}}', Scope({"1": bundle, "2": {}}, run)) is first


def test_another_bundle_has_its_own() -> None:
    run = around()
    found = [evaluate('{{join(split(1.x; ","); "+")}}', Scope({"1": {"x": words}}, run)) for words in ("a,b", "c,d")]
    assert found == ["a+b", "c+d"]


def test_chance_and_time_are_never_kept() -> None:
    run, bundle = around(), {"x": "a"}
    told: list[Value] = [evaluate("{{sum(random; 1.n)}}", Scope({"1": bundle}, run)) for _ in range(2)]
    assert told[0] != told[1]
