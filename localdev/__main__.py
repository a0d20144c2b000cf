"""Run ``python -m localdev COMMAND``; the installed command ``localdev`` runs this, too."""

import sys


def run() -> int:
    """Run the command line's command, and return its exit status."""
    from localdev.commands.cli import main
    from localdev.system.interrupts import raise_keyboard_interrupt_on_signals

    raise_keyboard_interrupt_on_signals()
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
