"""``python -m localdev VERB``."""

import sys

from localdev.cli import main
from localdev.interrupts import raise_keyboard_interrupt_on_signals

if __name__ == "__main__":
    raise_keyboard_interrupt_on_signals()
    sys.exit(main(sys.argv[1:]))
