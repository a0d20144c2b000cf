"""Test which answers and faults hit which attempt, without an emulator."""

from __future__ import annotations

from typing import Any

import pytest

from localstack_rehearsals.answers import contains
from localstack_rehearsals.faults import Call, Fault, chance, service_error
from localstack_rehearsals.rehearsal import MOST_KEPT, Registry, Rehearsal


@pytest.mark.parametrize(
    ("document", "subset", "found"),
    [
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 2}}, True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": None}, {"a": None}, True),
        ({}, {"a": None}, False),
        ("text", {}, False),
        ([1], [1], True),
    ],
)
def test_a_document_contains_a_subset(document: Any, subset: Any, found: bool) -> None:
    assert contains(document, subset) is found


def test_chances_are_those_of_seed_fault_and_call() -> None:
    assert chance(1, 0, "call") == chance(1, 0, "call")
    assert len({chance(1, 0, "call"), chance(2, 0, "call"), chance(1, 1, "call"), chance(1, 0, "other")}) == 4


def test_chances_are_spread_evenly() -> None:
    hits = sum(chance(1, 0, str(number)) < 0.3 for number in range(10_000))
    assert 2_800 < hits < 3_200


def test_a_fault_hits_what_it_is_for() -> None:
    fault = Fault("fail", service="lambda", state="Bake")
    assert fault.hits(Call("lambda", state="Bake"), 0.0, 0.0)
    assert not fault.hits(Call("lambda", state="Serve"), 0.0, 0.0)
    assert not fault.hits(Call("sqs", state="Bake"), 0.0, 0.0)
    assert fault.injected == 1


def test_a_service_is_away_from_its_first_call_on() -> None:
    fault = Fault("away", service="sqs", seconds=60)
    assert [fault.hits(Call("sqs"), 0.0, now) for now in (100.0, 159.0, 160.0)] == [True, True, False]


def test_a_service_answers_with_its_own_words() -> None:
    assert service_error(Fault("throttle"), "lambda")[:2] == ("TooManyRequestsException", 429)
    assert service_error(Fault("throttle"), "glue")[0] == "ThrottlingException"
    assert service_error(Fault("fail", error="Own", message="words"), "sqs")[::2] == ("Own", "words")


def test_the_oldest_rehearsals_are_forgotten() -> None:
    registry = Registry()
    for number in range(MOST_KEPT + 1):
        registry.register(Rehearsal("machine", str(number)))
    assert registry.find("machine", "0") is None
    assert registry.find("machine", str(MOST_KEPT)) is not None


def test_an_execution_has_the_rehearsal_of_its_name() -> None:
    registry, rehearsal = Registry(), Rehearsal("machine", "one")
    registry.register(rehearsal)
    assert registry.start("machine", "other", "arn:other") is None
    assert registry.start("machine", "one", "arn:one") is rehearsal
    assert registry.of("arn:one") is rehearsal
    registry.remove("machine", "one")
    assert registry.of("arn:one") is None
