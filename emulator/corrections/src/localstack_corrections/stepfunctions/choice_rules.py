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
_OPERANDS: dict[str, Any] = {"String": str, "Numeric": (int, float), "Boolean": bool, "Timestamp": str}


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
    kind: Any = next((kind for prefix, kind in _OPERANDS.items() if operator.startswith(prefix)), object)
    is_other = not isinstance(operand, kind) or (isinstance(operand, bool) and kind is not bool)
    if is_other or (operator.startswith("Timestamp") and moment(operand) is None):
        _fail_for(env, text)
    return operand


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
            fail(env, f"Failed to transition out of the state '{self.name}'.", "States.NoChoiceMatched")

    module.StateChoice._eval_state = eval_state


CORRECTION = Correction(
    name="choice-rules",
    localstack="A rule on a value that is not there is false; operands from the context object fail;"
    " `StringMatches` knows no escape and matches `?` and `[`; no rule that matches is a `States.Runtime`.",
    aws="A rule on a value that is not there fails with `States.Runtime`, `IsPresent` apart; `\\\\*` is a star; no rule"
    " that matches is a `States.NoChoiceMatched`.",
    source="Amazon States Language, Choice State; floci-io/floci#3253; a public report of 2024 of the cause's wording",
    patches={
        "localstack.services.stepfunctions.asl.parse.preprocessor": _keep_assign,
        f"{_STATE}.choice_rule": _assign_from_input,
        f"{_STATE}.comparison.comparison_variable": _fail_without_a_variable,
        f"{_STATE}.comparison.comparison_func": _read_operands,
        f"{_STATE}.comparison.operator.implementations.string_operators": _match_strings,
        f"{_STATE}.state_choice": _fail_without_a_match,
    },
)
