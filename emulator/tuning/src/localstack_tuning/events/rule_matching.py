"""EventBridge starts a thread for an event only where a rule wants it.

LocalStack hands every event to a thread, which finds that nearly all of them match no rule: of an order, both that it
has begun and that it has succeeded. To wake a thread takes longer than to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _match_first(module: ModuleType) -> None:
    start_worker_thread, matches_event = module.start_worker_thread, module.matches_event

    def start(method: Callable[[Any], object], params: Any = None, name: str | None = None) -> Any:
        if name == "events-process-rules":
            rules = [rule for rule in params["rules"] if may_match(rule, params["event_formatted"])]
            if not rules:
                return None
            params = {**params, "rules": rules}
        return start_worker_thread(method, params, name=name)

    def may_match(rule: Any, event: Any) -> bool:
        if rule.schedule_expression:
            return False
        try:
            return bool(matches_event(rule.event_pattern, event))
        except Exception:  # noqa: BLE001 - it is the thread's, which finds the same
            return True

    module.start_worker_thread = start  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("rule-matching", {"localstack.services.events.provider": _match_first})
