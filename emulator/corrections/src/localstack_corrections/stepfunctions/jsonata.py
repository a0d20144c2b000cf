"""JSONata without Java.

LocalStack evaluates JSONata with a Java library that it downloads, by writing the state's data into the expression's
text, each time anew. Here an expression is parsed once, and evaluated in Python with the data as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions import query_failures
from localstack_corrections.stepfunctions.expression_places import note_places

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_ASL = "localstack.services.stepfunctions.asl"
_EXPRESSIONS = 4096


def evaluated(env: Any, text: str, location: str) -> Any:
    """Return the JSON value of an expression in an execution, or fail the state."""
    # not before the first expression: a machine that has none shall not load a parser
    from localstack_corrections.jsonata.bounds import STEP_FUNCTIONS
    from localstack_corrections.jsonata.errors import JSONataError
    from localstack_corrections.jsonata.expression import expression, plain
    from localstack_corrections.jsonata.values import Callable as Function
    from localstack_corrections.stepfunctions.jsonata_functions import ROOT

    begin = query_failures.sentence(text, location)
    try:
        compiled = expression(text)
        raw = compiled.evaluate(None, _bindings(env, compiled), bounds=STEP_FUNCTIONS, functions=ROOT)
        if raw is None:
            query_failures.fail(env, location, f"{begin} returned nothing (undefined).")
        if isinstance(raw, Function):
            query_failures.fail(env, location, f"{begin} returned an unsupported result type.")
        return plain(raw, STEP_FUNCTIONS)
    except JSONataError as error:
        query_failures.fail(env, location, begin + query_failures.evaluation_failed(error))


def _bindings(env: Any, compiled: Any) -> dict[str, Any]:
    from localstack_corrections.jsonata.values import with_nulls

    store, bindings = env.variable_store, {}
    for name in compiled.variables:
        if name == "states":
            bindings[name] = _states(env.states._states_data, _parts(compiled.text))
        elif name in store._inner_scope or name in store._outer_scope:
            bindings[name] = with_nulls(store.get(name))
    return bindings


def _states(data: Any, parts: frozenset[str] | None) -> dict[str, Any]:
    from localstack_corrections.jsonata.values import with_nulls

    return {part: with_nulls(data[part]) for part in (data if parts is None else parts) if part in data}


@lru_cache(_EXPRESSIONS)
def _parts(text: str) -> frozenset[str] | None:
    """Return which fields of ``$states`` an expression reads; None for any."""
    from localstack_corrections.jsonata.expression import expression
    from localstack_corrections.jsonata.syntax import nodes

    everywhere, parts = 0, set()
    for node in nodes(expression(text).tree):
        if node.type == "variable" and node.value == "states":
            everywhere += 1
        elif node.type == "path" and len(node.steps) > 1:
            first, second = node.steps[:2]
            if first.type == "variable" and first.value == "states" and second.type == "name":
                parts.add(str(second.value))
                everywhere -= 1
    return frozenset(parts) if everywhere <= 0 else None


def _evaluate_in_python(module: ModuleType) -> None:
    def eval_body(self: Any, env: Any) -> None:
        env.stack.append(evaluated(env, self.expression, getattr(self, "location", "")))

    module.StringJSONata._eval_body = eval_body


def _without_java(module: ModuleType) -> None:
    def eval_jsonata_expression(jsonata_expression: str) -> Any:
        from localstack_corrections.jsonata.bounds import STEP_FUNCTIONS
        from localstack_corrections.jsonata.errors import JSONataError
        from localstack_corrections.jsonata.expression import expression, plain
        from localstack_corrections.stepfunctions.jsonata_functions import ROOT

        try:
            raw = expression(jsonata_expression).evaluate(bounds=STEP_FUNCTIONS, functions=ROOT)
            return plain(raw, STEP_FUNCTIONS)
        except JSONataError as error:
            raise module.JSONataException(error.code, str(error)) from None

    module.eval_jsonata_expression = eval_jsonata_expression  # type: ignore[attr-defined]


def _typed(kind: type | tuple[type, ...], expected: str, *, least: int = 0) -> Callable[[Any, Any], Any]:
    """Return how a field's value is read: of one type, and not below a minimum."""

    def value(self: Any, env: Any) -> Any:
        source = self.string_jsonata
        source.eval(env=env)
        found = env.stack.pop()
        location = getattr(source, "location", "")
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            whole = query_failures.sentence(source.expression, location)
            query_failures.fail(env, location, whole + query_failures.unexpected_type(found, expected))
        if not isinstance(found, bool) and isinstance(found, int | float) and found < least:
            whole = query_failures.sentence(source.expression, location)
            query_failures.fail(env, location, f"{whole} returned {found}. Minimum value is {least}")
        return found

    return value


