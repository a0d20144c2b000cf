#!/usr/bin/env python3
"""Say last, where a log that is cut off is still read, which tests failed: those in the JUnit files that are named."""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

#: as much of a reason as says which of several faults it is
REASON = 300


def main() -> None:
    """Print a line for each test that failed, with the beginning of its reason."""
    for file in map(Path, sys.argv[1:]):
        for case in ET.parse(file).iter("testcase"):  # noqa: S314 - our own test run wrote it
            for kind in ("failure", "error"):
                for found in case.findall(kind):
                    reason = " ".join((found.get("message") or "no reason given").split())[:REASON]
                    print(f"{file.stem}: {kind} in {case.get('classname')}::{case.get('name')}: {reason}")


if __name__ == "__main__":
    main()
