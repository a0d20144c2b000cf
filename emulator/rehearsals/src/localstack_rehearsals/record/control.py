"""Serve the record on the emulator's own endpoint: ``GET /_localdev/traces``, JSON.

Filters are parameters, and all of them must apply: ``kind`` (``request``, ``invocation``, ``call``, ``delivery``),
``trace``, ``id``, ``parent``, ``name`` and ``execution`` are equal to the entry's; ``text`` is in its input or output.
``limit`` is how many, newest first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.patches import apply_once
from localstack_rehearsals.record import deliveries, invocations, requests
from localstack_rehearsals.record.ring import RING, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rolo import Request, Response

PATH: Final = "/_localdev/traces"
_EQUAL: Final = ("kind", "trace", "id", "parent", "name", "execution")
_MOST: Final = 1_000
_ROOMS: Final = (requests, invocations, deliveries)


def keep_record() -> None:
    """Record from now on, and serve the record."""
    from localstack.services.edge import ROUTER

    apply_once([patch for room in _ROOMS for patch in room.PATCHES])
    ROUTER.add(PATH, _serve, methods=["GET"])


def patched_modules() -> list[tuple[str, list[str]]]:
    """Return the modules that are patched, by what is recorded there."""
    return [(room.__name__.rpartition(".")[2], [module for module, _ in room.PATCHES]) for room in _ROOMS]


def _serve(request: Request, **_: Any) -> Response:
    from rolo import Response

    return Response.for_json(found(dict(request.args)))


def found(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the newest entries that a query asks for, and since when there are any."""
    limit = min(int(query["limit"]), _MOST) if query.get("limit", "").isdigit() else _MOST
    return {"since": RING.since, "forgotten": RING.forgotten, "entries": RING.newest(limit, _wanted(query))}


def _wanted(query: Mapping[str, str]) -> Callable[[Entry], bool]:
    equal = [(name, query[name]) for name in _EQUAL if name in query]
    text = query.get("text")

    def is_wanted(entry: Entry) -> bool:
        if any(entry.get(name) != value for name, value in equal):
            return False
        return not text or any(text in (entry.get(name) or "") for name in ("input", "output"))

    return is_wanted
