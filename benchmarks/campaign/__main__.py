"""Run the campaign: ``python -m benchmarks.campaign``."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.campaign.parts import PARTS
from benchmarks.campaign.workload import Outcome, target


def main() -> None:
    """Print a line for each part; exit status 1 when one is not clean."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.campaign", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--seconds", type=float, default=60, metavar="N", help="for each part (default: 60)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there is {', '.join(PARTS)}")
    outcomes = []
    with target() as emulator:
        for name in options.parts or PARTS:
            outcome = PARTS[name](emulator, options.seconds)
            outcomes.append(outcome)
            print(_line(outcome), *outcome.examples, sep="\n    ", flush=True)
    if options.json:
        options.json.write_text(
            json.dumps([asdict(outcome) for outcome in outcomes], indent=2) + "\n", encoding="utf-8"
        )
    sys.exit(0 if all(outcome.is_clean for outcome in outcomes) else 1)


def _line(outcome: Outcome) -> str:
    counts = f"{outcome.lost} lost, {outcome.doubled} doubled, {outcome.wrong} wrong"
    left = ", ".join(outcome.left) or "nothing"
    return f"{outcome.part:26} {outcome.started:6} started, {counts}, left: {left} {outcome.notes or ''}".rstrip()


if __name__ == "__main__":
    main()
