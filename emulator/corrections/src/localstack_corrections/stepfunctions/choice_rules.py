"""Rules of a Choice: what is not there, operands that are paths, escaped stars, and no rule that matches."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.failures import fail
from localstack_corrections.stepfunctions.jsonpath import sample
from localstack_corrections.stepfunctions.timestamps import moment

if TYPE_CHECKING:
    from types import ModuleType

_STATE = "localstack.services.stepfunctions.asl.component.state.state_choice"
_NEVER = object()
"""Stands for an operand of another type: no rule matches it."""


def _fail_for(env: Any, path: str) -> Any:
    fail(env, f"Invalid path '{path}': The choice state's condition path references an invalid value.")


def _fail_without_a_variable(module: ModuleType) -> None:
    from localstack.services.stepfunctions.asl.component.state.state_choice.comparison.variable import NoSuchVariable

    def eval_body(self: Any, env: Any) -> None:
        self.variable.eval(env)
        operator = self.comparison_function.operator_type.name
        if isinstance(env.stack[-1], NoSuchVariable) and operator != "IsPresent":
            _fail_for(env, self.variable.string_sampler.literal_value)
        self.comparison_function.eval(env)

    module.ComparisonVariable._eval_body = eval_body


def _read_operands(module: ModuleType) -> None:
    """Read an operand from the state's input, from the context object or from a variable."""
    operators, types = module.OperatorFactory, module.ComparisonOperatorType

    def eval_body(self: Any, env: Any) -> None:
        name = self.operator_type.name
        sampled = getattr(self, "string_variable_sample", None)
        if sampled is None and not name.endswith("Path"):
            operators.get(self.operator_type).eval(env=env, value=self.value)
            return
        text = sampled.expression if sampled is not None else self.value
        operand = _operand(env, text, name)
        if operand is _NEVER:
            env.stack[-1] = False  # in place of the variable
            return
        operators.get(types[name.removesuffix("Path")]).eval(env=env, value=operand)

    module.ComparisonFuncValue._eval_body = eval_body
    module.ComparisonFuncStringVariableSample._eval_body = eval_body


def _operand(env: Any, text: str, operator: str) -> Any:
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    try:
        # the variable that it is compared with is above the input
        operand = sample(env, text, env.stack[-2])
    except NoSuchJsonPathError:
        _fail_for(env, text)
    if operator.startswith("Numeric"):
        return _as_number(operand)
    if operator.startswith("Boolean"):
        return operand if isinstance(operand, bool) else _NEVER
    right = isinstance(operand, str) and (not operator.startswith("Timestamp") or moment(operand) is not None)
    return operand if right else _NEVER


def _as_number(operand: Any) -> Any:
    """Return what AWS takes for the number: false and whatever is none count as 0 (Jackson's ``asDouble``)."""
    if isinstance(operand, str):
        try:
            return float(operand)
        except ValueError:
            return 0
    return operand if isinstance(operand, int | float) else 0


@lru_cache(1024)
def _pattern(text: str) -> re.Pattern[str]:
    # a star is escaped by one backslash or by two: the specification shows both
    parts = re.findall(r"\\{1,2}\*|\\{1,2}|\*|[^*\\]+", text)
    return re.compile("".join(".*" if part == "*" else re.escape(_literal(part)) for part in parts), re.DOTALL)


def _literal(part: str) -> str:
    return "*" if part.endswith("*") else "\\" if part.startswith("\\") else part


def _assign_from_input(module: ModuleType) -> None:
    """Evaluate the variables of a rule with the state's input at hand, not with the rule's result."""

    def eval_body(self: Any, env: Any) -> None:
        self.comparison.eval(env)
        matched = env.stack.pop()
        env.rule_matched = matched
        if matched and self.assign:
            self.assign.eval(env=env)
        if matched and self.output:
            self.output.eval(env=env)
        env.stack.append(matched)

    module.ChoiceRule._eval_body = eval_body


def _keep_assign(module: ModuleType) -> None:
    """Keep the variables of a rule that compares: LocalStack parses them, and forgets them."""
    preprocessor = module.Preprocessor
    original = preprocessor.visitChoice_rule_comparison_variable

    def visit(self: Any, ctx: Any) -> Any:
        rule = original(self, ctx)
        if rule.assign is None:
            for child in ctx.children:
                component = self.visit(child)
                if isinstance(component, module.AssignDecl):
                    rule.assign = component
        return rule

    preprocessor.visitChoice_rule_comparison_variable = visit


def _match_strings(module: ModuleType) -> None:
    def compare(variable: Any, comparison_value: Any) -> bool:
        return isinstance(variable, str) and _pattern(comparison_value).fullmatch(variable) is not None

    module.StringMatches._compare = staticmethod(compare)


def _fail_without_a_match(module: ModuleType) -> None:
    original = module.StateChoice._eval_state

    def eval_state(self: Any, env: Any) -> None:
        try:
            original(self, env)
        except RuntimeError as error:
            if not error.args or "No branching option" not in str(error.args[0]):
                raise
            fail(env, "Failed to transition out of the state. The state does not point to a next state.")

    module.StateChoice._eval_state = eval_state
    _separate_rules_from_default(module)


def _separate_rules_from_default(module: ModuleType) -> None:
    """Leave out ``Assign`` and ``Output`` of the state when a rule has matched, also one that leads to the default."""
    choice = module.StateChoice
    original, evaluate = choice._eval_state_output, choice._eval_state

    def eval_state(self: Any, env: Any) -> None:
        env.rule_matched = False
        evaluate(self, env)

    def eval_state_output(self: Any, env: Any) -> None:
        default = self.default_state
        if not env.rule_matched or default is None or default.state_name != env.stack[-1]:
            original(self, env)
            return
        if self._is_language_query_jsonpath():
            next_state = env.stack.pop()
            self.output_path.eval(env=env)
            env.next_state_name = next_state
        else:
            env.next_state_name = env.stack.pop()

    choice._eval_state = eval_state
    choice._eval_state_output = eval_state_output


CORRECTION = Correction(
    name="choice-rules",
    localstack="A rule on a value that is not there is false; operands from the context object fail;"
    " `StringMatches` knows no escape and matches `?` and `[`.",
    aws="A rule on a value that is not there fails with `States.Runtime`, `IsPresent` apart; an operand of another type"
    " matches nothing; `\\\\*` is a star; no rule that matches is a `States.Runtime`, and not the"
    " `States.NoChoiceMatched` that the guide lists.",
    source="Amazon States Language, Choice State; floci-io/floci#3253; a public report of 2024 of the cause's wording;"
    " recorded on AWS in gabrielmoreira/tiny-asl-machine, tests/conformance/cases",
    patches={
        "localstack.services.stepfunctions.asl.parse.preprocessor": _keep_assign,
        f"{_STATE}.choice_rule": _assign_from_input,
        f"{_STATE}.comparison.comparison_variable": _fail_without_a_variable,
        f"{_STATE}.comparison.comparison_func": _read_operands,
        f"{_STATE}.comparison.operator.implementations.string_operators": _match_strings,
        f"{_STATE}.state_choice": _fail_without_a_match,
    },
)
