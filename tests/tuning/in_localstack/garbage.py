"""When the collector is on again, beside a program that imports three more modules, one a second; prints JSON."""

import gc
import json
import sys
import types

from localstack_tuning import garbage_collection

seen: list[bool] = []


def a_second_passes(_seconds: float) -> None:
    seen.append(gc.isenabled())
    if len(seen) <= 3:
        sys.modules[f"one_more_{len(seen)}"] = types.ModuleType("one_more")


garbage_collection.time = types.SimpleNamespace(sleep=a_second_passes)
garbage_collection.ADJUSTMENT.apply()
garbage_collection._wait_and_set_aside()
print(json.dumps({"meanwhile": seen, "then": gc.isenabled(), "set aside": gc.get_freeze_count() > 0}))
