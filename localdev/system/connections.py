"""Describe connections that failed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def why_no_answer(error: BaseException) -> str:
    """Return why a request got no answer, in words where it is one of the usual reasons, else in the error's own."""
    for each in _causes(error):
        if isinstance(each, ConnectionRefusedError):
            return "nothing listens there"
        # http.client's RemoteDisconnected and urllib3's IncompleteRead are such, too
        if isinstance(each, ConnectionError) or type(each).__name__ == "IncompleteRead":
            return "it ended in the middle of the request"
        if isinstance(each, TimeoutError):
            return "it took too long"
    return str(error).rstrip(".")


def _causes(error: BaseException | None, depth: int = 8) -> Iterator[BaseException]:
    """Yield an error and those it was raised from or made of: urllib3 keeps some as arguments."""
    if error is None or not depth:
        return
    yield error
    made_of = [each for each in error.args if isinstance(each, BaseException)]
    for each in (*made_of, getattr(error, "reason", None), error.__cause__, error.__context__):
        if isinstance(each, BaseException):
            yield from _causes(each, depth - 1)
