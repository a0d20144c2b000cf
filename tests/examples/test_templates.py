"""Templates without the CDK, with the installed wheel: deployed, watched and tested."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import contextmanager
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
import urllib3

from localdev.system.waiting import wait_until
from tests.examples.projects import GREET
from tests.examples.strangers import Stranger, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.examples.projects import Project


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return install(tmp_path_factory.mktemp("templates"))


_CLOUDFORMATION = """
    AWSTemplateFormatVersion: "2010-09-09"
    Parameters:
      Who: {Type: String, Default: nobody}
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Statement:
              - {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}
              - {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: states.amazonaws.com}}
      Greet:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.13
          Handler: greet.handler
          Role: !GetAtt Role.Arn
          Code: the code/
          Environment: {Variables: {WHO: !Ref Who}}
      Greeting:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          RoleArn: !GetAtt Role.Arn
          DefinitionString: !Sub |
            {"StartAt": "Greet", "States": {"Greet": {"Type": "Task", "Resource": "${Greet.Arn}", "End": true}}}
    Outputs:
      Name: {Value: !Ref Greet}
"""


def test_a_cloudformation_template_is_deployed_with_its_parameters_and_deployed_again(
    project_of: Callable[..., Project],
) -> None:
    project = project_of(**{"infra/greeting.yaml": _CLOUDFORMATION, "infra/the code/greet.py": GREET})

    project.localdev("up", "--template", "infra/greeting.yaml", "--parameter", "Who=Frau Özil")
    ended = json.loads(project.localdev("start", "Greeting", "--json"))
    assert ended["output"] == {"greeting": "Hello, Frau Özil!"}
    assert "greeting Frau Özil" in project.localdev("logs", "Greet")

    project.localdev("up", "--template", "infra/greeting.yaml", "--parameter", "Who=Ada")
    assert json.loads(project.localdev("invoke", "Greet")) == {"greeting": "Hello, Ada!"}


_SAM = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: python3.13, Environment: {Variables: {WHO: Sam}}}
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: greet.handler
          CodeUri: handlers/
          Events:
            Asked: {Type: Api, Properties: {Path: /greet, Method: get}}
      Greeting:
        Type: AWS::Serverless::StateMachine
        Properties:
          DefinitionUri: greeting.asl.json
          DefinitionSubstitutions: {Function: !GetAtt Greet.Arn}
          Policies: [LambdaInvokePolicy: {FunctionName: !Ref Greet}]
"""
_DEFINITION = """
    {"StartAt": "Greet", "States": {"Greet": {"Type": "Task", "Resource": "${Function}", "End": true}}}
"""
_ANSWER = """
    import json


    def handler(event, context):
        return {"statusCode": 200, "body": json.dumps({"path": event.get("path")})}
"""


def test_a_sam_template_is_deployed_with_its_functions_its_api_and_its_workflow(
    project_of: Callable[..., Project],
) -> None:
    project = project_of(**{"template.yaml": _SAM, "greeting.asl.json": _DEFINITION, "handlers/greet.py": _ANSWER})

    assert "Address" in project.localdev("up", "--template", "template.yaml")

    address = project.localdev("url").strip()
    response = urllib3.PoolManager().request("GET", f"{address}/greet")
    assert (response.status, response.json()) == (200, {"path": "/greet"})
    ended = json.loads(project.localdev("start", "Greeting", "--json"))
    assert (ended["status"], ended["output"]["statusCode"]) == ("SUCCEEDED", 200)


@contextmanager
def _watching(project: Project, *options: str) -> Iterator[None]:
    """Run ``localdev watch`` in the project's folder, until Ctrl-C ends it."""
    said = project.folder / "watch.log"
    port = ["--port", str(project.stranger.port)]
    command: list[str | Path] = [project.stranger.python, "-u", "-m", "localdev", "watch", *options, *port]
    with (
        said.open("w") as log,
        subprocess.Popen(
            command, cwd=project.folder, env=project.stranger.environment, stdout=log, stderr=log
        ) as watch,
    ):

        def begun() -> bool | None:
            assert watch.poll() is None, said.read_text()
            return "Watching" in said.read_text() or None

        try:
            wait_until(begun, what="the watch to begin", seconds=60)
            yield
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait(60)


def _wait_for_answer(project: Project, expected: object) -> None:
    def answered() -> bool | None:
        return json.loads(project.localdev("invoke", "Greet")) == expected or None

    wait_until(answered, what=f"the answer {expected}", seconds=60)


def test_a_template_is_watched_its_handlers_and_itself(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"template.yaml": _CLOUDFORMATION, "the code/greet.py": GREET})
    project.localdev("up", "--template", "template.yaml", "--parameter", "Who=Ada")

    with _watching(project, "--template", "template.yaml"):
        handler = project.folder / "the code" / "greet.py"
        handler.write_text(handler.read_text().replace("Hello", "Servus"))
        _wait_for_answer(project, {"greeting": "Servus, Ada!"})

        template = project.folder / "template.yaml"
        template.write_text(template.read_text().replace("!Ref Who", "!Sub 'Dr. ${Who}'"))
        _wait_for_answer(project, {"greeting": "Servus, Dr. Ada!"})

    assert json.loads(project.localdev("invoke", "Greet")) == {"greeting": "Servus, Dr. Ada!"}


