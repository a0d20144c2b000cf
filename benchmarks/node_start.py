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
from benchmarks.bare_runtime import Start
from benchmarks.emulators import ROLE, Emulator, ours, zipped
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HANDLER = """
exports.handler = async (event) => {
  const { user, system } = process.cpuUsage();
  console.log(`Processor time: ${(user + system) / 1000} ms`);
  return event;
};
"""
_BARE = """
const { handler } = require("./index.js");
require("node:http").get(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next`, handler);
"""
"""What a runtime cannot do without: load the handler, and ask for the first event."""
_INIT_DURATION = re.compile(r"Init Duration: ([\d.]+) ms")
_PROCESSOR_TIME = re.compile(r"Processor time: ([\d.]+) ms")
_COLD = 12
_REST_SECONDS = 1.0
"""Until the process that is started ahead of the next cold start waits, and is in nobody's way."""
_NEW_PROCESS = {"NODE_OPTIONS": ""}
"""A function that sets what Node.js reads at its start gets no process that was started ahead."""


def measure(emulator: Emulator) -> dict[str, float]:
    """Return medians of a function's ``Init Duration`` and of a bare ``node``, and their ratios.

    ``node_new_process_ms`` is of one for which no process was started ahead, as when several start at once. On a busy
    machine its several processes wait for one another, which ``node_new_process_processor_ratio`` leaves out.

    :raises LocaldevError: there is no ``node`` here.
    """
    node = shutil.which("node")
    if not node:
        raise LocaldevError("There is no node on the PATH to measure a cold start beside.")
    runtime = f"nodejs{_major(node)}.x"
    own: list[Start] = []
    new: list[Start] = []
    bare: list[Start] = []
    with TemporaryDirectory() as folder:
        (Path(folder) / "index.js").write_text(_HANDLER, encoding="utf-8")
        (Path(folder) / "bare.js").write_text(_BARE, encoding="utf-8")
        _start(emulator, runtime, -1)  # the first one starts the runtime's fork server
        for number in range(_COLD):
            time.sleep(_REST_SECONDS)
            bare.append(bare_runtime.start([node, "bare.js"], Path(folder)))
            new.append(_start(emulator, runtime, number, _NEW_PROCESS))
            own.append(_start(emulator, runtime, number))
    medians = {
        "node_init_ms": statistics.median(start.ms for start in own),
        "node_new_process_ms": statistics.median(start.ms for start in new),
        "bare_node_ms": statistics.median(start.ms for start in bare),
    }
    pairs = zip(new, bare, strict=True)
    return {
        **medians,
        "node_ratio": medians["node_init_ms"] / medians["bare_node_ms"],
        "node_new_process_ratio": medians["node_new_process_ms"] / medians["bare_node_ms"],
        "node_new_process_processor_ratio": statistics.median(a.processor_ms / b.processor_ms for a, b in pairs),
    }


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0])


def _start(emulator: Emulator, runtime: str, event: int, variables: Mapping[str, str] | None = None) -> Start:
    """Return the ``Init Duration`` of a new function, and the processor time of its process until the first event."""
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
    init, used = _INIT_DURATION.search(log), _PROCESSOR_TIME.search(log)
    if not init or not used:
        raise LocaldevError(f"Expected an Init Duration and a processor time in the log of {name}, found:\n{log}")
    return Start(float(init[1]), float(used[1]))


def main() -> None:
    """Measure, and print the figures as JSON."""
    with ours() as (emulator, _):
        print(json.dumps({key: round(value, 2) for key, value in measure(emulator).items()}))


if __name__ == "__main__":
    main()
