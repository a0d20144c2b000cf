"""Show where threads and what they start may run while LocalStack's threads are kept on one core; prints JSON."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from localstack_tuning.runtime.one_core import OneCore, _start_children_apart

_PROGRAM = "import os; print(len(os.sched_getaffinity(0)))"


def cores() -> int:
    """Return how many this thread has."""
    return len(os.sched_getaffinity(0))


def cores_of_child() -> int:
    return int(subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True).stdout)


def seen() -> dict[str, int]:
    with ThreadPoolExecutor(1) as new:
        return {
            "old thread": OLD.submit(cores).result(),
            "new thread": new.submit(cores).result(),
            "child": cores_of_child(),
            "main thread": cores(),
        }


ALL = frozenset(os.sched_getaffinity(0))
OLD = ThreadPoolExecutor(1)
OLD.submit(cores).result()
one_core = OneCore(ALL)
_start_children_apart(one_core)
before = seen()
one_core.keep_on(max(ALL))
kept = seen()
one_core.keep_on(None)
print(json.dumps({"all": len(ALL), "before": before, "kept": kept, "after": seen()}))
