"""Place very many orders and check each outcome: none may be lost, doubled or wrongly ended.

With ``--without environment-assignment`` it shows what LocalStack's own way to hand environments to invocations does to
orders under load.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.adjustments import running, settings_without
from localdev.deployment import cdk

_AT_ONCE = 1000


def main() -> None:
    """Print a line for every thousand orders; exit status 1 when one of them went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, metavar="N", help="default: 20000")
    parser.add_argument("--callers", type=int, nargs="+", default=[8, 32], metavar="N", help="in turns (default: 8 32)")
    parser.add_argument("--without", metavar="NAME", help="an adjustment of emulator/tuning to switch off")
    options = parser.parse_args()
    placed, wrong = 0, 0
    with TemporaryDirectory(prefix="cdk.out-") as folder:
        assembly = cdk.synthesize(output=Path(folder))
        with running(assembly, settings_without(options.without) if options.without else {}) as emulator:
            while placed < options.orders:
                callers = options.callers[placed // _AT_ONCE % len(options.callers)]
                orders = min(_AT_ONCE, options.orders - placed)
                load = emulator.pizzeria.load(callers, orders)
                placed += orders
                wrong += len(load.wrong)
                rate = f"{callers} at once: {load.per_second:4.0f} a second"
                print(f"{placed:7} orders, {rate}, {wrong} wrong", flush=True)
                for line in load.wrong[:5]:
                    print(f"        {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