def _on_stack(read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], None]:
    def eval_body(self: Any, env: Any) -> None:
        env.stack.append(read(self, env))

    return eval_body


_MOST_SECONDS = 99_999_999


def _seconds(name: str) -> Callable[[Any, Any], Any]:
    """Return how the seconds of a time-out are read."""
    number = _typed((int, float), "number", least=-(2**63))

    def value(self: Any, env: Any) -> Any:
        found = number(self, env)
        location = getattr(self.string_jsonata, "location", "")
        if not isinstance(found, int):
            query_failures.fail(env, location, f"The {name} field cannot be parsed as an integer: {found}")
        if not 0 <= found <= _MOST_SECONDS:
            query_failures.fail(env, location, f"{name} must be between 0 and {_MOST_SECONDS} but was: {found}")
        return found

    return value


def _type_timeouts(module: ModuleType) -> None:
    module.TimeoutSecondsJSONata._eval_seconds = _seconds("TimeoutSeconds")


def _type_heartbeats(module: ModuleType) -> None:
    module.HeartbeatSecondsJSONata._eval_seconds = _seconds("HeartbeatSeconds")


def _type_seconds(module: ModuleType) -> None:
    module.SecondsJSONata._get_wait_seconds = _typed(int, "number", least=0)


def _type_concurrency(module: ModuleType) -> None:
    module.MaxConcurrencyJSONata._eval_max_concurrency = _typed(int, "number", least=0)


def _type_tolerated(module: ModuleType) -> None:
    module.ToleratedFailureCountStringJSONata._eval_tolerated_failure_count = _typed(int, "number", least=0)
    module.ToleratedFailurePercentageStringJSONata._eval_tolerated_failure_percentage = _typed(
        (int, float), "number", least=0
    )


def _type_max_items(module: ModuleType) -> None:
    module.MaxItemsStringJSONata._get_value = _typed(int, "number", least=0)


def _type_conditions(module: ModuleType) -> None:
    module.ConditionStringJSONata._eval_body = _on_stack(_typed(bool, "boolean"))


def _type_items(module: ModuleType) -> None:
    arrays, both = _typed(list, "array"), _typed((list, dict), "array")

    def eval_body(self: Any, env: Any) -> None:
        # a distributed Map iterates over an object's members as well
        env.stack.append((both if getattr(self, "takes_objects", False) else arrays)(self, env))

    module.ItemsJSONata._eval_body = eval_body


def _type_strings(class_name: str) -> Callable[[ModuleType], None]:
    """Return a patch of a class whose ``string_expression`` must give a string."""

    def patch(module: ModuleType) -> None:
        field = getattr(module, class_name)
        original = field._eval_body

        def eval_body(self: Any, env: Any) -> None:
            original(self, env)
            source = self.string_expression
            if hasattr(source, "location") and not isinstance(env.stack[-1], str):
                whole = query_failures.sentence(source.expression, source.location)
                reason = query_failures.unexpected_type(env.stack.pop(), "string")
                query_failures.fail(env, source.location, whole + reason)

        field._eval_body = eval_body

    return patch


def _type_timestamps(module: ModuleType) -> None:
    timestamp = module.Timestamp

    def get_wait_seconds(self: Any, env: Any) -> Any:
        source = self.string
        if hasattr(source, "location"):
            source.eval(env=env)
            if not isinstance(env.stack[-1], str):
                whole = query_failures.sentence(source.expression, source.location)
                reason = query_failures.unexpected_type(env.stack.pop(), "string")
                query_failures.fail(env, source.location, whole + reason)
            text = env.stack.pop()
            if self._from_timestamp_string(text) is None:
                reason = "does not reference a valid ISO-8601 extended offset date-time format string"
                query_failures.fail(env, source.location, f"The Timestamp parameter {reason}: {text}")
        return wait(self, env)

    wait = timestamp._get_wait_seconds
    timestamp._get_wait_seconds = get_wait_seconds


