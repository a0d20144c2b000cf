"""The control API, on the emulator's own endpoint below ``/_localdev/rehearsals``: JSON in, JSON out.

========  ==============  =================================================================================
method    path            what it does
========  ==============  =================================================================================
POST      ``/``          register a rehearsal for an execution that has not started
GET       ``/``          report: what was mocked, which faults were injected, which answers were not used
DELETE    ``/``          the same report, and forget the rehearsal
GET       ``/end``       wait for the end of the execution; describe it then, with its events and the report
POST      ``/clock``     let a time pass at once, or skip waits from now on
GET       ``/questions`` wait for questions of mocks that are Python code
POST      ``/questions`` answer one
GET       ``/starts``    wait for executions that start unregistered while a run of tests has mocks
POST      ``/starts``    say which rehearsal one has, or that it is of no test of this run
DELETE    ``/starts``    end waiting
POST      ``/faults``    inject faults into calls that no execution makes, until they are removed
DELETE    ``/faults``    remove them, and report what was injected
POST      ``/schedules`` run schedules as often as they come due in a time
========  ==============  =================================================================================

A rehearsal may also come with the request that starts its execution, see ``with_start.py``.
All but the first, ``/starts``, ``/faults`` and ``/schedules`` name the execution by ``stateMachineArn`` and ``name``.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals import with_start
from localstack_rehearsals.answers import MalformedError
from localstack_rehearsals.patches import apply_once
from localstack_rehearsals.rehearsal import REHEARSALS, Rehearsal
from localstack_rehearsals.starts import STARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rolo import Request, Response

PATH: Final = "/_localdev/rehearsals"
_LONGEST_ADVANCE: Final = 60.0
_MOST_SECONDS: Final = 366.0 * 24 * 60 * 60
"""An execution takes a year at most."""
_LONGEST_WAIT: Final = 30.0
_MOST_EVENTS: Final = 1000
"""Of a history that is returned with its execution's end; a longer one is read page by page."""


class NotFoundError(Exception):
    """Error: there is no such rehearsal."""


def add_routes() -> None:
    """Serve the control API from now on."""
    from localstack.services.edge import ROUTER

    for method, path, endpoint in _ROUTES:
        ROUTER.add(f"{PATH}{path}", _served(endpoint), methods=[method])


def _served(endpoint: Callable[[Any], Any]) -> Callable[[Request], Response]:
    @wraps(endpoint)
    def serve(request: Request, **_: Any) -> Response:
        from rolo import Response

        try:
            return Response.for_json(endpoint(_document(request)))
        except NotFoundError as error:
            return Response.for_json({"message": str(error)}, status=404)
        except (MalformedError, ValueError, TypeError) as error:
            return Response.for_json({"message": str(error)}, status=400)

    return serve


def _document(request: Request) -> Any:
    if request.method == "GET":
        return dict(request.args)
    if request.mimetype != "application/json":
        raise MalformedError(f"A request has the type application/json; found {request.mimetype or 'none'}.")
    return json.loads(request.get_data(as_text=True) or "{}")


def register(document: Any) -> Any:
    """Register a rehearsal."""
    rehearsal = Rehearsal.from_document(document)
    apply_once()
    REHEARSALS.register(rehearsal)
    return {"name": rehearsal.name, "definition": with_start.definition_of(rehearsal.machine_arn)}


def report(document: Mapping[str, Any]) -> Any:
    """Return what was done in a rehearsal."""
    if arn := document.get("executionArn"):
        rehearsal = REHEARSALS.reported(arn)
        if rehearsal is None:
            raise NotFoundError(f"The execution {arn} has no rehearsal.")
        return _report(rehearsal)
    return _report(_found(document))


def remove(document: Mapping[str, Any]) -> Any:
    """Forget a rehearsal, and return what was done in it."""
    rehearsal = _found(document)
    REHEARSALS.remove(rehearsal.machine_arn, rehearsal.name)
    return _report(rehearsal)


def _found(document: Mapping[str, Any]) -> Rehearsal:
    machine_arn, name = str(document.get("stateMachineArn")), str(document.get("name"))
    rehearsal = REHEARSALS.find(machine_arn, name)
    if rehearsal is None:
        raise NotFoundError(f"No rehearsal is registered for the execution {name!r} of {machine_arn}.")
    return rehearsal


def _report(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "executionArn": rehearsal.execution_arn,
        "events": list(rehearsal.events),
        "unused": rehearsal.unused(),
        "faults": [{"kind": fault.kind, "injected": fault.injected} for fault in rehearsal.faults],
        "seed": rehearsal.seed,
        "skippedSeconds": rehearsal.clock.skipped if rehearsal.clock else 0.0,
        "now": rehearsal.now(),
    }


