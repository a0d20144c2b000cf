"""Validation of definitions: what AWS rejects is rejected when a machine is created, with AWS's code and location.

Sources: the API reference of ValidateStateMachineDefinitionDiagnostic for the codes; for messages and locations what
was captured from AWS in localstack/localstack#11978, aws-cloudformation/cfn-lint#4073, #4074, #4077, and
floci-io/floci#2670, #2735, #2745, #2786, #2968, #3733, and what gabrielmoreira/tiny-asl-machine has recorded on AWS
(tests/conformance/cases). AWS may change messages, as the reference says.
"""

from __future__ import annotations

import json
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER
from localstack_corrections.stepfunctions.validation.diagnostics import JSON, Diagnostic, rejection

if TYPE_CHECKING:
    from types import ModuleType

_ALONE = "StateName"
_DEFINITIONS = 256
_MOST_RESULTS = 100


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys are there twice."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        found.repeated = tuple(name for name in found if names.count(name) > 1)
    return found


@lru_cache(_DEFINITIONS)
def diagnostics(definition: str) -> tuple[Diagnostic, ...]:
    """Return why AWS rejects a definition; nothing when it accepts it."""
    from localstack_corrections.stepfunctions.validation.expressions import expressions
    from localstack_corrections.stepfunctions.validation.graph import transitions
    from localstack_corrections.stepfunctions.validation.schema import Schema

    try:
        machine = json.loads(definition, object_pairs_hook=_object)
        found = Schema().machine(machine)
        if not found:
            found += expressions(machine, machine.get("QueryLanguage", "JSONPath"))
        found += transitions(machine)
    except ValueError as error:
        return (Diagnostic(JSON, str(error)),)
    except RecursionError:
        return (Diagnostic("TOO_DEEPLY_NESTED", "The definition is too deeply nested"),)
    return tuple(found)


def of_a_state(definition: str, name: str | None) -> tuple[Diagnostic, ...]:
    """Return why AWS does not test a state: one by itself, or the one that a name has in a whole definition.

    A state by itself has the name that AWS gives it in causes; where AWS locates its fields is not known.
    """
    if name:
        return diagnostics(definition)
    from localstack_corrections.stepfunctions.validation.schema import Schema

    try:
        state = json.loads(definition, object_pairs_hook=_object)
    except ValueError as error:
        return (Diagnostic(JSON, str(error)),)
    except RecursionError:
        return (Diagnostic("TOO_DEEPLY_NESTED", "The definition is too deeply nested"),)
    return tuple(Schema().machine({"StartAt": _ALONE, "States": {_ALONE: state}}))


def _warnings(definition: str) -> tuple[Diagnostic, ...]:
    from localstack_corrections.stepfunctions.validation.warnings import warnings

    machine = json.loads(definition)
    return tuple(warnings(machine, machine.get("QueryLanguage", "JSONPath")))


def _validate_as_aws(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    original = provider._validate_definition

    def validate_definition(definition: str, static_analysers: list[Any]) -> None:
        of_one_state = any(isinstance(each, module.TestStateStaticAnalyser) for each in static_analysers)
        found = of_a_state(definition, static_analysers[0].state_name) if of_one_state else diagnostics(definition)
        if found:
            error = module.InvalidDefinition()
            error.message = rejection(list(found))
            raise error
        original(definition=definition, static_analysers=static_analysers)

    provider._validate_definition = staticmethod(validate_definition)
    _report_diagnostics(module)


def _report_diagnostics(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    original = provider.validate_state_machine_definition

    @wraps(original)
    def validate(self: Any, context: Any, request: Any, **kwargs: Any) -> Any:
        found = diagnostics(request["definition"])
        answer: Any = {"result": "FAIL", "diagnostics": [], "truncated": False}
        if not found:
            answer = original(self, context, request, **kwargs)
            if answer["result"] != "OK" or request.get("severity") != "WARNING":
                return answer
            found = _warnings(request["definition"])
        severity = "ERROR" if answer["result"] == "FAIL" else "WARNING"
        most = request.get("maxResults") or _MOST_RESULTS
        described = [
            {"severity": severity, "code": each.code, "message": each.message}
            | ({"location": each.location} if each.location else {})
            for each in found[:most]
        ]
        return module.ValidateStateMachineDefinitionOutput(
            result=answer["result"], diagnostics=described, truncated=len(found) > most
        )

    provider.validate_state_machine_definition = validate


CORRECTION = Correction(
    name="definition-validation",
    localstack="Definitions with targets that do not exist, without an end, or with fields that a state does not have"
    " are accepted, and fail when they run.",
    aws="They are rejected when the machine is created, updated or validated, with code, message and location.",
    source="API reference, ValidateStateMachineDefinitionDiagnostic; localstack/localstack#11978;"
    " aws-cloudformation/cfn-lint#4073, #4074, #4077; floci-io/floci#2735, #2745, #2786, #2968, #3733;"
    " recorded on AWS in gabrielmoreira/tiny-asl-machine, tests/conformance/cases",
    patches={PROVIDER: _validate_as_aws},
)
