"""Dead letters that name the request they come from."""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_current = threading.local()
"""The request whose dead letter this thread sends."""


def _remember_request(module: ModuleType) -> None:
    process: Callable[..., Any] = module.Poller.process_dead_letter_queue

    @wraps(process)
    def process_named(self: Any, sqs_invocation: Any, invocation_result: Any) -> Any:
        _current.request_id = sqs_invocation.invocation.request_id
        try:
            return process(self, sqs_invocation, invocation_result)
        finally:
            _current.request_id = None

    module.Poller.process_dead_letter_queue = process_named


def _name_request(module: ModuleType) -> None:
    prepare: Callable[..., Any] = module._prepare_messages_to_dlq

    @wraps(prepare)
    def prepare_named(*arguments: Any, **options: Any) -> Any:
        messages = prepare(*arguments, **options)
        if request_id := getattr(_current, "request_id", None):
            for message in messages:
                message["MessageAttributes"]["RequestID"]["StringValue"] = request_id
        return messages

    module._prepare_messages_to_dlq = prepare_named  # type: ignore[attr-defined]


DEAD_LETTERS = Correction(
    "dead-letters",
    "Names a request in a dead letter that never was.",
    "The attribute `RequestID` of a dead letter is the invocation's.",
    "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    {
        "localstack.services.lambda_.invocation.event_manager": _remember_request,
        "localstack.utils.aws.dead_letter_queue": _name_request,
    },
)
