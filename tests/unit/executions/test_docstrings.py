"""The examples in the docstrings run."""

import doctest
from types import ModuleType

import pytest

from localdev.executions import conditions, text


@pytest.mark.parametrize("module", [conditions, text], ids=lambda module: module.__name__)
def test_the_examples_of_a_module_run(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert results.attempted > 0
    assert results.failed == 0
