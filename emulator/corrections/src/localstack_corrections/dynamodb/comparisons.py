"""The conditions of :mod:`.conditions`, where moto makes its own."""

from __future__ import annotations

from typing import Any

from localstack_corrections.dynamodb.conditions import Condition
from localstack_corrections.dynamodb.grammar import ExpressionError


def replace(module: Any) -> None:
    """Read and evaluate conditions here.

    :param module: ``moto.dynamodb.comparisons``
    """
    module.create_condition_expression_parser = _condition
    module.get_filter_expression = _condition


def _condition(expression: str | None, names: Any = None, values: Any = None) -> Condition:
    try:
        return Condition(expression, names, values)
    except ExpressionError as problem:
        from moto.dynamodb.exceptions import MockValidationException

        raise MockValidationException(f"Invalid ConditionExpression: {problem}") from problem
