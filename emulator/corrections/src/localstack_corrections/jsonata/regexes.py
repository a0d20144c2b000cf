"""Regular expressions that can be stopped: the ``regex`` package gives up at a time limit, ``re`` never does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.values import Callable

if TYPE_CHECKING:
    from jsonata.regex_engine import RegexFlags

    from localstack_corrections.jsonata.bounds import Budget


class Regex(Callable):
    """A regular expression literal. It is compiled once, with the expression."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: Any) -> None:
        self.pattern = pattern

    def match_from(self, text: str, position: int, budget: Budget) -> Any | None:
        """Return the next match; a match of nothing is an error, as it would be found for ever."""
        try:
            found = self.pattern.search(text, position, timeout=budget.remaining())
        except TimeoutError:
            raise JSONataError("U1001", "Expression evaluation timeout: Check for infinite loop") from None
        if found is not None and not found.group():
            raise JSONataError("D1004", found.start())
        return found


def compiled(pattern: str, flags: RegexFlags) -> Regex:
    """Compile a literal, for jsonata-python's tokenizer."""
    options = regex.VERSION0 | (regex.IGNORECASE if flags.case_insensitive else 0)
    options |= regex.MULTILINE if flags.multiline else 0
    try:
        # JavaScript names groups as (?<name>...), Python as (?P<name>...); the regex package knows both
        return Regex(regex.compile(pattern, options))
    except regex.error as error:
        raise JSONataError("S0302", str(error)) from None
