"""Measure speed."""

import sys
from pathlib import Path

# the plugins, which are installed in the emulator's environment alone
sys.path += map(str, (Path(__file__).parents[1] / "emulator").glob("*/src"))
