"""Parse a JSONPath expression once.

``json_path.extract_json`` and ``ResultPath`` parse their expression at every evaluation, and the parser (ply) makes its
tables anew each time: 5 to 10 ms for ``$.flavour``. A parsed expression has no state: finding in it changes nothing.
"""

from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

from localstack_tuning.adjustment import Adjustment

_EXPRESSIONS = 1024


def _cache_parse(module: ModuleType) -> None:
    parse, lock = module.parse, Lock()

    @lru_cache(_EXPRESSIONS)
    def parse_once(path: str) -> Any:
        # ply keeps state in its module while it builds a parser: one at a time
        with lock:
            return parse(path)

    module.parse = parse_once  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment(
    "jsonpath-cache",
    {
        "localstack.services.stepfunctions.asl.utils.json_path": _cache_parse,
        "localstack.services.stepfunctions.asl.component.common.path.result_path": _cache_parse,
    },
)
