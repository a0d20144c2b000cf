"""The cold start of a Node.js function beside a bare ``node`` with the same handler, in turns.

``python -m benchmarks.node_start`` measures it alone.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import bare_runtime
from benchmarks.emulators import ROLE, Emulator, ours, zipped
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HANDLER = "exports.handler = async (event) => event;\n"
_BARE = """
const { handler } = require("./index.js");
require("node:http").get(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next`, handler);
"""
"""What a runtime cannot do without: load the handler, and ask for the first event."""
_INIT_DURATION = re.compile(r"Init Duration: ([\d.]+) ms")
_COLD = 12
_REST_SECONDS = 1.0
"""Until the process that is started ahead of the next cold start waits, and is in nobody's way."""
_NEW_PROCESS = {"NODE_OPTIONS": ""}
"""A function that sets what Node.js reads at its start gets no process that was started ahead."""


def measure(emulator: Emulator) -> dict[str, float]:
    """Return medians of a function's ``Init Duration`` and of a bare ``node``, and their ratio.

    ``node_new_process_ms`` is of one for which no process was started ahead, as when several start at once.

    :raises LocaldevError: there is no ``node`` here.
    """
    node = shutil.which("node")
    if not node:
        raise LocaldevError("There is no node on the PATH to measure a cold start beside.")
    runtime = f"nodejs{_major(node)}.x"
    own: list[float] = []
    new: list[float] = []
    bare: list[float] = []
    with TemporaryDirectory() as folder:
        (Path(folder) / "index.js").write_text(_HANDLER)
        (Path(folder) / "bare.js").write_text(_BARE)
        _init_ms(emulator, runtime, -1)  # the first one starts the runtime's fork server
        for number in range(_COLD):
            time.sleep(_REST_SECONDS)
            bare.append(bare_runtime.milliseconds_to_first_event([node, "bare.js"], Path(folder)))
            new.append(_init_ms(emulator, runtime, number, _NEW_PROCESS))
            own.append(_init_ms(emulator, runtime, number))
    medians = {
        "node_init_ms": statistics.median(own),
        "node_new_process_ms": statistics.median(new),
        "bare_node_ms": statistics.median(bare),
    }
    return {
        **medians,
        "node_ratio": medians["node_init_ms"] / medians["bare_node_ms"],
        "node_new_process_ratio": medians["node_new_process_ms"] / medians["bare_node_ms"],
    }


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0])


def _init_ms(emulator: Emulator, runtime: str, event: int, variables: Mapping[str, str] | None = None) -> float:
    """Return the ``Init Duration`` of a new function."""
    name = f"b-{uuid.uuid4().hex[:12]}"
    emulator.functions.create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role=ROLE,
        Timeout=60,
        Code={"ZipFile": zipped(_HANDLER, "index.js")},
        Environment={"Variables": dict(variables or {})},
    )
    emulator.functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    log = emulator.invoke(name, event)
    found = _INIT_DURATION.search(log)
    if not found:
        raise LocaldevError(f"Expected an Init Duration in the log of {name}, found:\n{log}")
    return float(found[1])


def main() -> None:
    """Measure, and print the figures as JSON."""
    with ours() as (emulator, _):
        print(json.dumps({key: round(value, 2) for key, value in measure(emulator).items()}))


if __name__ == "__main__":
    main()
