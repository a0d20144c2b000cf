"""Make what the installed tool works with, once for each machine and release; a checkout has ``scripts/setup``."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

from localdev.setup import places
from localdev.system.errors import LocaldevError


@cache
def ensure_installed() -> None:
    """Make the emulator's environment and the CDK CLI in the user's cache folder, unless they are there.

    :raises LocaldevError: they cannot be made; why has been printed.
    """
    if not places.IS_INSTALLED:
        return
    from localdev.setup import environments

    if all(part.is_current() for part in environments.parts()):
        return
    # in a process of its own: it changes the variables and the signals of its process
    made = subprocess.run([sys.executable, "-I", "-m", environments.__name__, "--quiet"], check=False)
    if made.returncode:
        raise LocaldevError(f"What the emulator is made of could not be installed in {places.MADE}, as said above.")