def test_what_else_a_template_names_is_deployed_when_it_is_saved(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"template.yaml": _SAM, "greeting.asl.json": _DEFINITION, "handlers/greet.py": _ANSWER})
    project.localdev("up", "--template", "template.yaml")

    with _watching(project, "--template", "template.yaml"):
        (project.folder / "greeting.asl.json").write_text(
            '{"StartAt": "Nobody", "States": {"Nobody": {"Type": "Pass", "Result": "nobody", "End": true}}}'
        )

        def changed() -> bool | None:
            return json.loads(project.localdev("start", "Greeting", "--json"))["output"] == "nobody" or None

        wait_until(changed, what="the definition that was saved", seconds=60)


def test_a_template_that_is_not_deployed_is_not_watched(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"shop.yaml": _LONELY})
    project.localdev("up", "--no-deploy")

    said = project.localdev("watch", "--template", "shop.yaml", status=1)

    assert "The stack shop of shop.yaml is not deployed.\nHint: deploy it with localdev up" in said


_BESIDE_EACH_OTHER = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties: {Runtime: python3.13, Handler: greet.handler, CodeUri: .}
      Inline:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          InlineCode: "def handler(event, context): return 'inline'"
"""


def test_code_beside_the_template_is_deployed_without_what_a_run_makes_there(
    project_of: Callable[..., Project],
) -> None:
    where = """
        import os


        def handler(event, context):
            return sorted(os.listdir(os.path.dirname(__file__)))
    """
    project = project_of(**{"template.yaml": _BESIDE_EACH_OTHER, "greet.py": where})

    project.localdev("up", "--template", "template.yaml")

    assert json.loads(project.localdev("invoke", "Greet")) == ["greet.py", "template.yaml"]
    assert json.loads(project.localdev("invoke", "Inline")) == "inline"
    with _watching(project, "--template", "template.yaml"):
        (project.folder / "greet.py").write_text("def handler(event, context): return 'saved'")
        _wait_for_answer(project, "saved")


_TESTS = """
    import pytest


    @pytest.mark.parametrize("number", range(4))
    def test_it_greets(function, stack, number):
        assert function("Greet").invoke().payload == {"greeting": "Hello, Ada!"}
        assert stack.Name.startswith("greeting-Greet")
"""


@pytest.mark.parametrize("options", [[], ["-n", "2"], ["-n", "2", "--share-emulator"]])
def test_a_template_is_tested_with_an_option(project_of: Callable[..., Project], options: list[str]) -> None:
    project = project_of(
        **{"infra/greeting.yaml": _CLOUDFORMATION, "infra/the code/greet.py": GREET, "test_greeting.py": _TESTS}
    )
    template = ["--template", "infra/greeting.yaml", "--template-parameter", "Who=Ada"]

    assert "4 passed" in project.runs("python", "-m", "pytest", "-q", *template, *options)


def test_a_template_is_tested_with_a_setting_from_any_folder(project_of: Callable[..., Project]) -> None:
    settings = """
        [tool.pytest.ini_options]
        localdev_template = "infra/greeting.yaml"
        localdev_template_parameters = ["Who=Ada"]
    """
    project = project_of(
        **{
            "infra/greeting.yaml": _CLOUDFORMATION,
            "infra/the code/greet.py": GREET,
            "tests/test_greeting.py": _TESTS,
            "pyproject.toml": settings,
        }
    )

    assert "4 passed" in project.stranger.runs("python", "-m", "pytest", "-q", folder=project.folder / "tests")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--template", "none.yaml"], "There is no template"),
        (["--template", "infra"], "infra is a folder: expected a template."),
        (["--template", "template.yaml", "--stack", "Shop"], "both were given"),
        (["--template-parameter", "Who=Ada"], "--template-parameter is for a template, and none is named."),
        (["--template", "words.yaml"], "It is no template: expected an object with Resources."),
    ],
)
def test_a_wrong_choice_of_a_template_is_said_by_the_tests(
    project_of: Callable[..., Project], options: list[str], said: str
) -> None:
    project = project_of(
        **{"template.yaml": _SAM, "infra/template.yaml": _SAM, "test_greeting.py": _TESTS, "words.yaml": "- words\n"}
    )

    printed = project.runs("python", "-m", "pytest", "-q", "-x", "--tb=short", *options, status=1)

    assert said in printed
    assert "Hint: " in printed


def test_of_another_apps_stack_the_outputs_are_left_out(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"greeting.yaml": _CLOUDFORMATION, "the code/greet.py": GREET})
    other = project.folder.parent / f"{project.folder.name} other"
    other.mkdir()
    (other / "lonely.yaml").write_text(dedent(_LONELY))
    project.localdev("up", "--template", "greeting.yaml")
    endpoint = ["--engine", "external", "--endpoint-url", f"http://127.0.0.1:{project.stranger.port}"]
    project.stranger.runs("localdev", "up", "--template", "lonely.yaml", *endpoint, folder=other)

    ours = project.localdev("outputs", "--json")
    theirs = project.stranger.runs("localdev", "outputs", "--json", *endpoint, folder=other)

    assert list(json.loads(ours)) == ["greeting"]
    assert json.loads(theirs) == {"lonely": {"Said": "so"}}
    assert project.output("Said") == "so"


_LONELY = """
    Resources:
      Bell: {Type: AWS::SNS::Topic}
    Outputs:
      Said: {Value: so}
"""
