"""Look a header up without raising an exception where it is not there, and copy headers without looking each up.

A request asks for some fifty headers it does not have, and for each of them werkzeug makes an exception that is a whole
HTTP response, and catches it: a thirtieth of the time of an order. Twelve of them are of CORS, which LocalStack looks
for to remove them if they are empty: only where a header is. Headers are copied five times on an answer's way, each
checked, and looked for among those that are there, one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _look_up(module: ModuleType) -> None:
    headers, of_environ = module.Headers, module.EnvironHeaders
    check_each = headers.__init__

    def initialize(self: Any, defaults: Any = None) -> None:
        if type(defaults) is headers:
            self._list = defaults._list.copy()
        else:
            check_each(self, defaults)

    headers.__init__ = initialize
    # these keep their headers elsewhere
    of_environ.get, of_environ.__contains__ = headers.get, headers.__contains__
    headers.get, headers.__contains__ = _get, _contains


def _get(headers: Any, key: str, default: Any = None, type: Callable[[str], Any] | None = None) -> Any:  # noqa: A002
    wanted, length = key.lower(), len(key)
    for name, value in headers._list:
        # most are of another length, which is seen at once
        if len(name) == length and name.lower() == wanted:
            try:
                return value if type is None else type(value)
            except ValueError:
                break
    return default


def _contains(headers: Any, key: str) -> bool:
    wanted, length = key.lower(), len(key)
    for name, _ in headers._list:  # noqa: SIM110 - a generator costs more than the loop
        if len(name) == length and name.lower() == wanted:
            return True
    return False


def _copy_at_once(module: ModuleType) -> None:
    from werkzeug.datastructures import Headers

    update_one_by_one = module.Response.update_from

    def update_from(self: Any, other: Any) -> None:
        own, others = self.headers._list, other.headers._list
        places = {name.lower(): place for place, (name, _) in enumerate(own)}
        several = len(places) < len(own) or len({name.lower() for name, _ in others}) < len(others)
        if several or type(other.headers) is not Headers:
            update_one_by_one(self, other)
            return
        self.status_code, self.response = other.status_code, other.response
        self._on_close.extend(other._on_close)
        for header in others:
            place = places.get(header[0].lower())
            if place is None:
                own.append(header)
            else:
                own[place] = header

    module.Response.update_from = update_from


def _look_for_empty_ones(module: ModuleType) -> None:
    enricher = module.CorsResponseEnricher
    enrich = enricher.__call__

    def call(self: Any, chain: Any, context: Any, response: Any) -> None:
        if "Origin" in context.request.headers or "" in [value for _, value in response.headers]:
            enrich(self, chain, context, response)

    enricher.__call__ = call


ADJUSTMENT = Adjustment(
    "header-lookups",
    {
        "werkzeug.datastructures.headers": _look_up,
        "rolo.response": _copy_at_once,
        "localstack.aws.handlers.cors": _look_for_empty_ones,
    },
)
