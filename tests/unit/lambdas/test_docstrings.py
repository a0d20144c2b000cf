"""The examples in the docstrings run."""

import doctest
from types import ModuleType

import order_pizza
import proxy_response
import pytest


@pytest.mark.parametrize("module", [order_pizza, proxy_response], ids=lambda module: module.__name__)
def test_the_examples_of_a_module_run(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert results.attempted > 0
    assert results.failed == 0
