"""Pages of log events whose cost does not grow with what is left out of them."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_LIMIT = 10_000


def _page_quickly(module: ModuleType) -> None:
    def filter_log_events(
        self: Any,
        log_group_name: str,
        log_stream_names: list[str] | None,
        start_time: int | None,
        end_time: int | None,
        limit: int | None,
        next_token: str | None,
        filter_pattern: str,
        interleaved: bool,
    ) -> tuple[list[dict[str, Any]], str | None, list[dict[str, Any]]]:
        streams = [
            stream for name, stream in list(self.streams.items()) if not log_stream_names or name in log_stream_names
        ]
        # moto makes a filter for each event
        matches = module.EventMessageFilter(filter_pattern).matches if filter_pattern else None
        found: list[tuple[int, Any, Any]] = []
        for stream in streams:
            found += sorted(_events(stream, start_time, end_time, matches), key=itemgetter(0))
        if interleaved:
            found.sort(key=itemgetter(0))
        first = _after(found, log_group_name, next_token)
        page = found[first : first + (limit or _LIMIT)] if first is not None else []
        token = None
        if page and first is not None and first + len(page) < len(found):
            _, stream, event = page[-1]
            token = f"{log_group_name}@{stream.log_stream_name}@{event.event_id}"
        searched = [{"logStreamName": stream.log_stream_name, "searchedCompletely": True} for stream in streams]
        return (
            [event.to_filter_dict() | {"logStreamName": stream.log_stream_name} for _, stream, event in page],
            token,
            searched,
        )

    module.LogGroup.filter_log_events = filter_log_events


def _events(
    stream: Any, start: int | None, end: int | None, matches: Callable[[str], bool] | None
) -> Iterator[tuple[int, Any, Any]]:
    for event in list(stream.events):
        moment = event.timestamp
        if (start and moment < start) or (end and moment > end) or (matches and not matches(event.message)):
            continue
        yield moment, stream, event


def _after(found: list[tuple[int, Any, Any]], group: str, token: str | None) -> int | None:
    """Return where the page after a token begins; ``None`` for a token of no page."""
    if not token:
        return 0
    parts = token.rsplit("@", 2)
    if len(parts) != 3 or parts[0] != group or not parts[2].isdecimal():
        return None
    wanted, name = int(parts[2]), parts[1]
    places = (place for place, (_, stream, event) in enumerate(found) if event.event_id == wanted)
    place = next(places, None)
    return place + 1 if place is not None and found[place][1].log_stream_name == name else None


LOG_PAGES = Correction(
    "log-pages",
    "Makes a document, and a filter, of every event of a group for each page: the logs of 50,000 orders take 40 s.",
    "Returns a page in a fraction of a second.",
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html",
    {"moto.logs.models": _page_quickly},
)
