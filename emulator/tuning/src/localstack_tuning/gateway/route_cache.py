"""Find a request's route once for each host, path and method.

Every request is matched twice against all routes of LocalStack, many of which begin with a regular expression for the
host: an eighth of the time of an order. A router replaces its map of routes when they change, so what was found in one
holds as long as it does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType

_ROUTES = 1024
_PATH = re.compile(r"/(?!/)[!-\"$-:<->@-~]*(?=\?|\Z)")
"""A path with a query or without, and nothing that has to be taken apart otherwise."""


def _remember_routes(module: ModuleType) -> None:
    from werkzeug.exceptions import NotFound

    def match(url_map: Any, host: str, path: str, method: str) -> tuple[Any, dict[str, Any]] | None:
        try:
            handler, arguments = url_map.bind(server_name=host).match(path, method=method)
        except NotFound:
            return None
        arguments.pop("__host__", None)
        return handler, arguments

    def dispatch(self: Any, request: Any) -> Any:
        url_map = self.url_map
        known = vars(url_map).setdefault("tuning_routes", {})
        path = _PATH.match(request.environ.get("RAW_URI", ""))
        key = (request.host, path[0] if path else module.get_raw_path(request), request.method)
        try:
            found = known[key]  # one step: another thread may forget them all
        except KeyError:
            found = match(url_map, *key)
            if len(known) >= _ROUTES:
                known.clear()
            known[key] = found
        if found is None:
            raise NotFound
        handler, arguments = found
        return self.dispatcher(request, handler, dict(arguments))

    module.Router.dispatch = dispatch


ADJUSTMENT = Adjustment("route-cache", {"rolo.routing.router": _remember_routes})
