"""Stacks of another account and region, which an emulator has beside the default's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from localdev.commands.console_pages import console_settings
from localdev.commands.watch import Watch
from localdev.console.app import create_app
from localdev.deployment import assemblies, deployed
from localdev.deployment import handlers as places_of_code
from localdev.deployment.handlers import FUNCTION
from localdev.deployment.manifest import Stack as Synthesised
from localdev.engines.clients import Clients
from localdev.system.waiting import wait_until
from localdev.testing.machines import StateMachine
from localdev.testing.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.testing.case import Case

ACCOUNT, REGION = "111122223333", "eu-west-1"
WORK = "arn:aws:lambda:eu-west-1:111122223333:function:none"
DEFINITION = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": WORK, "End": True}}}
ASKING = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "${Questions}", "MessageBody": {"token.$": "$$.Task.Token"}},
            "End": True,
        }
    },
}
CODE = "def handler(event, context):\n    return 'deployed'\n"
TEMPLATE = {
    "Resources": {
        "Questions": {"Type": "AWS::SQS::Queue"},
        "Daily": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": f"arn:aws:iam::{ACCOUNT}:role/function",
                "Code": {"ZipFile": CODE},
            },
        },
        "Asking": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/machine",
                "DefinitionString": {"Fn::Sub": json.dumps(ASKING)},
            },
        },
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/machine",
                "DefinitionString": json.dumps(DEFINITION),
            },
        },
    },
    "Outputs": {"Arn": {"Value": {"Ref": "Machine"}}},
}


@pytest.fixture
def far(localdev_engine: Engine, tmp_path: Path) -> Iterator[Synthesised]:
    """Deploy a stack far away."""
    if localdev_engine.kind.is_account or localdev_engine.endpoint_url is None:
        pytest.skip("an account's stacks are in the account")
    name = f"far-{uuid4().hex[:8]}"
    cloudformation = Clients(localdev_engine.endpoint_url, ACCOUNT, REGION).client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    yield Synthesised(name, name, tmp_path / "none.json", ACCOUNT, REGION)
    cloudformation.delete_stack(StackName=name)


def test_the_fixtures_reach_a_stack_of_another_account_and_region(
    localdev_engine: Engine, far: Synthesised, tmp_path: Path, localdev_case: Case
) -> None:
    stacks = Stacks(localdev_engine, [far], tmp_path)
    found = stacks.machine("Machine")
    machine = StateMachine(found.physical_id, stacks.reader_of(found), localdev_case)
    machine.mock("Work").returns({"far": True})

    assert machine.start().wait().output == {"far": True}
    assert f":{REGION}:{ACCOUNT}:" in stacks.only().Arn


def test_the_commands_find_a_stack_of_another_account_and_region(
    localdev_engine: Engine, far: Synthesised, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemblies, "environments", lambda: [(ACCOUNT, REGION)])

    machines = deployed.state_machines(localdev_engine, [far.name])
    (machine,) = (each for each in machines if each.logical_id == "Machine")

    described = deployed.clients_of(localdev_engine, machine).client("stepfunctions").describe_state_machine(
        stateMachineArn=machine.physical_id
    )  # fmt: skip
    assert described["definition"] == json.dumps(DEFINITION)


@pytest.fixture
def console(localdev_engine: Engine, far: Synthesised, monkeypatch: pytest.MonkeyPatch) -> Console:
    """Open the console of an app with a stack far away."""
    assert far.place == (ACCOUNT, REGION)
    monkeypatch.setattr(assemblies, "environments", lambda: [far.place])
    settings = console_settings(localdev_engine, read_only=False, hosts=frozenset({"testserver"}))
    web = TestClient(create_app(settings), base_url="http://testserver", headers={"Origin": "http://testserver"})
    return Console(web, settings.token, deployed.resources(localdev_engine, [far.name]))


@dataclass(frozen=True)
class Console:
    """A console, and what is deployed far away."""

    web: TestClient
    token: str
    resources: list[Resource]

    def page(self, path: str) -> str:
        """Return the text of a page."""
        response = self.web.get(path)
        assert response.status_code == 200, response.text
        return response.text

    def posts(self, path: str, **fields: str) -> str:
        """Return where the console leads after a change."""
        response = self.web.post(path, data={"token": self.token, **fields}, follow_redirects=False)
        assert response.status_code == 303, response.text
        return response.headers["Location"]

    def id(self, logical_id: str) -> str:
        """Return a resource's physical id."""
        (found,) = (each.physical_id for each in self.resources if each.logical_id == logical_id)
        return found


