"""Call another service of this LocalStack for an API.

The one place where HTTP APIs reach other services: ``localstack_tuning`` replaces ``call`` by a direct call.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore import xform_name

_PRINCIPAL = "apigateway"


def call(
    service: str, operation: str, parameters: dict[str, Any], *, account: str, region: str, source_arn: str
) -> dict[str, Any]:
    """Return the operation's response.

    :raises botocore.exceptions.ClientError: the service refused.
    """
    client = _clients(account, region).get_client(service)
    client = client.request_metadata(service_principal=_PRINCIPAL, source_arn=source_arn)
    response: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
    response.pop("ResponseMetadata", None)
    return response


@cache
def _clients(account: str, region: str) -> Any:
    from localstack.aws.connect import connect_to

    return connect_to(region_name=region, aws_access_key_id=account)
