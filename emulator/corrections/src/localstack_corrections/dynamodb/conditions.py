"""Conditions: what is wrong with one, and whether it holds for an item.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html names the
rules. The words of errors are quoted by people from the service; AWS documents few of them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.grammar import Call, ExpressionError, Name, Node, Path, Value, nodes, parse
from localstack_corrections.dynamodb.values import SETS, TYPES, AttributeValue, equal, octets, ordered, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_COUNTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_OPERATORS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "=", "<>", *_COMPARATORS})


class Condition:
    """A condition with its names and values, in place of moto's parser and of what that returns."""

    def __init__(
        self,
        expression: str | None,
        names: Mapping[str, str] | None,
        values: Mapping[str, AttributeValue] | None,
        *,
        strict: bool = False,
    ) -> None:
        """:raises ExpressionError: the expression is none."""
        self._names = names or {}
        self._values = values or {}
        self.tree = parse(expression, strict=strict) if expression is not None else None
        found = list(nodes(self.tree)) if self.tree else []
        self.paths = [node for node in found if isinstance(node, Path)]
        self.expr_attr_names_found = [
            step.text for path in self.paths for step in path.steps if isinstance(step, Name) and step.text[0] == "#"
        ]
        self.expr_attr_values_found = [node.text for node in found if isinstance(node, Value)]

    def parse(self) -> Condition:
        """Return itself: moto parses here."""
        return self

    def expr(self, item: Any) -> bool:
        """Return whether an item of moto's, or ``None`` for no item, meets the condition."""
        return self.tree is None or self._holds(self.tree, item.attrs if item is not None else {})

    def name_of(self, node: Node) -> str:
        """Return a top-level attribute's own name; empty for anything else."""
        if isinstance(node, Path) and len(node.steps) == 1 and isinstance(node.steps[0], Name):
            return self._name(node.steps[0])
        return ""

    def value_of(self, node: Node) -> AttributeValue | None:
        """Return a placeholder's value."""
        return self._values.get(node.text) if isinstance(node, Value) else None

    def check(self) -> None:
        """Find the first mistake.

        :raises ExpressionError: there is one.
        """
        if self.tree is None:
            return
        check_paths(self.paths, self._names)
        calls = [node for node in nodes(self.tree) if isinstance(node, Call)]
        for name in self.expr_attr_values_found:
            if name not in self._values:
                problem = "An expression attribute value used in expression is not defined; attribute value"
                raise ExpressionError(f"{problem}: {name}")
        for call in calls:
            self._check_operands(call)
        self._check_places(self.tree, is_condition=True)

    def _check_places(self, node: Node, *, is_condition: bool) -> None:
        """Functions other than ``size`` are conditions, ``size`` is an operand."""
        if not isinstance(node, Call):
            return
        if node.operator in _COUNTS and (node.operator != "size") is not is_condition:
            problem = "The function is not allowed to be used this way in an expression; function"
            raise ExpressionError(f"{problem}: {node.operator}")
        for operand in node.operands:
            self._check_places(operand, is_condition=node.operator in ("AND", "OR", "NOT"))

    def _check_operands(self, call: Call) -> None:
        self._check_function(call.operator, call.operands)
        operator, operands = call.operator, call.operands
        first = operands[0]
        if operator in (*_COMPARATORS, "=", "<>", "begins_with", "contains") and first == operands[1]:
            problem = "The first operand must be distinct from the remaining operands for this operator or function"
            raise ExpressionError(f"{problem}; operator: {operator}, first operand: {self._shown(first)}")
        if operator in _COMPARATORS or operator == "BETWEEN":
            self._need_types(call, operands, "SNB")
        match operator:
            case "attribute_type":
                self._check_type_name(call)
            case "begins_with":
                self._need_types(call, operands, "SB")
            case "BETWEEN":
                self._check_bounds(call)

    @staticmethod
    def _check_function(operator: str, operands: tuple[Node, ...]) -> None:
        if operator not in _OPERATORS and operator not in _COUNTS:
            raise ExpressionError(f"Invalid function name; function: {operator}")
        if operator in _COUNTS and len(operands) != _COUNTS[operator]:
            problem = "Incorrect number of operands for operator or function; operator or function"
            raise ExpressionError(f"{problem}: {operator}, number of operands: {len(operands)}")
        if operator in ("attribute_exists", "attribute_not_exists") and not isinstance(operands[0], Path):
            raise ExpressionError(f"Operator or function requires a document path; operator or function: {operator}")

    def _need_types(self, call: Call, operands: Iterable[Node], types: str) -> None:
        for value in filter(None, map(self.value_of, operands)):
            kind = next(iter(value))
            if kind not in types:
                problem = "Incorrect operand type for operator or function; operator or function"
                raise ExpressionError(f"{problem}: {call.operator}, operand type: {kind}")

    def _check_type_name(self, call: Call) -> None:
        self._need_types(call, call.operands[1:], "S")
        wanted = (self.value_of(call.operands[1]) or {"S": TYPES[0]})["S"]
        if wanted not in TYPES:
            raise ExpressionError(
                f"Invalid attribute type name found; type: {wanted}, valid types: {{{','.join(TYPES)}}}"
            )

    def _check_bounds(self, call: Call) -> None:
        low, high = map(self.value_of, call.operands[1:])
        if low is None or high is None:
            return
        least, most = ordered(low), ordered(high)
        if least is None or most is None or (least[0] == most[0] and least[1] <= most[1]):
            return
        rule = "same data type for lower and upper bounds"
        if least[0] == most[0]:
            rule = "upper bound to be greater than or equal to lower bound"
        shown = [f"AttributeValue: {{{kind}:{content}}}" for each in (low, high) for kind, content in each.items()]
        bounds = f"lower bound operand: {shown[0]}, upper bound operand: {shown[1]}"
        raise ExpressionError(f"The BETWEEN operator requires {rule}; {bounds}")

    def _shown(self, node: Node) -> str:
        if isinstance(node, Path):
            return shown_path(node, self._names)
        value = self.value_of(node)
        return "".join(f"AttributeValue: {{{kind}:{content}}}" for kind, content in (value or {}).items())

    def _name(self, step: Name) -> str:
        return self._names.get(step.text, step.text) if step.text.startswith("#") else step.text

    def _holds(self, node: Node, attributes: Mapping[str, Any]) -> bool:
        if not isinstance(node, Call):
            return False
        match node.operator:
            case "AND":
                return all(self._holds(each, attributes) for each in node.operands)
            case "OR":
                return any(self._holds(each, attributes) for each in node.operands)
            case "NOT":
                return not self._holds(node.operands[0], attributes)
        return _meets(node.operator, [self._found(each, attributes) for each in node.operands])

    def _found(self, node: Node, attributes: Mapping[str, Any]) -> AttributeValue | None:
        if isinstance(node, Value):
            return self._values.get(node.text)
        if isinstance(node, Call):
            size = _size(self._found(node.operands[0], attributes))
            return {"N": str(size)} if size is not None else None
        found: Any = attributes
        for step in node.steps:
            inner = getattr(found, "value", found)
            if isinstance(step, int):
                found = inner[step] if isinstance(inner, list) and step < len(inner) else None
            else:
                found = inner.get(self._name(step)) if isinstance(inner, dict) else None
            if found is None:
                return None
        return plain(found)


