"""Sums and differences of numbers with 38 digits; moto subtracts binary fractions, and adds no exponents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.values import EXACT, RefusedError, number

if TYPE_CHECKING:
    from collections.abc import Callable


def replace(module: Any) -> None:
    """Calculate exactly.

    :param module: ``moto.dynamodb.models.dynamo_type``
    """
    dynamo_type = module.DynamoType
    dynamo_type.__add__ = _calculation(dynamo_type, EXACT.add)
    dynamo_type.__sub__ = _calculation(dynamo_type, EXACT.subtract)


def _calculation(dynamo_type: Any, calculate: Callable[[Decimal, Decimal], Decimal]) -> Any:
    def result(self: Any, other: Any) -> Any:
        from moto.dynamodb.exceptions import IncorrectDataType, MockValidationException

        if not (self.is_number() and other.is_number()):
            raise IncorrectDataType
        try:
            return dynamo_type({"N": number(str(calculate(Decimal(self.value), Decimal(other.value))))})
        except RefusedError as problem:
            raise MockValidationException(str(problem)) from problem

    return result
