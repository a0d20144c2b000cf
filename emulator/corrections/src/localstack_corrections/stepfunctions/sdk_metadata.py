"""Metadata in the results of optimised integrations."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK, TASK_SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_SERVICES: Final = {
    "batch": "Batch",
    "dynamodb": "DynamoDB",
    "ecs": "Ecs",
    "events": "Events",
    "glue": "Glue",
    "lambda": "Lambda",
    "sfn": "Sfn",
    "sns": "Sns",
    "sqs": "Sqs",
}
_noted = threading.local()
"""``ResponseMetadata`` of the last answer on this thread."""


class _NotingClient:
    """A boto3 client whose answers' metadata is noted."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        if not callable(member):
            return member

        @wraps(member)
        def call(*arguments: Any, **options: Any) -> Any:
            answer = member(*arguments, **options)
            if isinstance(answer, dict):
                _noted.metadata = answer.get("ResponseMetadata")
            return answer

        return call


def metadata(noted: dict[str, Any] | None) -> dict[str, Any]:
    """Return the two members that AWS adds to a result."""
    about = noted or {}
    request_id = about.get("RequestId") or str(uuid4())
    headers = dict(about.get("HTTPHeaders") or {}) or {
        "Connection": "keep-alive",
        "Content-Type": "application/json",
        "Date": format_datetime(datetime.now(tz=UTC), usegmt=True),
        "x-amzn-RequestId": request_id,
    }
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": about.get("HTTPStatusCode", 200),
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }


def _add_metadata(class_name: str) -> Callable[[ModuleType], None]:
    def patch(module: ModuleType) -> None:
        task = getattr(module, class_name)
        if client_for := getattr(module, "boto_client_for", None):
            module.boto_client_for = lambda **options: _NotingClient(client_for(**options))  # type: ignore[attr-defined]
        eval_task = task._eval_service_task

        @wraps(eval_task)
        def evaluate(self: Any, env: Any, **options: Any) -> None:
            _noted.metadata = None
            eval_task(self, env=env, **options)
            if not env.is_local_mocked_mode() and isinstance(env.stack[-1], dict):
                env.stack[-1] = env.stack[-1] | metadata(_noted.metadata)

        task._eval_service_task = evaluate

    return patch


def _note_invocation(module: ModuleType) -> None:
    """Note a function's answer, which is got in a module of its own: its request id is the invocation's."""
    select = module.select_from_typed_dict

    def note_and_select(typed_dict: Any, obj: dict[str, Any], **options: Any) -> Any:
        _noted.metadata = obj.get("ResponseMetadata")
        return select(typed_dict=typed_dict, obj=obj, **options)

    module.select_from_typed_dict = note_and_select  # type: ignore[attr-defined]


CORRECTION = Correction(
    name="sdk-metadata",
    localstack="Leaves `SdkHttpMetadata` and `SdkResponseMetadata` out of the results of optimised integrations.",
    aws="Results of `lambda:invoke`, `sqs:sendMessage` and their kin have both; results of `aws-sdk:` tasks have none.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html",
    patches={
        f"{TASK}.lambda_eval_utils": _note_invocation,
        **{
            f"{TASK_SERVICE}.state_task_service_{module}": _add_metadata(f"StateTaskService{name}")
            for module, name in _SERVICES.items()
        },
    },
)
