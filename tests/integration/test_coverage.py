"""Coverage of machines that others start, that only log, that are updated meanwhile, or whose Map is distributed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from localdev.deployment.resources import STATE_MACHINE, Resource
from localdev.executions.coverage_points import Kind
from localdev.system.waiting import wait_until
from localdev.testing.coverage.collecting import Collector, Tests
from localdev.testing.reading import Reader
from localdev.testing.running import Execution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from localdev.testing.coverage.data import CoverageData, Covered

ROLE = "arn:aws:iam::000000000000:role/any"
END = {"Type": "Pass", "End": True}


def _states(start: str, **states: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


@pytest.fixture(autouse=True)
def not_on_an_account(localdev_engine: Engine) -> None:
    if localdev_engine.kind.is_account:
        pytest.skip("it makes state machines of its own")


@pytest.fixture
def machine(clients: Clients) -> Iterator[Callable[..., str]]:
    """Create a state machine for the time of a test; its ARN."""
    client = clients.client("stepfunctions")
    made: list[str] = []

    def create(definition: dict[str, Any], **options: Any) -> str:
        name, document = f"coverage-{uuid4().hex[:8]}", json.dumps(definition)
        found = client.create_state_machine(name=name, definition=document, roleArn=ROLE, **options)
        made.append(found["stateMachineArn"])
        return made[-1]

    yield create
    for arn in made:
        client.delete_state_machine(stateMachineArn=arn)


class Looked:
    """Coverage that is collected of one machine."""

    def __init__(self, engine: Engine, arn: str) -> None:
        self.reader = Reader(engine.clients())
        resource = Resource("Shop", "Machine", arn, STATE_MACHINE)
        stacks: Any = SimpleNamespace(
            reader_of=lambda _: self.reader, reader_at=lambda _: self.reader, engine=engine, machines=lambda: [resource]
        )
        self._collector = Collector(stacks, alone=False)
        self._client = engine.clients().client("stepfunctions")
        self._arn = arn

    def run(self, document: object = None) -> None:
        """Run an execution to its end."""
        started = self._client.start_execution(stateMachineArn=self._arn, input=json.dumps(document or {}))
        Execution(started["executionArn"], self.reader).wait()

    def data(self) -> CoverageData:
        """Return what was reached."""
        return self._collector.collect(Tests())

    def covered(self) -> Covered:
        """Return the same of the one version."""
        (covered,) = self.data()
        return covered


def _reached(covered: Covered, kind: Kind) -> list[int]:
    coverage = covered.coverage()
    return [coverage.count(point) for point in covered.points if point.kind is kind]


def test_executions_that_nobody_of_the_kit_started_are_counted(
    localdev_engine: Engine, machine: Callable[..., str]
) -> None:
    looked = Looked(localdev_engine, machine(_states("A", A=END)))
    looked.run()
    looked.run()
    assert _reached(looked.covered(), Kind.STATE) == [2]


def test_an_update_in_the_middle_makes_two_versions(
    localdev_engine: Engine, clients: Clients, machine: Callable[..., str]
) -> None:
    arn = machine(_states("A", A=END))
    looked = Looked(localdev_engine, arn)
    looked.run()
    definition = _states("A", A={"Type": "Pass", "Next": "B"}, B=END)
    clients.client("stepfunctions").update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))
    looked.run()

    data = looked.data()

    assert list(data.titles().values()) == ["Machine (version 1)", "Machine (version 2)"]
    assert [_reached(covered, Kind.STATE) for covered in data] == [[1], [1, 1]]


def test_the_items_of_a_distributed_map_are_counted_with_their_states(
    localdev_engine: Engine, machine: Callable[..., str]
) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **_states("I", I=END)}
    looked = Looked(localdev_engine, machine(_states("M", M={"Type": "Map", "ItemProcessor": processor, "End": True})))
    looked.run([1, 2, 3])

    covered = looked.covered()

    assert covered.executions == 1
    assert _reached(covered, Kind.STATE) == [1, 3]
    assert _reached(covered, Kind.ITEMS) == [0, 0, 1]


def test_an_express_machine_is_counted_from_its_log(
    localdev_engine: Engine, clients: Clients, machine: Callable[..., str]
) -> None:
    group = f"/aws/vendedlogs/states/{uuid4().hex[:8]}"
    clients.client("logs").create_log_group(logGroupName=group)
    arn_of_group = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}:*"
    logging = {
        "level": "ALL",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn_of_group}}],
    }
    arn = machine(_states("A", A=END), type="EXPRESS", loggingConfiguration=logging)
    looked = Looked(localdev_engine, arn)
    clients.client("stepfunctions").start_sync_execution(stateMachineArn=arn, input="{}")

    def counted() -> Covered | None:
        covered = looked.covered()
        return covered if covered.ran else None

    covered = wait_until(counted, what="the execution in the log", seconds=30)

    assert _reached(covered, Kind.STATE) == [1]
    assert _reached(covered, Kind.NEXT) == [1]
