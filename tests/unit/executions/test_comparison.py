"""Two executions side by side."""

from __future__ import annotations

from localdev.executions.comparison import compare
from tests.unit.executions.conftest import recording


def test_an_execution_does_not_differ_from_itself() -> None:
    history = recording("choice").history

    compared = compare(history, history)

    assert compared.first is None
    assert [pair.left for pair in compared.pairs] == list(history.path())


def test_the_first_difference_is_where_the_input_was_another() -> None:
    compared = compare(recording("choice").history, recording("choice_default_to_fail").history)

    assert compared.first == 0
    assert "input" in compared.pairs[0].differences


def test_states_that_only_one_of_them_entered_stand_alone() -> None:
    compared = compare(recording("choice").history, recording("choice_default_to_fail").history)

    alone = [
        (pair.left.state if pair.left else None, pair.right.state if pair.right else None) for pair in compared.pairs
    ]
    assert alone == [("By size", "By size"), ("Large", None), (None, "Small")]
