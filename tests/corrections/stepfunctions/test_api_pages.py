"""Pages and filters of GetExecutionHistory and ListExecutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.running import ROLE, created, ended, name, run, started, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_PASS = states("P", P={"Type": "Pass", "End": True})
_LONG = states("A", A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "End": True})


def _ids(answer: dict[str, Any]) -> list[int]:
    return [event["id"] for event in answer["events"]]


def test_a_history_comes_in_pages(aws: Clients) -> None:
    arn = run(aws, _LONG)["executionArn"]
    client = aws.client("stepfunctions")
    first = client.get_execution_history(executionArn=arn, maxResults=4)
    second = client.get_execution_history(executionArn=arn, maxResults=4, nextToken=first["nextToken"])
    assert (_ids(dict(first)), _ids(dict(second))) == ([1, 2, 3, 4], [5, 6])
    assert "nextToken" not in second


def test_as_released_a_history_is_one_page(released: Clients) -> None:
    arn = run(released, _LONG)["executionArn"]
    answer = released.client("stepfunctions").get_execution_history(executionArn=arn, maxResults=4)
    assert len(answer["events"]) == 6


def test_a_history_comes_in_pages_from_its_end(aws: Clients) -> None:
    arn = run(aws, _LONG)["executionArn"]
    client = aws.client("stepfunctions")
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=arn, reverseOrder=True, PaginationConfig={"PageSize": 4}
    )
    assert [_ids(dict(page)) for page in pages] == [[6, 5, 4, 3], [2, 1]]


def test_a_history_may_leave_out_data(aws: Clients) -> None:
    arn = run(aws, _PASS, {"secret": 1})["executionArn"]
    answer = aws.client("stepfunctions").get_execution_history(executionArn=arn, includeExecutionData=False)
    assert "secret" not in str(answer["events"])


@pytest.mark.parametrize("token", ["no token", "Zjo6"])
def test_a_token_of_another_history_is_invalid(aws: Clients, token: str) -> None:
    arn = run(aws, _PASS)["executionArn"]
    with pytest.raises(ClientError, match="InvalidToken"):
        aws.client("stepfunctions").get_execution_history(executionArn=arn, nextToken=token)


def test_executions_are_listed_by_alias_and_version(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    machine = created(aws, _PASS)
    version = client.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    routes: list[Any] = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = client.create_state_machine_alias(name="live", routingConfiguration=routes)["stateMachineAliasArn"]
    by = {arn: started(aws, arn) for arn in (machine, version, alias)}
    for execution in by.values():
        ended(aws, execution)

    def listed(arn: str) -> set[str]:
        return {found["executionArn"] for found in client.list_executions(stateMachineArn=arn)["executions"]}

    assert listed(alias) == {by[alias]}
    assert listed(version) == {by[alias], by[version]}
    assert listed(machine) == set(by.values())


def test_executions_are_listed_in_pages_the_newest_first(aws: Clients) -> None:
    machine = created(aws, _PASS)
    executions = [started(aws, machine) for _ in range(3)]
    pages = (
        aws.client("stepfunctions")
        .get_paginator("list_executions")
        .paginate(stateMachineArn=machine, PaginationConfig={"PageSize": 2})
    )
    found = [[execution["executionArn"] for execution in page["executions"]] for page in pages]
    assert found == [executions[:0:-1], executions[:1]]


def test_a_list_needs_a_machine_or_a_map_run(aws: Clients) -> None:
    with pytest.raises(ClientError, match="Must provide a StateMachine ARN or MapRun ARN"):
        aws.client("stepfunctions").list_executions()


def test_executions_of_a_machine_that_is_not_there(aws: Clients) -> None:
    arn = f"arn:aws:states:us-east-1:{ROLE.split(':')[4]}:stateMachine:{name()}"
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        aws.client("stepfunctions").list_executions(stateMachineArn=arn)
