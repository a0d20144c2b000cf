"""Show when the collector is on again, beside a program that imports three more modules, one a second; prints JSON."""

import gc
import json
import sys
import types

from localstack_tuning.runtime import garbage_collection, when_loaded

seen: list[bool] = []


def a_second_passes(_seconds: float) -> None:
    seen.append(gc.isenabled())
    if len(seen) <= 3:
        sys.modules[f"one_more_{len(seen)}"] = types.ModuleType("one_more")


when_loaded.time = types.SimpleNamespace(sleep=a_second_passes)
garbage_collection.ADJUSTMENT.apply()
when_loaded.wait_and_do([garbage_collection.set_aside])
print(json.dumps({"meanwhile": seen, "then": gc.isenabled(), "set aside": gc.get_freeze_count() > 0}))