def test_the_console_starts_and_answers_an_execution_of_another_account_and_region(console: Console) -> None:
    machine = console.id("Asking")
    assert f'href="/machines/{machine}"' in console.page("/machines")
    page = console.posts(f"/start/{machine}", input="{}")

    def asks() -> bool | None:
        return "answer" in console.page(page) or None

    wait_until(asks, what="the question", seconds=30)
    arn = page.removeprefix("/executions/")
    console.posts(f"/answer/{arn}?visit=0", output='{"far": true}')

    wait_until(lambda: "Succeeded" in console.page(page) or None, what="the end", seconds=30)
    assert arn.split(":")[3:5] == [REGION, ACCOUNT]


def test_the_console_shows_functions_queues_and_rules_of_another_account_and_region(console: Console) -> None:
    function, queue = console.id("Function"), console.id("Questions").rpartition("/")[2]
    prefix = f"{REGION}:{ACCOUNT}"

    assert f'href="/functions/arn:aws:lambda:{prefix}:function:{function}"' in console.page("/functions")
    assert "python3.13" in console.page(f"/functions/arn:aws:lambda:{prefix}:function:{function}")
    assert f'href="/queues/arn:aws:sqs:{prefix}:{queue}"' in console.page("/queues")
    assert queue in console.page(f"/queues/arn:aws:sqs:{prefix}:{queue}")
    bus = f"arn:aws:events:{prefix}:event-bus/default"
    assert f'href="/rules/{bus}/{console.id("Daily")}"' in console.page("/rules")
    assert "rate(1 day)" in console.page(f"/rules/{bus}/{console.id('Daily')}")
    # by a name alone, as a trace has it
    assert "python3.13" in console.page(f"/functions/{function}")


@pytest.mark.only_on("embedded")
def test_what_is_saved_is_live_in_another_account_and_region(
    localdev_engine: Engine, far: Synthesised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = tmp_path / "handlers"
    _write_assembly(tmp_path / "assembly", far.name, handlers)
    monkeypatch.setattr(assemblies, "latest", lambda *_, **__: tmp_path / "assembly")
    monkeypatch.setattr(assemblies, "environments", lambda: [far.place])
    monkeypatch.setattr(places_of_code, "candidates", lambda: [handlers])
    (function,) = (each for each in deployed.resources(localdev_engine, [far.name]) if each.logical_id == "Function")
    client = deployed.clients_of(localdev_engine, function).client("lambda")

    def answer() -> object:
        return json.load(client.invoke(FunctionName=function.physical_id)["Payload"])

    watch = Watch(localdev_engine)
    watch.begin()
    try:
        (handlers / "index.py").write_text(CODE.replace("deployed", "saved"))
        watch.code_changed()
        assert answer() == "saved"
    finally:
        watch.end()
    assert answer() == "saved"


def _write_assembly(assembly: Path, stack: str, handlers: Path) -> None:
    """Write an assembly with a stack far away, beside one that was not chosen, and the code of its function."""
    for folder in (handlers, assembly / "asset.code"):
        folder.mkdir(parents=True)
        (folder / "index.py").write_text(CODE)
    function = {"Type": FUNCTION, "Properties": {"Handler": "index.handler", "Code": {"S3Key": "code.zip"}}}
    artifacts = {}
    for name in ("not-chosen", stack):
        (assembly / f"{name}.template.json").write_text(json.dumps({"Resources": {"Function": function}}))
        (assembly / f"{name}.assets.json").write_text(
            json.dumps({"files": {"code": {"source": {"path": "asset.code"}}}})
        )
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{ACCOUNT}/{REGION}",
            "properties": {"templateFile": f"{name}.template.json"},
        }
    (assembly / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
