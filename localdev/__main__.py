"""Run ``python -m localdev COMMAND``."""

import sys

from localdev.commands.cli import main
from localdev.system.interrupts import raise_keyboard_interrupt_on_signals

if __name__ == "__main__":
    raise_keyboard_interrupt_on_signals()
    sys.exit(main(sys.argv[1:]))