def _quote_assigned(module: ModuleType) -> None:
    """Write the variables of an event as JSON: LocalStack puts quotes around a string, whatever is in it."""
    to_json_str = module.to_json_str

    def get_assigned_variables(self: Any) -> dict[str, str]:
        return {name: to_json_str(self.get(name), separators=(",", ":")) for name in self._declaration_tracing}

    module.VariableStore.get_assigned_variables = get_assigned_variables


class _Evaluated:
    """Marks on an execution's stack that the state's output is evaluated."""


class _OutputInPlaceOfResult:
    """Evaluates ``Output`` where LocalStack applies ``ResultPath``: there Retry and Catch see its failure."""

    def __init__(self, output: Any) -> None:
        self.output = output

    def eval(self, env: Any) -> None:
        env.stack.pop()
        self.output.eval(env=env)
        env.stack.append(_Evaluated())


def _catch_in_output(module: ModuleType) -> None:
    state = module.ExecutionState
    from_props, output = state.from_state_props, state._eval_state_output

    def from_state_props(self: Any, state_props: Any) -> None:
        from_props(self, state_props)
        if self.output is not None:  # JSONata
            self.result_path = _OutputInPlaceOfResult(self.output)

    def eval_state_output(self: Any, env: Any) -> None:
        if not isinstance(env.stack[-1], _Evaluated):
            output(self, env)

    state.from_state_props = from_state_props
    state._eval_state_output = eval_state_output


def _execution_state(module: ModuleType) -> None:
    query_failures.note_recorded(module)
    _catch_in_output(module)


_COMPONENT = f"{_ASL}.component"
_STATE = f"{_COMPONENT}.state"
_MAP = f"{_STATE}.state_execution.state_map"

CORRECTION = Correction(
    name="jsonata",
    localstack="JSONata is evaluated by a Java library that is downloaded; without it every JSONata state fails.",
    aws="JSONata 2 with `$partition`, `$range`, `$hash`, `$random`, `$uuid` and `$parse`, without `$eval`; every"
    " failure is a `States.QueryEvaluationError` that names expression and field, and can be caught.",
    source="Developer guide, Transforming data with JSONata in Step Functions; wording and bounds as captured from AWS"
    " in floci-io/floci#2662, #2665, #2667, #2668, #2736, #2737",
    patches={
        f"{_ASL}.jsonata.jsonata": _without_java,
        f"{_ASL}.parse.preprocessor": note_places,
        f"{_ASL}.eval.variable_store": _quote_assigned,
        f"{_COMPONENT}.common.string.string_expression": _evaluate_in_python,
        f"{_COMPONENT}.common.error_name.failure_event": query_failures.keep_causes,
        f"{_COMPONENT}.common.timeouts.timeout": _type_timeouts,
        f"{_COMPONENT}.common.timeouts.heartbeat": _type_heartbeats,
        f"{_STATE}.state": query_failures.record_failures,
        f"{_STATE}.state_execution.execute_state": _execution_state,
        f"{_STATE}.state_wait.wait_function.seconds": _type_seconds,
        f"{_STATE}.state_wait.wait_function.timestamp": _type_timestamps,
        f"{_STATE}.state_choice.comparison.comparison": _type_conditions,
        f"{_STATE}.state_fail.error_decl": _type_strings("Error"),
        f"{_STATE}.state_fail.cause_decl": _type_strings("Cause"),
        f"{_STATE}.state_execution.state_task.credentials": _type_strings("RoleArn"),
        f"{_MAP}.items.items": _type_items,
        f"{_MAP}.max_concurrency": _type_concurrency,
        f"{_MAP}.tolerated_failure": _type_tolerated,
        f"{_MAP}.item_reader.reader_config.max_items_decl": _type_max_items,
    },
)
