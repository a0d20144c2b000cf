"""An execution as the report of a failed test tells it: the way it took, what failed, and what was logged there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localdev.executions.errors import HintedError
from localdev.executions.origin import origin_of
from localdev.executions.report import path_line
from localdev.executions.text import duration_text, failure_text, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.history import History, Visit
    from localdev.testing.outcomes import Path
    from localdev.testing.reading import Reader

_LONGEST: Final = 2000
_MOST_LINES: Final = 30


def explanation(reader: Reader, arn: str) -> str:
    """Return the path with signs, error and cause, input and output of the state that failed, its function's lines."""
    history = reader.history(arn)
    return "\n".join([*_lines(reader, arn, history), reader.console_of(arn)]).rstrip()


def _lines(reader: Reader, arn: str, history: History) -> Iterator[str]:
    lasted = history.events[-1].at - history.events[0].at if history.events else None
    yield f"{history.status}{f' after {duration_text(lasted)}' if lasted else ''}"
    if history.failure:
        yield failure_text(history.failure.error, history.failure.cause) or ""
    yield path_line(history)
    yield f"input   {one_line(history.input or '', _LONGEST)}"
    if history.output is not None:
        yield f"output  {one_line(history.output, _LONGEST)}"
    failed = _failed(reader, arn, history)
    if failed is not None:
        yield from _state(reader, failed, history)


def _failed(reader: Reader, arn: str, history: History) -> Visit | None:
    try:
        return origin_of(history, reader.definition(arn))
    except HintedError:
        return origin_of(history)


def _state(reader: Reader, visit: Visit, history: History) -> Iterator[str]:
    yield ""
    yield f"the state that failed: “{one_line(visit.state)}” ({visit.type})"
    reason = failure_text(visit.failure.error, visit.failure.cause) if visit.failure else None
    if reason:
        yield f"  error   {reason}"
    yield f"  input   {one_line(visit.input or '', _LONGEST)}"
    if visit.output is not None:
        yield f"  output  {one_line(visit.output, _LONGEST)}"
    for attempt in visit.attempts:
        for invocation in reader.invocations(attempt, history):
            yield f"  its function's log, attempt {attempt.number} (request {invocation.request_id})"
            yield from (f"    {one_line(line.message)}" for line in invocation.lines[-_MOST_LINES:])


def path_difference(path: Path, expected: list[str]) -> list[str]:
    """Return what pytest prints where a path is not the expected one."""
    same = next(
        (index for index, pair in enumerate(zip(path, expected, strict=False)) if pair[0] != pair[1]),
        min(len(path), len(expected)),
    )
    after = f"after {path[same - 1]!r}" if same else "at the start"
    return [
        f"the path of {path.execution}",
        f"it took    {path.signed}",
        f"expected   {' → '.join(expected)}",
        f"they part {after}: it went to {_at(path, same)}, expected {_at(expected, same)}",
    ]


def _at(path: list[str], index: int) -> str:
    return repr(path[index]) if index < len(path) else "its end"
