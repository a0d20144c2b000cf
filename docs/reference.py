"""Make ``docs/reference.md`` from the docstrings of the pytest plugin: its fixtures, and the classes they give."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import TYPE_CHECKING, Any, Final

from localdev.testing import plugin, rehearsal_fixtures
from localdev.testing.apis import Answer, Api
from localdev.testing.clocks import Clock
from localdev.testing.faults import Faults
from localdev.testing.functions import Function, InvocationResult, Logs
from localdev.testing.machines import StateMachine
from localdev.testing.mocks import Mock
from localdev.testing.outcomes import Events, Outcome, StateOutcome
from localdev.testing.queues import Message, Queue
from localdev.testing.running import Execution
from localdev.testing.stacks import Stack, Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_CLASSES: Final[tuple[type, ...]] = (
    StateMachine, Execution, Outcome, StateOutcome, Events, Mock, Faults, Clock, Api, Answer, Function,
    InvocationResult, Logs, Queue, Message, Stack, Stacks,
)  # fmt: skip
_HEAD: Final = """\
# Reference of the fixtures

<!-- Made by `./scripts/regenerate pages` from the docstrings. Do not edit. -->

[testing.md](testing.md) teaches them.

## Fixtures
"""


def page() -> str:
    """Return ``docs/reference.md``."""
    parts = [_HEAD, *_fixtures(plugin), *_fixtures(rehearsal_fixtures)]
    for each in _CLASSES:
        parts += [f"\n## {each.__name__}\n", f"{_words(each)}\n", *_members(each)]
    return "\n".join(parts).rstrip() + "\n"


def _fixtures(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        # what pytest makes of a function that is a fixture
        if type(value).__name__ == "FixtureFunctionDefinition":
            yield f"- `{name}`: {_words(value)}"


def _members(kind: type) -> Iterator[str]:
    if dataclasses.is_dataclass(kind):
        yield "- " + ", ".join(f"`{each.name}`" for each in dataclasses.fields(kind))
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property) or type(value).__name__ == "cached_property":
            yield f"- `{name}`: {_words(value)}"
        elif inspect.isfunction(value) and value.__doc__:
            yield f"- `{name}{_parameters(value)}`: {_words(value)}"


def _parameters(function: Any) -> str:
    signature = inspect.signature(function)
    shown = [_shown(each) for name, each in signature.parameters.items() if name != "self"]
    return str(signature.replace(parameters=shown, return_annotation=inspect.Signature.empty))


def _shown(parameter: inspect.Parameter) -> inspect.Parameter:
    default = parameter.default
    # a function would be shown with its address
    if inspect.isfunction(default):
        default = ...
    return parameter.replace(annotation=inspect.Parameter.empty, default=default)


def _words(documented: Any) -> str:
    text = inspect.getdoc(documented) or ""
    text = re.sub(r":param (\w+):", r"`\1`:", text.replace(":raises ", "Raises "))
    return " ".join(text.replace("``", "`").split())
