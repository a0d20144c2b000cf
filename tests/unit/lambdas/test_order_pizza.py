"""Does this flavour have pineapple on it?"""

import logging

import order_pizza
import pytest


@pytest.mark.parametrize("flavour", ["pineapple", "hawaiian", "PineApple", " Hawaiian ", "\tPINEAPPLE\n"])
def test_pineapple_by_any_name_is_found(flavour: str) -> None:
    assert order_pizza.handler(flavour, None) == {"containsPineapple": True}


@pytest.mark.parametrize("flavour", ["pepperoni", "margherita", "", "no pineapple", "🍍"])
def test_no_other_flavour_has_it(flavour: str) -> None:
    assert order_pizza.handler(flavour, None) == {"containsPineapple": False}


@pytest.mark.parametrize("event", [None, 7, ["pineapple"], {"flavour": "pineapple"}])
def test_what_is_no_flavour_fails_with_its_type(event: object) -> None:
    with pytest.raises(TypeError, match=f"must be a string, not {type(event).__name__}"):
        order_pizza.handler(event, None)


def test_the_flavour_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "order_pizza")

    order_pizza.handler("margherita", None)

    (record,) = caplog.records
    assert (record.__dict__["flavour"], record.__dict__["containsPineapple"]) == ("margherita", False)
