"""Events of changed executions: in their order, with AWS's fields."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import EXECUTION
from localstack_corrections.stepfunctions.failures import compact

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import ModuleType

LOG = logging.getLogger(__name__)
_EVENTS: Final = "localstack.services.events.provider"
_LARGEST: Final = 248 * 1024
"""Of input and output together; what is larger is left out."""


class InOrder:
    """Runs work for each execution in the order in which it came, and that of different executions at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Callable[[], object]]] = {}

    def run(self, key: str, work: Callable[[], object]) -> None:
        """Run it after what was given for ``key`` before, on another thread."""
        with self._lock:
            if key in self._waiting:
                self._waiting[key].append(work)
                return
            self._waiting[key] = deque([work])
        threading.Thread(target=self._drain, args=(key,), name="status-events", daemon=True).start()

    def _drain(self, key: str) -> None:
        while True:
            with self._lock:
                if not self._waiting[key]:
                    del self._waiting[key]
                    return
                work = self._waiting[key].popleft()
            try:
                work()
            except Exception:
                LOG.exception("An event of %s could not be delivered.", key)


_IN_ORDER = InOrder()


def _publish_in_order(module: ModuleType) -> None:
    def publish(self: Any) -> None:
        _keep_order()
        entry = module.PutEventsRequestEntry(
            Source="aws.states",
            Resources=[self.exec_arn],
            DetailType="Step Functions Execution Status Change",
            Detail=json.dumps(detail(self)),
        )
        try:
            self._get_events_client().put_events(Entries=[entry])
        except Exception:
            LOG.exception("An event of %s could not be sent.", self.exec_arn)

    module.Execution.publish_execution_status_change_event = publish


def detail(execution: Any) -> dict[str, Any]:
    """Return what an event tells of an execution."""
    given = getattr(execution, "input_text", None)
    document = compact({} if execution.input_data is None else execution.input_data) if given is None else given
    result = None if execution.output is None else compact(execution.output)
    has_input = len(document) + len(result or "") <= _LARGEST
    has_output = result is not None and len(result) <= _LARGEST
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": str(execution.exec_status),
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": document if has_input else None,
        "output": result if has_output else None,
        "inputDetails": {"included": has_input},
        "outputDetails": None if result is None else {"included": has_output},
        "error": execution.error,
        "cause": execution.cause,
        "stateMachineVersionArn": execution.state_machine_version_arn,
        "stateMachineAliasArn": execution.state_machine_alias_arn,
        **_redrives(execution),
    }


def _redrives(execution: Any) -> dict[str, Any]:
    from localstack_corrections.stepfunctions.redrive.executions import redrive_fields

    if not hasattr(execution, "redrive_count") or execution.exec_worker is None:
        return {}
    fields = redrive_fields(execution)
    return {
        "redriveCount": fields["redriveCount"],
        "redriveDate": _milliseconds(fields.get("redriveDate")),
        "redriveStatus": fields["redriveStatus"],
        "redriveStatusReason": fields.get("redriveStatusReason"),
    }


def _milliseconds(when: datetime | None) -> int | None:
    return None if when is None else int(when.timestamp() * 1000)


def _keep_order() -> None:
    """Have EventBridge deliver the events of one execution one after the other.

    This is put around whatever starts its threads by now, and calls the rules' targets on a thread of the execution.
    """
    from localstack.services.plugins import SERVICE_PLUGINS

    if _EVENTS not in sys.modules:
        SERVICE_PLUGINS.require("events")
    module: Any = sys.modules[_EVENTS]
    start = module.start_worker_thread
    if getattr(start, "keeps_order", False):
        return

    def start_in_order(method: Callable[[Any], object], params: Any = None, name: str | None = None) -> Any:
        event = params.get("event_formatted", {}) if name == "events-process-rules" else {}
        if event.get("source") != "aws.states":
            return start(method, params, name=name)
        rules = [rule for rule in params["rules"] if _may_match(module, rule, event)]
        if rules:
            _IN_ORDER.run(event["resources"][0], lambda: method({**params, "rules": rules}))
        return None

    start_in_order.keeps_order = True  # type: ignore[attr-defined]
    module.start_worker_thread = start_in_order


def _may_match(module: Any, rule: Any, event: Any) -> bool:
    if rule.schedule_expression:
        return False
    try:
        return bool(module.matches_event(rule.event_pattern, event))
    except Exception:  # noqa: BLE001 - the rule itself finds the same, and says so
        return True


CORRECTION = Correction(
    name="status-events",
    localstack=(
        "Delivers the events of an execution in any order, with dates as text, the ARN of a version as that of the "
        "machine, and no redrive fields."
    ),
    aws="An execution's events come in their order; dates are epoch milliseconds; input and output are JSON texts.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html",
    patches={EXECUTION: _publish_in_order},
)
