"""Intrinsic functions: escapes, nesting, arguments and their failures."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.failures import compact, fail
from localstack_corrections.stepfunctions.intrinsic_calls import Call, Literal, Reference, Text, parsed
from localstack_corrections.stepfunctions.jsonpath import sample

if TYPE_CHECKING:
    from types import ModuleType

_ASL = "localstack.services.stepfunctions.asl"


class Function:
    """Call that LocalStack evaluates in place of its own parse."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.name = SimpleNamespace(name=call.name.removeprefix("States."))

    def eval(self, env: Any) -> None:
        """Leave the value on the execution's stack."""
        env.stack.append(_value(self.call, env, env.stack[-1] if env.stack else None, self.call.text))


def _value(call: Call, env: Any, data: Any, whole: str) -> Any:
    from localstack_corrections.stepfunctions.intrinsic_functions import FUNCTIONS, IntrinsicError

    function, counts = FUNCTIONS.get(call.name, (None, range(0)))
    if function is None:
        fail(env, f"Unrecognized intrinsic function: {call.name}")
    arguments = [_argument(call, i, argument, env, data, whole) for i, argument in enumerate(call.arguments)]
    reason = ""
    if len(arguments) in counts:
        try:
            return function(*arguments)
        except IntrinsicError as error:
            reason = str(error)
    reason = reason or f"Invalid arguments in {call.name}"
    return fail(env, f"There was an error while evaluating the intrinsic function: {call.text}. {reason}")


def _argument(call: Call, index: int, argument: Any, env: Any, data: Any, whole: str) -> Any:
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    if isinstance(argument, Text):
        template = call.name == "States.Format" and index == 0
        return argument.escaped if template else argument.value
    if isinstance(argument, Literal):
        return argument.value
    if isinstance(argument, Call):
        return _value(argument, env, data, whole)
    try:
        return sample(env, argument.path, data)
    except NoSuchJsonPathError:
        # of the context object too AWS names the state's input
        path = argument.path.removeprefix("$") if argument.path.startswith("$$") else argument.path
        fail(
            env,
            f"The function '{whole}' had the following error: The JsonPath argument for the field"
            f" '{path}' could not be found in the input '{compact(data)}'",
        )


def _parse_calls(module: ModuleType) -> None:
    def visit(self: Any, ctx: Any) -> Any:  # noqa: ARG001 - a method
        text = json.loads(ctx.STRINGINTRINSICFUNC().getText())
        return module.StringIntrinsicFunction(intrinsic_function_derivation=text, function=Function(parsed(text)))

    module.Preprocessor.visitString_intrinsic_function = visit


def _name_variables(module: ModuleType) -> None:
    def process_and_get(definition: str) -> list[str]:
        paths = parsed(json.loads(f'"{definition}"')).references()
        return [path[1:] for path in paths if path[1:2].isalpha() or path[1:2] == "_"]

    module.VariableNamesIntrinsicStaticAnalyser.process_and_get = staticmethod(process_and_get)


def _strings(module: ModuleType) -> None:
    module._STRING_RETURN_FUNCTIONS = {  # type: ignore[attr-defined]
        "Format", "JsonToString", "ArrayGetItem", "Base64Decode", "Base64Encode", "Hash", "UUID"
    }  # fmt: skip


CORRECTION = Correction(
    name="intrinsics",
    localstack="Escapes in arguments end a text early or fail; wrong arguments pass, or fail with other words.",
    aws="`\\\\'`, `\\\\{`, `\\\\}` and `\\\\\\\\` stand for themselves; calls nest ten deep; wrong arguments are a"
    " `States.Runtime`, which nothing catches, and not the `States.IntrinsicFailure` that the guide lists.",
    source="Developer guide, Intrinsic functions for JSONPath states; Amazon States Language, Intrinsic Functions;"
    " recorded on AWS in gabrielmoreira/tiny-asl-machine, tests/conformance/cases, and in floci-io/floci's test"
    " `AslExecutorIntrinsicMissingArgumentTest`",
    patches={
        f"{_ASL}.parse.preprocessor": _parse_calls,
        f"{_ASL}.static_analyser.intrinsic.variable_names_intrinsic_static_analyser": _name_variables,
        f"{_ASL}.component.state.state_fail.error_decl": _strings,
        f"{_ASL}.component.state.state_fail.cause_decl": _strings,
    },
)

__all__ = ["CORRECTION", "Reference"]
