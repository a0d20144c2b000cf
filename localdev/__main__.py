"""``python -m localdev VERB``, once everything a verb needs is made and current."""

import os
import sys
from collections.abc import Sequence

from localdev.environments import ROOT, are_current

_SET_UP_AND_GO_ON = '"$0" --quiet && exec "$@"'


def main(arguments: Sequence[str]) -> int:
    """Run the verb; its exit status."""
    if not are_current():
        # what this Python would import may be about to be made anew: another one goes on from here
        again = [sys.executable, "-m", "localdev", *arguments]
        setup = str(ROOT / "scripts" / "setup")
        os.execv("/bin/sh", ["sh", "-c", _SET_UP_AND_GO_ON, setup, *again])  # noqa: S606 - a script of ours
    from localdev import cli
    from localdev.interrupts import raise_keyboard_interrupt_on_signals

    raise_keyboard_interrupt_on_signals()
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
