"""Parse a state machine's definition once.

LocalStack runs its ANTLR parser over the definition for every execution, in pure Python: 20 to 60 ms for four states.
What comes of it is evaluated and never changed (the components of a Map already serve all its iterations at once; the
one thing they note of themselves is the name under which an execution keeps their state), so executions share it.
"""

from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

from localstack_tuning.adjustment import Adjustment

_DEFINITIONS = 128


def _parse_once(module: ModuleType) -> None:
    parser = module.AmazonStateLanguageParser
    parse, lock = parser.parse, Lock()

    @lru_cache(_DEFINITIONS)
    def cached(definition: str) -> Any:
        # an error is not kept: it is raised again, and made anew each time
        with lock:
            return parse(definition)

    parser.parse = staticmethod(cached)


ADJUSTMENT = Adjustment("definition-cache", {"localstack.services.stepfunctions.asl.parse.asl_parser": _parse_once})
