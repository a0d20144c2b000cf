"""Text that can be written."""

from __future__ import annotations


def encodable(text: str) -> str:
    r"""Return ``text`` as UTF-8 can have it: half of a surrogate pair, which JSON can escape, becomes U+FFFD.

    >>> encodable("caf\xe9 \ud83d")
    'café �'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
