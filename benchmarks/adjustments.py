"""What each adjustment of ``emulator/tuning`` is worth: orders with all of them, and with each one switched off.

Processor time rather than clock time, since that is what a busy machine leaves alone: milliseconds of LocalStack's own
process for an order, one caller.
"""

from __future__ import annotations

import argparse
import re
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from benchmarks.orders import Pizzeria
from localdev import cdk
from localdev.engines import EmbeddedEngine
from localdev.processes import free_port
from localdev.project import EMULATOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.orders import Load

_WARM_UP = 40
_ORDERS = 200
_SETTINGS = {
    "gateway-server": {"GATEWAY_SERVER": "twisted"},
    "in-memory-client": {"IN_MEMORY_CLIENT": "0"},
    "all": {"GATEWAY_SERVER": "twisted", "IN_MEMORY_CLIENT": "0", "TUNING": "0"},
}
"""What is no adjustment of the plugin's by itself."""


def adjustments() -> list[str]:
    """The names of all, as their modules give them."""
    modules = (EMULATOR / "tuning" / "src" / "localstack_tuning").glob("*.py")
    names = (re.search(r'^ADJUSTMENT = Adjustment\(\s*"([a-z-]+)"', path.read_text(), re.MULTILINE) for path in modules)
    return sorted(match[1] for match in names if match)


def cost(assembly: Path, settings: Mapping[str, str]) -> tuple[float, Load]:
    """Milliseconds of processor time for an order, and how the orders went."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings)
    try:
        engine.start()
        cdk.deploy(engine, assembly)
        pizzeria = Pizzeria(engine.clients(), engine.endpoint_url)
        pizzeria.load(callers=1, orders=_WARM_UP)
        process = psutil.Process(engine.instance().pid)
        before = process.cpu_times()
        placed = pizzeria.place(callers=1, orders=_ORDERS)
        after = process.cpu_times()
        load = pizzeria.outcome(1, placed)
    finally:
        engine.stop()
    return (after.user + after.system - before.user - before.system) / _ORDERS * 1000, load


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adjustments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="adjustments to switch off (default: each in turn)")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="cdk.out-") as folder:
        from pathlib import Path

        assembly = cdk.synthesize(output=Path(folder))
        everything, load = cost(assembly, {})
        print(f"{'all on':26} {everything:6.1f} ms  answer {load.answer_ms:6.1f} ms  wrong {len(load.wrong)}")
        for name in options.names or [*adjustments(), *_SETTINGS]:
            settings = _SETTINGS.get(name, {f"TUNING_{name.upper().replace('-', '_')}": "0"})
            without, load = cost(assembly, settings)
            print(
                f"without {name:18} {without:6.1f} ms  ({without / everything:4.2f} x)  "
                f"answer {load.answer_ms:6.1f} ms  wrong {len(load.wrong)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
