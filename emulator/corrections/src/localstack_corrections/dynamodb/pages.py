"""Pages of queries and scans: one that has as many items as were asked for names its last one.

"The only way to know when you have reached the end of the result set is when LastEvaluatedKey is empty": DynamoDB stops
at the limit, and does not look whether anything follows.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
"""

from __future__ import annotations

from functools import wraps
from typing import Any


def replace(module: Any) -> None:
    """Name the last item of each full page.

    :param module: ``moto.dynamodb.models.table``
    """
    table = module.Table
    table.query = _paged(table.query, "projection_expressions")
    table.scan = _paged(table.scan, "projection_expression")


def _paged(original: Any, projection: str) -> Any:
    from inspect import signature

    parameters = signature(original)

    @wraps(original)
    def page(self: Any, *arguments: Any, **options: Any) -> Any:
        bound = parameters.bind(self, *arguments, **options)
        bound.apply_defaults()
        given = bound.arguments
        if given.get("filters") or given.get("filter_kwargs"):
            # filters of before there were expressions leave items out of what would be the page
            return original(self, *arguments, **options)
        condition, paths = given["filter_expression"], given[projection]
        given["filter_expression"] = given[projection] = None
        items, scanned, last = original(*bound.args, **bound.kwargs)
        if last is None and items and len(items) == given["limit"]:
            last = self._get_last_evaluated_key(items[-1], given["index_name"])
        if condition is not None:
            items = [item for item in items if condition.expr(item)]
        if paths:
            items = [item.project(paths) for item in items]
        return items, scanned, last

    return page
