"""A property that a type does not have, that is missing, or that has another type or value is refused and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.cloudformation.cases.base import ROLE, function

if TYPE_CHECKING:
    from tests.corrections.cloudformation.stacks import Stack

BUCKET = "AWS::S3::Bucket"
QUEUE = "AWS::SQS::Queue"
TABLE = "AWS::DynamoDB::Table"
RULE = "AWS::Events::Rule"
VERSIONING = {"VersioningConfiguration": {"Status": "Enabled", "Mfa": True}}
KEYS = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}


@pytest.mark.parametrize(
    ("type_", "properties", "reason"),
    [
        (
            QUEUE,
            {"VisibiltyTimeout": 3},
            "unsupported property VisibiltyTimeout. Hint: did you mean VisibilityTimeout?",
        ),
        (BUCKET, VERSIONING, "unsupported property Mfa in #/VersioningConfiguration"),
        (TABLE, KEYS, "#: required key [KeySchema] not found"),
        (RULE, {"Targets": [{"Id": "a"}], "EventPattern": {}}, "#/Targets/0: required key [Arn] not found"),
        (QUEUE, {"VisibilityTimeout": "soon"}, "#/VisibilityTimeout: expected type: Integer, found: String"),
        (QUEUE, {"QueueName": ["a"]}, "#/QueueName: expected type: String, found: JSONArray"),
        (QUEUE, {"FifoQueue": "yes"}, "#/FifoQueue: expected type: Boolean, found: String"),
        (BUCKET, {"Tags": {"a": "b"}}, "#/Tags: expected type: JSONArray, found: JSONObject"),
        (QUEUE, {"VisibilityTimeout": -1}, "#/VisibilityTimeout: failed validation constraint for keyword [minimum]"),
        (QUEUE, {"DelaySeconds": "901"}, "#/DelaySeconds: failed validation constraint for keyword [maximum]"),
        (
            TABLE,
            {"KeySchema": [], "BillingMode": "FREE"},
            "#/BillingMode: failed validation constraint for keyword [enum]",
        ),
        (BUCKET, {"BucketName": "Upper"}, "#/BucketName: failed validation constraint for keyword [pattern]"),
        (BUCKET, {"BucketName": "a" * 64}, "#/BucketName: expected maxLength: 63, actual: 64"),
    ],
)
def test_a_creation_is_refused_and_leaves_nothing(
    stack: Stack, type_: str, properties: dict[str, Any], reason: str
) -> None:
    assert stack.deploy({"It": {"Type": type_, "Properties": properties}}) == "ROLLBACK_COMPLETE"
    assert any(reason in each for each in stack.reasons()), stack.reasons()
    assert stack.statuses("It") == ["CREATE_IN_PROGRESS", "CREATE_FAILED"]


def test_an_update_is_refused_and_leaves_the_resource_as_it_was(stack: Stack) -> None:
    stack.deploy({"It": {"Type": QUEUE, "Properties": {"VisibilityTimeout": 3}}})
    before = stack.physical_ids()
    wrong = {"It": {"Type": QUEUE, "Properties": {"VisibilityTimeout": 3, "Nothing": 1}}}
    assert stack.deploy(wrong) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Encountered unsupported property Nothing" in each for each in stack.reasons())
    assert stack.physical_ids() == before


def test_texts_that_stand_for_numbers_and_truths_are_taken(stack: Stack) -> None:
    texts = {"VisibilityTimeout": "3", "FifoQueue": "true", "RedriveAllowPolicy": '{"redrivePermission": "allowAll"}'}
    assert stack.deploy({"It": {"Type": QUEUE, "Properties": texts}}) == "CREATE_COMPLETE", stack.reasons()


def test_a_function_that_forgets_its_code_is_refused(stack: Stack) -> None:
    it = function(1)
    del it["Properties"]["Code"]
    assert stack.deploy({"Role": ROLE, "It": it}) == "ROLLBACK_COMPLETE"
    assert any("#: required key [Code] not found" in each for each in stack.reasons())
