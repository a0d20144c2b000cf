"""Settings that are numbers."""

from __future__ import annotations

import os


def positive(variable: str, default: int) -> int:
    """Return the number in an environment variable, or the default where none is set.

    :raises ValueError: the variable holds something else; the message names it.
    """
    text = os.environ.get(variable, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{variable} is {text!r}, expected a whole number above 0. Hint: {variable}={default}")
    return int(text)
