"""Test tokens of lists, tags, and aliases that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.running import created, name, run, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_PASS = states("P", P={"Type": "Pass", "End": True})


def _map(inner: str) -> dict[str, Any]:
    child = states(inner, **{inner: {"Type": "Pass", "End": True}})
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **child}
    return {"Type": "Map", "Items": [1], "ItemProcessor": processor}


_TWO_MAPS: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    **states("A", A=_map("InA") | {"Next": "B"}, B=_map("InB") | {"End": True}),
}
_TAGS: list[Any] = [{"key": f"k{number}", "value": "v"} for number in range(50)]


@pytest.mark.parametrize("operation", ["list_state_machines", "list_activities"])
def test_a_token_that_is_none_is_refused(aws: Clients, operation: str) -> None:
    created(aws, _PASS)
    with pytest.raises(ClientError, match=r"InvalidToken.*Invalid Token: 'Invalid token'"):
        getattr(aws.client("stepfunctions"), operation)(nextToken="bm9uZQ==")


def test_as_released_a_token_that_is_none_begins_the_list_anew(released: Clients) -> None:
    machine = created(released, _PASS)
    found = released.client("stepfunctions").list_state_machines(nextToken="bm9uZQ==", maxResults=1000)
    assert machine in {each["stateMachineArn"] for each in found["stateMachines"]}


def test_machines_are_listed_page_by_page(aws: Clients) -> None:
    machines = {created(aws, _PASS) for _ in range(3)}
    pages = list(
        aws.client("stepfunctions").get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2})
    )
    assert machines <= {each["stateMachineArn"] for page in pages for each in page["stateMachines"]}


def test_map_runs_are_listed_page_by_page(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    arn = run(aws, _TWO_MAPS)["executionArn"]
    first = client.list_map_runs(executionArn=arn, maxResults=1)
    second = client.list_map_runs(executionArn=arn, maxResults=1, nextToken=first["nextToken"])
    assert len({each["mapRunArn"] for page in (first, second) for each in page["mapRuns"]}) == 2
    assert "nextToken" not in second
    with pytest.raises(ClientError, match="InvalidToken"):
        client.list_map_runs(executionArn=arn, nextToken="bm9uZQ==")


def test_the_51st_tag_is_refused(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    machine = created(aws, _PASS, tags=_TAGS)
    client.tag_resource(resourceArn=machine, tags=[{"key": "k0", "value": "w"}])
    with pytest.raises(ClientError, match="TooManyTags"):
        client.tag_resource(resourceArn=machine, tags=[{"key": "one more", "value": "v"}])


def test_an_activity_has_tags(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    arn = client.create_activity(name=name(), tags=[{"key": "a", "value": "1"}])["activityArn"]
    client.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}])
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]


def test_an_alias_that_is_not_there_is_not_found(aws: Clients) -> None:
    alias = f"{created(aws, _PASS)}:none"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        aws.client("stepfunctions").describe_state_machine_alias(stateMachineAliasArn=alias)
