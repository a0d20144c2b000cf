"""What the tests of DynamoDB share: its client, and a table."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients


@pytest.fixture(scope="module")
def dynamodb(aws: Clients) -> Any:
    """Client of the corrected DynamoDB."""
    return aws.client("dynamodb")


@pytest.fixture
def empty_table(dynamodb: Any) -> Iterator[str]:
    """Provide a table without items, whose key is an id."""
    name = f"orders-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    yield name
    dynamodb.delete_table(TableName=name)
