"""Suggest the name that was meant in place of one that is not there."""

from collections.abc import Iterable


def suggest(wanted: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return the question whether the most similar name was meant, whatever its case; ``otherwise`` if none is."""
    # slow to import, and needed for mistakes alone
    from difflib import get_close_matches

    by_lower_case = {name.lower(): name for name in names}
    close = get_close_matches(wanted.lower(), by_lower_case, n=1)
    return f"did you mean {by_lower_case[close[0]]!r}?" if close else otherwise
