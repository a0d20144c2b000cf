"""Run ``python -m localdev COMMAND``; the installed command ``localdev`` runs this, too."""

import os
import sys
from collections.abc import Sequence


def run() -> int:
    """Run the command line's command, and return its exit status."""
    if sys.platform == "win32":
        print("Windows itself is not supported.\nHint: run it in WSL.", file=sys.stderr)
        return 1
    arguments = sys.argv[1:]
    try:
        arguments = enter_folder(arguments)
    except OSError as error:
        print(f"-C names no folder that can be entered: {error}.\nHint: give the app's folder.", file=sys.stderr)
        return 1
    # from here on modules know the app's folder
    from localdev.commands.cli import main
    from localdev.system.interrupts import raise_keyboard_interrupt_on_signals

    raise_keyboard_interrupt_on_signals()
    return main(arguments)


def enter_folder(arguments: Sequence[str]) -> list[str]:
    """Enter the folder that ``-C FOLDER`` before the command names, as with git and make; return the other arguments.

    :raises OSError: there is none.
    """
    if len(arguments) > 1 and arguments[0] == "-C":
        os.chdir(arguments[1])
        return list(arguments[2:])
    return list(arguments)


if __name__ == "__main__":
    sys.exit(run())