def check_paths(paths: Iterable[Path], names: Mapping[str, str]) -> None:
    """See that an expression's names are defined, or may be used as they are.

    :raises ExpressionError: one may not.
    """
    written = [step.text for path in paths for step in path.steps if isinstance(step, Name)]
    for name in written:
        if name.upper() in _reserved_words():
            raise ExpressionError(f"Attribute name is a reserved keyword; reserved keyword: {name}")
    for name in written:
        if name.startswith("#") and name not in names:
            problem = "An expression attribute name used in the document path is not defined; attribute name"
            raise ExpressionError(f"{problem}: {name}")


def shown_path(path: Path, names: Mapping[str, str]) -> str:
    """Return a path as messages show it: ``[a, b, [0]]``."""
    steps = (f"[{step}]" if isinstance(step, int) else names.get(step.text, step.text) for step in path.steps)
    return f"[{', '.join(steps)}]"


@cache
def _reserved_words() -> frozenset[str]:
    from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

    return frozenset(ReservedKeywords.get_reserved_keywords())


def _meets(operator: str, operands: list[AttributeValue | None]) -> bool:
    first, rest = operands[0], operands[1:]
    match operator:
        case "attribute_exists":
            return first is not None
        case "attribute_not_exists":
            return first is None
        case "<>":
            return first is None or rest[0] is None or not equal(first, rest[0])
    if first is None:
        return False
    given = [each for each in rest if each is not None]
    if operator in ("=", "IN"):
        return any(equal(first, each) for each in given)
    return len(given) == len(rest) and _matches(operator, first, given)


def _matches(operator: str, value: AttributeValue, given: list[AttributeValue]) -> bool:
    match operator:
        case "BETWEEN":
            return _compared(">=", value, given[0]) and _compared("<=", value, given[1])
        case "attribute_type":
            return next(iter(value)) == given[0].get("S")
        case "begins_with":
            return _begins(value, given[0])
        case "contains":
            return _contains(value, given[0])
    return operator in _COMPARATORS and _compared(operator, value, given[0])


def _compared(operator: str, left: AttributeValue, right: AttributeValue) -> bool:
    """Values of different types are neither smaller nor larger."""
    first, second = ordered(left), ordered(right)
    return (
        first is not None
        and second is not None
        and first[0] == second[0]
        and _COMPARATORS[operator](first[1], second[1])
    )


def _begins(value: AttributeValue, start: AttributeValue) -> bool:
    whole, part = ordered(value), ordered(start)
    if whole is None or part is None or whole[0] != part[0] or whole[0] == "N":
        return False
    return bool(whole[1].startswith(part[1]))


def _contains(value: AttributeValue, wanted: AttributeValue) -> bool:
    (kind, content), (part, text) = next(iter(value.items())), next(iter(wanted.items()))
    if kind in SETS:
        return part == SETS[kind] and any(equal({part: each}, wanted) for each in content)
    if kind == "L":
        return any(equal(each, wanted) for each in content)
    if kind != part:
        return False
    return text in content if kind == "S" else kind == "B" and octets(text) in octets(content)


def _size(value: AttributeValue | None) -> int | None:
    if value is None:
        return None
    kind, content = next(iter(value.items()))
    if kind == "B":
        return len(octets(content))
    return None if kind in ("N", "BOOL", "NULL") else len(content)
