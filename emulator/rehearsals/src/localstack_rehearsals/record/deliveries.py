"""Record what the rules of EventBridge matched, and where it was sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.record.ring import RING
from localstack_rehearsals.record.texts import document_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _record_deliveries(module: ModuleType) -> None:
    sender = module.TargetSender
    process = sender.process_event

    def process_and_record(self: Any, event: Any, trace_header: Any) -> None:
        began, since = time.time(), time.monotonic()
        given = document_of(event)
        problem = None
        try:
            process(self, event, trace_header)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            raise
        finally:
            RING.add(
                "delivery",
                trace=getattr(trace_header, "root", None),
                id=event.get("id") if isinstance(event, dict) else None,
                at=began,
                seconds=time.monotonic() - since,
                name=self.rule_name,
                resource=self.rule_arn,
                target=self.target["Arn"],
                status="failed" if problem else "succeeded",
                input=given,
                error=problem,
            )

    sender.process_event = process_and_record


PATCHES: Final[tuple[tuple[str, Callable[[ModuleType], None]], ...]] = (
    ("localstack.services.events.target", _record_deliveries),
)
