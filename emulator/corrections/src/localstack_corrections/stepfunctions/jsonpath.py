"""JSONPath as Jayway's library has it, and variables in paths.

LocalStack finds paths with a Python library that has another grammar, gives a value where AWS gives a list and the
other way round, and evaluates ``$variable.path`` as JSONata.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.failures import compact, fail

if TYPE_CHECKING:
    from types import ModuleType

_ASL = "localstack.services.stepfunctions.asl"
_VARIABLE = re.compile(r"\$([^\W\d]\w*)")
_SCALARS = (str, int, float, bool, type(None))


def _find_as_jayway(module: ModuleType) -> None:
    missing = module.NoSuchJsonPathError

    def extract_json(path: str, data: Any) -> Any:
        from localstack_corrections.stepfunctions.path_errors import InvalidPathError, PathNotFoundError
        from localstack_corrections.stepfunctions.paths import path as parsed

        try:
            return parsed(path).find(data)
        except (PathNotFoundError, InvalidPathError) as error:
            failure = missing(json_path=path, data=data)
            failure.reason = str(error)
            raise failure from None

    module.extract_json = extract_json  # type: ignore[attr-defined]


def sample(env: Any, text: str, data: Any) -> Any:
    """Return what a path, a path of the context object or of a variable leads to, or raise NoSuchJsonPathError."""
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError, extract_json

    if text.startswith("$$"):
        return extract_json(text[1:], env.states.context_object.context_object_data)
    match = _VARIABLE.match(text)
    if match is None:
        return extract_json(text, data)
    name, store = match.group(1), env.variable_store
    if name not in store._inner_scope and name not in store._outer_scope:
        failure = NoSuchJsonPathError(json_path=text, data=data)
        failure.reason = f"Variable '{name}' is not defined"
        raise failure
    value = store.get(name)
    rest = text[match.end() :]
    return extract_json("$" + rest, value) if rest else value


def _sample_variables(module: ModuleType) -> None:
    def eval_body(self: Any, env: Any) -> None:
        value = sample(env, self.expression, env.stack[-1] if env.stack else None)
        env.stack.append(value if isinstance(value, _SCALARS) else copy.deepcopy(value))

    original = module.StringVariableSample._eval_body

    def of_language(self: Any, env: Any) -> None:
        jsonpath = self.query_language_mode.name == "JSONPath"
        (eval_body if jsonpath else original)(self, env)

    module.StringVariableSample._eval_body = of_language


def _is_beyond_the_end(error: Any) -> bool:
    """Return whether a path ends with an index that its array does not have."""
    from localstack_corrections.stepfunctions.path_errors import InvalidPathError, PathNotFoundError
    from localstack_corrections.stepfunctions.paths import Path
    from localstack_corrections.stepfunctions.paths import path as parsed

    try:
        found = parsed(error.json_path)
        above = Path(found.text, found.steps[:-1], None)
        return found.ends_with_an_index and isinstance(above.find(error.data), list)
    except (PathNotFoundError, InvalidPathError):
        return False


def _name_fields(module: ModuleType) -> None:
    """Name the field of a payload template whose path leads nowhere, also in a state that catches."""
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    binding = module.PayloadBindingStringExpressionSimple
    original = binding._eval_val

    def eval_val(self: Any, env: Any) -> Any:
        try:
            return original(self, env)
        except NoSuchJsonPathError as error:
            if _is_beyond_the_end(error):
                # measured on AWS in floci-io/floci#3199
                return None
            fail(
                env,
                f"The JSONPath '{error.json_path}' specified for the field '{self.field}.$' could not be found"
                f" in the input '{compact(error.data)}'",
            )

    binding._eval_val = eval_val


def _name_assigned(module: ModuleType) -> None:
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    binding = module.AssignTemplateBindingStringExpressionSimple
    original = binding._eval_value

    def eval_value(self: Any, env: Any) -> Any:
        try:
            return original(self, env)
        except NoSuchJsonPathError as error:
            fail(
                env,
                f"The JSONPath '{error.json_path}' specified for the field '{self.identifier}.$' could not be found"
                f" in the input '{compact(error.data)}'",
            )

    binding._eval_value = eval_value


def _invalid(env: Any, error: Any) -> Any:
    fail(env, f"Invalid path '{error.json_path}': {getattr(error, 'reason', error)}")


def _say_where_input_ends(module: ModuleType) -> None:
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    def eval_body(self: Any, env: Any) -> None:
        if self.string_sampler is None:
            env.stack.append({})
            return
        env.stack.append(env.states.get_input())
        try:
            self.string_sampler.eval(env=env)
        except NoSuchJsonPathError as error:
            _invalid(env, error)

    module.InputPath._eval_body = eval_body


def _say_where_output_ends(module: ModuleType) -> None:
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    def eval_body(self: Any, env: Any) -> None:
        if self.string_sampler is None:
            env.states.reset(input_value={})
            return
        try:
            self.string_sampler.eval(env=env)
        except NoSuchJsonPathError as error:
            _invalid(env, error)
        env.states.reset(env.stack.pop())

    module.OutputPath._eval_body = eval_body


def _refuse_what_is_no_array(module: ModuleType) -> None:
    original = module.ItemsPath._eval_body

    def eval_body(self: Any, env: Any) -> None:
        original(self, env)
        objects = getattr(self, "takes_objects", False)
        if not isinstance(env.stack[-1], list | dict if objects else list):
            fail(env, f'Reference path "{self.string_sampler.literal_value}" must point to array.')

    module.ItemsPath._eval_body = eval_body


def _positive(name: str) -> Any:
    """Return how the value of ``TimeoutSecondsPath`` or ``HeartbeatSecondsPath`` is read: a positive integer."""

    def eval_seconds(self: Any, env: Any) -> int:
        from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

        try:
            self.string_sampler.eval(env=env)
        except NoSuchJsonPathError as error:
            _invalid(env, error)
        seconds = env.stack.pop()
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
            shown = seconds if isinstance(seconds, str) else compact(seconds)
            fail(
                env,
                f'The {name} field refers to value "{shown}" which is not a valid positive integer:'
                f" {self.string_sampler.literal_value}",
            )
        return seconds

    return eval_seconds


def _positive_timeouts(module: ModuleType) -> None:
    module.TimeoutSecondsPath._eval_seconds = _positive("TimeoutSecondsPath")


def _positive_heartbeats(module: ModuleType) -> None:
    module.HeartbeatSecondsPath._eval_seconds = _positive("HeartbeatSecondsPath")


def _place_results(module: ModuleType) -> None:
    """Put a result where ``ResultPath`` says, or fail as AWS does when there is no such place."""

    def eval_body(self: Any, env: Any) -> None:
        if self.result_path_src is None:
            env.stack.clear()
            env.stack.append(env.states.get_input())
            return
        result = copy.deepcopy(env.stack.pop())
        env.stack.append(_placed(env, self.result_path_src, env.states.get_input(), result))

    module.ResultPath._eval_body = eval_body


def _placed(env: Any, text: str, data: Any, result: Any) -> Any:
    from localstack_corrections.stepfunctions.paths import path

    steps = [step.values[0] for step in path(text).steps]
    if not steps:
        return result
    place = data
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if not _is_place(place, step):
            fail(env, f'Unable to apply step "{step}" to input {compact(data)}', "States.ResultPathMatchFailure")
        if following is None:
            place[step] = result
        elif isinstance(place, dict) and place.get(step) is None:
            place[step] = {}
        place = place[step]
    return data


def _is_place(place: Any, step: Any) -> bool:
    if isinstance(step, str):
        return isinstance(place, dict)
    return isinstance(place, list) and -len(place) <= step < len(place)


def _decode_paths(module: ModuleType) -> None:
    """Read paths as the JSON texts that they are: ``$['a\\"b']``."""
    import json

    def decoded(visit: Any) -> Any:
        def visit_path(self: Any, ctx: Any) -> Any:
            sampler = visit(self, ctx)
            text = json.loads(ctx.getText())
            for name in ("literal_value", "expression", "json_path", "context_object_path"):
                if hasattr(sampler, name):
                    setattr(sampler, name, text[1:] if name == "json_path" and text.startswith("$$") else text)
            return sampler

        return visit_path

    for name in ("visitString_jsonpath", "visitString_context_path", "visitString_variable_sample"):
        setattr(module.Preprocessor, name, decoded(getattr(module.Preprocessor, name)))


_COMMON = f"{_ASL}.component.common"

CORRECTION = Correction(
    name="jsonpath",
    localstack="Paths have the grammar of a Python library; a path that may lead to several places gives a value when"
    " it leads to one; `$variable` needs Java.",
    aws="Paths are Jayway JsonPath's: definite ones give a value or fail with `States.Runtime`, all others give a list;"
    " in a payload template an index beyond the end of an array gives null;"
    " variables are read without Java; `ResultPath` fails with `States.ResultPathMatchFailure`.",
    source="Developer guide, Passing data between states with variables, and Input and output processing; Jayway"
    " JsonPath's documentation, What is Returned When?; floci-io/floci#2521 for a cause's wording",
    patches={
        f"{_ASL}.utils.json_path": _find_as_jayway,
        f"{_ASL}.parse.preprocessor": _decode_paths,
        f"{_COMMON}.string.string_expression": _sample_variables,
        f"{_COMMON}.payload.payloadvalue.payloadbinding.payload_binding": _name_fields,
        f"{_COMMON}.assign.assign_template_binding": _name_assigned,
        f"{_COMMON}.path.input_path": _say_where_input_ends,
        f"{_COMMON}.path.output_path": _say_where_output_ends,
        f"{_COMMON}.path.items_path": _refuse_what_is_no_array,
        f"{_COMMON}.path.result_path": _place_results,
        f"{_COMMON}.timeouts.timeout": _positive_timeouts,
        f"{_COMMON}.timeouts.heartbeat": _positive_heartbeats,
    },
)
