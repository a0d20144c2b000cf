"""A correction's switches."""

from localstack_corrections.correction import Correction

CORRECTION = Correction("some-difference", "Answers 500.", "Answers 404.", "https://docs.aws.amazon.com/")


def test_a_correction_is_on_when_nothing_is_set() -> None:
    assert CORRECTION.is_on({})


def test_its_own_switch_turns_a_correction_off() -> None:
    assert not CORRECTION.is_on({"CORRECTIONS_SOME_DIFFERENCE": "0"})


def test_the_switch_of_all_turns_a_correction_off() -> None:
    assert not CORRECTION.is_on({"CORRECTIONS": "off"})
