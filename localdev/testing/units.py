"""One state, or one expression, by itself: through Step Functions' TestState, in milliseconds.

https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localdev.executions.text import json_or_text
from localdev.system.errors import LocaldevError
from localdev.testing.mistakes import require_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localdev.engines.clients import Clients
    from localdev.testing.machines import StateMachine


class ExpressionError(LocaldevError):
    """An expression that cannot be evaluated with this input."""


@dataclass(frozen=True)
class Inspection:
    """Result of one state for an input."""

    status: str
    """``SUCCEEDED``, ``FAILED``, ``RETRIABLE`` or ``CAUGHT_ERROR``."""
    output: Any
    error: str | None
    cause: str | None
    next_state: str | None
    data: Mapping[str, Any]
    """AWS's inspection data, such as ``afterArguments`` and ``errorDetails``, parsed."""

    @property
    def succeeded(self) -> bool:
        """Return whether it succeeded."""
        return self.status == "SUCCEEDED"

    @property
    def caught(self) -> bool:
        """Return whether it failed, and one of its Catch entries leads on."""
        return self.status == "CAUGHT_ERROR"

    @property
    def retriable(self) -> bool:
        """Return whether it failed, and one of its Retry entries takes the error."""
        return self.status == "RETRIABLE"


def inspect_state(
    machine: StateMachine,
    state: str,
    *,
    input: object = None,  # noqa: A002 - AWS's own word
    variables: Mapping[str, object] | None = None,
    mock: object = None,
    raises: tuple[str, str] | None = None,
    retries: int = 0,
    context: Mapping[str, object] | None = None,
    validation: str = "STRICT",
) -> Inspection:
    """Run one state of a deployed machine, and return what it did.

    A ``mock`` is the result of what the state would call, ``raises`` the error and the cause it gets instead; without
    either it makes its call. A ``context`` goes with one of them. ``retries`` says how often it has been retried
    before, ``validation`` how a mock is compared with the service's response: ``STRICT``, ``PRESENT`` or ``NONE``.

    :raises LocaldevError: the machine has no such state.
    """
    require_state(machine.name, machine.definition, state)
    request: dict[str, Any] = {
        "definition": json.dumps(machine.document),
        "stateName": state,
        "roleArn": machine.role_arn,
        "input": json.dumps({} if input is None else input),
        "inspectionLevel": "TRACE" if _calls_http(machine, state) else "DEBUG",
    }
    if variables is not None:
        request["variables"] = json.dumps(variables)
    if context is not None:
        request["context"] = json.dumps(context)
    if raises is not None:
        request["mock"] = {"errorOutput": {"error": raises[0], "cause": raises[1]}}
    elif mock is not None:
        request["mock"] = {"result": json.dumps(mock), "fieldValidationMode": validation}
    if retries:
        request["stateConfiguration"] = {"retrierRetryCount": retries}
    return _inspection(machine.reader.clients.client("stepfunctions").test_state(**request))


def evaluate(
    clients: Clients,
    expression: str,
    *,
    input: object = None,  # noqa: A002 - AWS's own word
    variables: Mapping[str, object] | None = None,
) -> Any:
    """Return what a JSONata expression, ``{% … %}``, gives for an input; ``$states.input`` is the input.

    :raises ExpressionError: it cannot be evaluated.
    """
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": expression, "End": True}
    return _evaluated(clients, state, expression, input, variables).output


def jsonpath(
    clients: Clients,
    path: str,
    *,
    input: object = None,  # noqa: A002 - AWS's own word
    variables: Mapping[str, object] | None = None,
) -> Any:
    """Return what a JSONPath, or one of the language's intrinsic functions, gives for an input.

    :raises ExpressionError: it cannot be evaluated.
    """
    state = {"Type": "Pass", "Parameters": {"value.$": path}, "End": True}
    return _evaluated(clients, state, path, input, variables).output["value"]


def _evaluated(
    clients: Clients,
    state: Mapping[str, object],
    expression: str,
    document: object,
    variables: Mapping[str, object] | None,
) -> Inspection:
    request: dict[str, Any] = {
        "definition": json.dumps(state),
        "input": json.dumps({} if document is None else document),
    }
    if variables is not None:
        request["variables"] = json.dumps(variables)
    found = _inspection(clients.client("stepfunctions").test_state(**request))
    if not found.succeeded:
        raise ExpressionError(f"{expression} cannot be evaluated: {found.error}: {found.cause}")
    return found


def _calls_http(machine: StateMachine, state: str) -> bool:
    resource = next(place.state.resource for place in machine.definition.walk() if place.state.name == state)
    return resource is not None and resource.endswith("http:invoke")


def _inspection(answer: Mapping[str, Any]) -> Inspection:
    data = {
        name: json_or_text(value) if isinstance(value, str) else value
        for name, value in answer.get("inspectionData", {}).items()
    }
    return Inspection(
        status=answer["status"],
        output=json_or_text(answer.get("output")),
        error=answer.get("error"),
        cause=answer.get("cause"),
        next_state=answer.get("nextState"),
        data=data,
    )
