"""Rotation of secrets, of which LocalStack's provider makes nothing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from localstack_corrections.cloudformation.resources.provider import OwnProvider, schema

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Properties

_EVERY = re.compile(r"rate\((\d+) days?\)")


class RotationSchedule(OwnProvider):
    """Function that rotates a secret: at once, and whenever somebody asks for it; not as time passes."""

    SCHEMA: ClassVar[Properties] = schema(
        "AWS::SecretsManager::RotationSchedule", "Id", read_only=("Id",), create_only=("SecretId",)
    )

    def make(self, clients: Any, model: Properties) -> Properties:
        """Give the secret its function, and rotate it unless the template says otherwise."""
        api, secret = clients.secretsmanager, model["SecretId"]
        arn = api.describe_secret(SecretId=secret)["ARN"]
        function = model.get("RotationLambdaARN")
        if function is None:
            return {"Id": arn}
        if str(model.get("RotateImmediatelyOnUpdate", True)).lower() == "false":
            _assign(arn, function, _days(model))
        else:
            rules = {"RotationRules": {"AutomaticallyAfterDays": days}} if (days := _days(model)) else {}
            api.rotate_secret(SecretId=secret, RotationLambdaARN=function, **rules)
        return {"Id": arn}

    def remove(self, clients: Any, model: Properties) -> None:
        """End the rotation; the secret may be gone already, or have had no function."""
        with contextlib.suppress(ClientError):
            clients.secretsmanager.cancel_rotate_secret(SecretId=model["SecretId"])


def _days(model: Properties) -> int | None:
    """Return after how many days a secret is rotated; None for a schedule that Secrets Manager's model here has not."""
    rules = model.get("RotationRules") or {}
    rate = _EVERY.fullmatch(str(rules.get("ScheduleExpression", "")))
    days = rate[1] if rate else rules.get("AutomaticallyAfterDays")
    return int(days) if days else None


def _assign(arn: str, function: str, days: int | None) -> None:
    """Give a secret its function and rotate nothing: LocalStack's operation fails where it is not to rotate at once."""
    from moto.secretsmanager.models import secretsmanager_backends

    region, account = arn.split(":")[3:5]
    secret = secretsmanager_backends[account][region].secrets[arn]
    secret.rotation_lambda_arn = function
    secret.rotation_enabled = secret.rotation_requested = True
    secret.auto_rotate_after_days = days or secret.auto_rotate_after_days
