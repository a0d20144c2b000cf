"""Repeat what failed because a fork server was killed: nothing of the function has run, so nobody has to learn of it.

As on AWS: Lambda places an environment elsewhere when the machine under it fails, and its caller waits.
"""

import time
from collections.abc import Callable

from localstack_process_executor.environments.errors import ForkServerKilledError

_SECONDS = 60.0
"""Longer than any burst of kills; whoever goes on killing gets the error."""


def outlasting_kills[T](attempt: Callable[[], T], *, seconds: float = _SECONDS) -> T:
    """Return what ``attempt`` returns, once a fork server has lived long enough for it.

    :raises ForkServerKilledError: none has for so long.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except ForkServerKilledError:
            if time.monotonic() >= give_up:
                raise
