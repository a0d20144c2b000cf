"""GetExecutionHistory in pages."""

from __future__ import annotations

import base64
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from types import ModuleType

_PAGE: Final = 100
_LONGEST_TOKEN: Final = 3096
_DATA: Final = frozenset({"input", "output"})


def _page_histories(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    released = provider.get_execution_history

    @wraps(released)
    def get_execution_history(
        self: Any,
        context: Any,
        execution_arn: str,
        max_results: int | None = None,
        reverse_order: bool | None = None,
        next_token: str | None = None,
        include_execution_data: bool | None = None,
        **_: Any,
    ) -> Any:
        self._validate_state_machine_execution_arn(execution_arn)
        module.assert_pagination_parameters_valid(max_results, next_token, next_token_length_limit=_LONGEST_TOKEN)
        execution = self._get_execution(context=context, execution_arn=execution_arn)
        if execution.sm_type != module.StateMachineType.STANDARD:
            self._raise_resource_type_not_in_context(resource_type=execution.sm_type)
        env = execution.exec_worker and execution.exec_worker.env
        # a history only grows: what is in it is never changed, and needs no copy
        events = env.event_manager._history_event_list if env else []
        first = _position(module, next_token, execution_arn, reverse=bool(reverse_order))
        page, following = _page(events, first, max_results or _PAGE, reverse=bool(reverse_order))
        if include_execution_data is False:
            page = [_without_data(event) for event in page]
        answer = module.GetExecutionHistoryOutput(events=page)
        if following is not None:
            answer["nextToken"] = _token(following, execution_arn, reverse=bool(reverse_order))
        return answer

    provider.get_execution_history = get_execution_history


def _page(events: list[Any], first: int | None, most: int, *, reverse: bool) -> tuple[list[Any], int | None]:
    """Return the events of a page from position ``first`` on, and the position of the next."""
    count = len(events)
    if reverse:
        end = count if first is None else min(first + 1, count)
        start = max(end - most, 0)
        return events[start:end][::-1], start - 1 if start else None
    start = first or 0
    end = min(start + most, count)
    return events[start:end], end if end < count else None


def _token(position: int, arn: str, *, reverse: bool) -> str:
    return base64.b64encode(f"{'r' if reverse else 'f'}:{position}:{arn}".encode()).decode()


def _position(module: ModuleType, token: str | None, arn: str, *, reverse: bool) -> int | None:
    if token is None:
        return None
    try:
        direction, position, of = base64.b64decode(token, validate=True).decode().split(":", 2)
        if of == arn and direction == ("r" if reverse else "f"):
            return int(position)
    except ValueError:
        pass
    raise module.InvalidToken("Invalid Token: 'Invalid token'")


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: field for key, field in value.items() if key not in _DATA} if isinstance(value, dict) else value
        for name, value in event.items()
    }


CORRECTION = Correction(
    name="history-pages",
    localstack="Answers GetExecutionHistory with a copy of the whole history, whatever its length.",
    aws="A page has 100 events or `maxResults`; `includeExecutionData` can leave out input and output.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html",
    patches={PROVIDER: _page_histories},
)