def turn_clock(document: Mapping[str, Any]) -> Any:
    """Let a time pass at once, or skip waits from now on."""
    rehearsal = _found(document)
    clock = rehearsal.clock
    if clock is None:
        raise MalformedError(f"The execution {rehearsal.name!r} has not started, or was registered without a clock.")
    if document.get("skipWaits"):
        clock.skip_waits(time_outs=bool(document.get("timeOuts")))
    arrived = True
    if "advanceSeconds" in document:
        timeout = min(float(document.get("timeout", _LONGEST_ADVANCE)), _LONGEST_ADVANCE)
        arrived = clock.advance(_seconds(document["advanceSeconds"]), timeout)
    return {"now": clock.now(), "arrived": arrived, "skippedSeconds": clock.skipped}


def _seconds(value: Any) -> float:
    """Return a time to pass. :raises MalformedError: it is no number, or longer than any execution."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not seconds <= _MOST_SECONDS:
        raise MalformedError(f"advanceSeconds is a number up to {_MOST_SECONDS:g}; found {value!r}.")
    return seconds


def poll_questions(document: Mapping[str, Any]) -> Any:
    """Return what the emulator has to know of the test, as soon as there is something."""
    return {"questions": _found(document).questions.poll(float(document.get("seconds", 1)))}


def answer_question(document: Mapping[str, Any]) -> Any:
    """Answer one question."""
    _found(document).questions.answer(int(document["number"]), dict(document["answer"]))
    return {}


def await_end(document: Mapping[str, Any]) -> Any:
    """Wait until the execution has ended; describe it then, once, with its events and the report."""
    seconds = min(float(document.get("seconds", 1)), _LONGEST_WAIT)
    rehearsal = _found(document)
    if not rehearsal.ended.wait(seconds) or (execution := rehearsal.execution) is None:
        return {}
    # the emulator's own records say how long it is kept
    rehearsal.execution = None
    events = execution.exec_worker.env.event_manager._history_event_list
    return {
        "execution": _plain(execution.to_describe_output()),
        "events": [_plain(event) for event in events] if len(events) <= _MOST_EVENTS else None,
        "report": _report(rehearsal),
    }


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.timestamp() if isinstance(value, datetime) else value for key, value in fields.items()}


def poll_starts(document: Mapping[str, Any]) -> Any:
    """Return the executions that start and that no test has registered, as soon as there is one."""
    apply_once()
    STARTS.install()
    with_start.install()
    starts = STARTS.poll(_run(document), float(document.get("seconds", 1)))
    return {"starts": starts, "header": with_start.HEADER}


def answer_start(document: Mapping[str, Any]) -> Any:
    """Say which rehearsal an execution has that starts, or that it is of no test of this run."""
    given = document.get("rehearsal")
    rehearsal = None if given is None else Rehearsal.from_document(given)
    STARTS.answer(_run(document), int(document["number"]), rehearsal)
    return {}


def leave_starts(document: Mapping[str, Any]) -> Any:
    """Ask a run of tests no more."""
    STARTS.leave(_run(document))
    return {}


def _run(document: Mapping[str, Any]) -> str:
    if not isinstance(run := document.get("run"), str) or not run:
        raise MalformedError(f"A run of tests has an id, which is a text; found {run!r}.")
    return run


def add_faults(document: Any) -> Any:
    """Inject faults into calls that no execution makes."""
    from localstack_rehearsals import calls

    return {"id": calls.add(document)}


def remove_faults(document: Mapping[str, Any]) -> Any:
    """Inject them no more, and return which were."""
    from localstack_rehearsals import calls

    try:
        return {"events": calls.remove(str(document.get("id")))}
    except KeyError:
        raise NotFoundError(f"There are no faults with the id {document.get('id')!r}.") from None


def run_schedules(document: Mapping[str, Any]) -> Any:
    """Run schedules as often as they come due in a time."""
    from localstack_rehearsals import schedules

    begin = datetime.fromtimestamp(float(document["from"]), UTC)
    pass_over = bool(document.get("passOver"))
    names = list(document["names"])
    return {"runs": schedules.advance(begin, _seconds(document["advanceSeconds"]), names, pass_over=pass_over)}


_ROUTES: Final = (
    ("POST", "", register),
    ("GET", "", report),
    ("DELETE", "", remove),
    ("POST", "/clock", turn_clock),
    ("GET", "/questions", poll_questions),
    ("POST", "/questions", answer_question),
    ("GET", "/end", await_end),
    ("GET", "/starts", poll_starts),
    ("POST", "/starts", answer_start),
    ("DELETE", "/starts", leave_starts),
    ("POST", "/faults", add_faults),
    ("DELETE", "/faults", remove_faults),
    ("POST", "/schedules", run_schedules),
)
