"""Apps of every shape, with the installed wheel: own packages, stages, contexts, any program."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
import urllib3

from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from tests.examples.projects import GREET, Project
from tests.examples.strangers import Stranger, install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return install(tmp_path_factory.mktemp("own"))


_ONE_MACHINE = """
    import aws_cdk as cdk
    from aws_cdk import aws_stepfunctions as sfn

    from console.titles import TITLE
    from executions import RESULT

    app = cdk.App()
    stack = cdk.Stack(app, "Own")
    machine = sfn.StateMachine(
        stack, "Greeting",
        definition_body=sfn.DefinitionBody.from_chainable(
            sfn.Pass(stack, "Say it", result=sfn.Result.from_object({"said": RESULT}))
        ),
    )
    cdk.CfnOutput(stack, "Title", value=TITLE)
    app.synth()
"""
_ITS_TESTS = """
    import console.titles
    import executions


    def test_the_workflow_says_what_the_own_package_says(state_machine):
        assert console.titles.TITLE == "mine"
        assert state_machine("Greeting").start({}).wait().output == {"said": executions.RESULT}
"""


@pytest.fixture
def with_own_names(project_of: Callable[..., Project]) -> Project:
    """Return a project with packages that are called as rooms of the tool are, deployed."""
    project = project_of(
        **{
            "app.py": _ONE_MACHINE,
            "cdk.json": '{"app": "python3 app.py"}',
            "console/__init__.py": "",
            "console/titles.py": 'TITLE = "mine"\n',
            "executions/__init__.py": 'RESULT = "of my own"\n',
            "emulator/__init__.py": "raise ImportError('the emulator of this project is not the tool')\n",
            "tests/test_own.py": _ITS_TESTS,
        }
    )
    project.localdev("up")
    return project


def test_a_projects_own_console_and_executions_are_what_its_app_and_its_tests_import(with_own_names: Project) -> None:
    assert with_own_names.output("Title") == "mine"
    pytest_ = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
    assert "1 passed" in with_own_names.runs("python", *pytest_)
    assert "1 test collected" in with_own_names.runs("python", *pytest_, "--import-mode=importlib", "--collect-only")
    # as the program pytest, whose own folder comes first; a conftest.py brings in the one it is in
    (with_own_names.folder / "conftest.py").touch()
    assert "1 test collected" in with_own_names.runs("python", "-P", *pytest_, "--collect-only")


def test_the_commands_work_beside_a_projects_own_console_and_executions(with_own_names: Project) -> None:
    port = ["--port", str(with_own_names.stranger.port)]
    # as a module, the project's folder comes before everything that is installed
    ended = json.loads(with_own_names.runs("python", "-m", "localdev", "start", "--json", *port))
    assert ended["output"] == {"said": "of my own"}
    assert "SUCCEEDED" in with_own_names.runs("python", "-m", "localdev", "executions", *port)
    assert "Say it" in with_own_names.localdev("history", ended["name"])

    assert "Say it" in _page_of_the_console(with_own_names, f"/executions/{ended['executionArn']}")


def _page_of_the_console(project: Project, path: str) -> str:
    """Return a page of the console, which is started for it and ended by Ctrl-C."""
    port = free_port()
    python = project.stranger.python
    command: list[str | Path] = [python, "-m", "localdev", "console", "--no-open", "--console-port", str(port)]
    http = urllib3.PoolManager(retries=False)
    with subprocess.Popen(
        [*command, "--port", str(project.stranger.port)], cwd=project.folder, env=project.stranger.environment,
        stdout=subprocess.DEVNULL,
    ) as console:  # fmt: skip

        def answered() -> urllib3.BaseHTTPResponse | None:
            assert console.poll() is None
            try:
                return http.request("GET", f"http://127.0.0.1:{port}{path}")
            except urllib3.exceptions.HTTPError:
                return None

        try:
            response = wait_until(answered, what="the console", seconds=60)
        finally:
            console.send_signal(signal.SIGINT)
            console.wait(20)
    assert response.status == 200
    return response.data.decode()


_STAGES = """
    import aws_cdk as cdk
    from aws_cdk import aws_lambda as lambda_, aws_sqs as sqs, aws_stepfunctions as sfn
    from aws_cdk import aws_stepfunctions_tasks as tasks

    app = cdk.App()


    class Service(cdk.Stage):
        def __init__(self, scope, name):
            super().__init__(scope, name)
            data = cdk.Stack(self, "Data")
            queue = sqs.Queue(data, "Orders")
            work = cdk.Stack(self, "Work")
            function = lambda_.Function(
                work, "Where", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler",
                code=lambda_.Code.from_inline(
                    "import os\\ndef handler(event, context):\\n    print('asked')\\n    return os.environ['QUEUE']"
                ),
                environment={"QUEUE": queue.queue_name, "SIZE": app.node.try_get_context("size") or "none"},
            )
            sfn.StateMachine(
                work, "Asking",
                definition_body=sfn.DefinitionBody.from_chainable(
                    tasks.LambdaInvoke(work, "Ask", lambda_function=function, payload_response_only=True)
                ),
            )
            cdk.CfnOutput(work, "Size", value=app.node.try_get_context("size") or "none")
            cdk.CfnOutput(data, "QueueName", value=queue.queue_name)


    for name in (app.node.try_get_context("stages") or "Test").split("+"):
        Service(app, name)
    app.synth()
"""


def test_stages_whose_stacks_refer_to_each_other_are_deployed_and_used(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"app.py": _STAGES, "cdk.json": '{"app": "python3 app.py"}'})

    project.localdev("up", "-c", "stages=Test+Live", "-c", "size=large")

    outputs = json.loads(project.localdev("outputs", "--json"))
    assert outputs.keys() == {"Test-Data", "Test-Work", "Live-Data", "Live-Work"}
    assert {outputs[stack]["Size"] for stack in ("Test-Work", "Live-Work")} == {"large"}
    for stage in ("Test", "Live"):
        queue = outputs[f"{stage}-Data"]["QueueName"]
        asked = json.loads(project.localdev("start", f"{stage}/Work/Asking", "--json"))
        assert asked["output"] == queue
        assert json.loads(project.localdev("invoke", "Where", "--stack", f"{stage}/Work")) == queue
        assert "asked" in project.localdev("logs", f"{stage}/Work/Where")


def test_contexts_are_remembered_and_changed_by_the_next_deployment(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"app.py": _STAGES, "cdk.json": '{"app": "python3 app.py", "context": {"size": "small"}}'})

    project.localdev("up")
    assert project.output("Size") == "small"
    project.localdev("up", "-c", "size=large")
    assert project.output("Size") == "large"
    project.localdev("deploy")

    assert project.output("Size") == "large"


def test_stacks_are_chosen_with_what_they_refer_to(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"app.py": _STAGES, "cdk.json": '{"app": "python3 app.py"}'})

    project.localdev("up", "-c", "stages=Test+Live", "--stack", "Live/Work")

    outputs = json.loads(project.localdev("outputs", "--json"))
    assert outputs.keys() == {"Live-Data", "Live-Work"}


def test_the_cdk_of_an_app_asks_nobody_for_notices_and_tells_nobody_of_its_use(
    project_of: Callable[..., Project],
) -> None:
    project = project_of(**{"app.py": _STAGES, "cdk.json": '{"app": "python3 app.py"}'})

    project.localdev("up", "-c", "stages=Test")
    project.localdev("cdk", "diff")

    # nothing that it keeps is of notices, of its use, or of whether there is a network
    kept = {path.name for path in project.folder.rglob(".cdk/cache/*")}
    assert kept <= {"accounts_partitions.json", "fingerprints"}


_ASSEMBLY_BY_HAND = r"""
    #!/bin/sh
    set -eu
    out=${CDK_OUTDIR:-cdk.out}
    mkdir -p "$out"
    cat >"$out/Shell.template.json" <<'TEMPLATE'
    {"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}},
     "Outputs": {"QueueUrl": {"Value": {"Ref": "Orders"}}}}
    TEMPLATE
    cat >"$out/manifest.json" <<'MANIFEST'
    {"version": "36.0.0", "artifacts": {"Shell": {"type": "aws:cloudformation:stack",
      "environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "Shell.template.json"},
      "displayName": "Shell"}}}
    MANIFEST
"""


def test_an_app_is_whatever_command_writes_an_assembly(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"synth the app.sh": _ASSEMBLY_BY_HAND, "cdk.json": '{"app": "sh \\"synth the app.sh\\""}'})

    project.localdev("up")

    assert project.output("QueueUrl").endswith("/000000000000/" + project.output("QueueUrl").rpartition("/")[2])


_JAVA = r'''
    import java.nio.file.*;
    import java.util.regex.*;

    public class Shop {
        static final String PUBLISHED = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}";

        public static void main(String[] arguments) throws Exception {
            Path out = Path.of(System.getenv().getOrDefault("CDK_OUTDIR", "cdk.out"));
            Files.createDirectories(out.resolve("asset.5ca1ab1e"));
            Files.copy(Path.of("code/greet.py"), out.resolve("asset.5ca1ab1e/greet.py"));
            Files.writeString(out.resolve("Shop.template.json"), template(context("size")));
            Files.writeString(out.resolve("Shop.assets.json"), """
                {"version": "36.0.0", "dockerImages": {}, "files": {"5ca1ab1e": {
                  "source": {"path": "asset.5ca1ab1e", "packaging": "zip"},
                  "destinations": {"here": {"bucketName": "%s", "objectKey": "5ca1ab1e.zip"}}}}}
                """.formatted(PUBLISHED));
            Files.writeString(out.resolve("manifest.json"), """
                {"version": "36.0.0", "artifacts": {
                  "Shop.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Shop.assets.json"}},
                  "Shop": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
                    "properties": {"templateFile": "Shop.template.json"}, "dependencies": ["Shop.assets"],
                    "displayName": "Shop"}}}
                """);
        }

        static String context(String name) {
            String given = System.getenv().getOrDefault("CDK_CONTEXT_JSON", "{}");
            Matcher value = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)").matcher(given);
            return value.find() ? value.group(1) : "none";
        }

        static String template(String size) {
            return """
                {"Resources": {
                  "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
                    {"Effect": "Allow", "Action": "sts:AssumeRole",
                     "Principal": {"Service": "lambda.amazonaws.com"}}]}}},
                  "Greet": {"Type": "AWS::Lambda::Function", "Properties": {
                    "Runtime": "python3.13", "Handler": "greet.handler", "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Environment": {"Variables": {"WHO": "%s"}},
                    "Code": {"S3Bucket": {"Fn::Sub": "%s"}, "S3Key": "5ca1ab1e.zip"}}}},
                 "Outputs": {"Size": {"Value": "%s"}}}
                """.formatted(size, PUBLISHED, size);
        }
    }
'''


@pytest.mark.skipif(not shutil.which("javac"), reason="needs a JDK")
def test_an_app_in_java_gets_its_context_and_its_asset_is_deployed(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"Shop.java": _JAVA, "code/greet.py": GREET, "cdk.json": '{"app": "java Shop.java"}'})

    project.localdev("up", "-c", "size=large")

    assert project.output("Size") == "large"
    assert json.loads(project.localdev("invoke", "Greet")) == {"greeting": "Hello, large!"}


_ELSEWHERE = r"""
    #!/bin/sh
    set -eu
    echo >>../runs.txt
    out=${CDK_OUTDIR:-cdk.out}
    mkdir -p "$out"
    cp far.json "$out/Far.template.json"
    cat >"$out/manifest.json" <<'MANIFEST'
    {"version": "36.0.0", "artifacts": {"Far": {"type": "aws:cloudformation:stack",
      "environment": "aws://111122223333/eu-west-1", "properties": {"templateFile": "Far.template.json"},
      "displayName": "Far"}}}
    MANIFEST
"""
_CHAT = """
    {"Resources": {
      "Chat": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {
        "Name": "chat", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"}},
      "Orders": {"Type": "AWS::SQS::Queue"}}}
"""


def test_a_stack_elsewhere_says_what_is_not_emulated_and_its_app_runs_once(project_of: Callable[..., Project]) -> None:
    project = project_of(**{"app.sh": _ELSEWHERE, "far.json": _CHAT, "cdk.json": '{"app": "sh app.sh"}'})

    assert "Chat (AWS::ApiGatewayV2::Api)" in project.localdev("up", "--strict", status=1)

    project.localdev("up")
    # neither to bootstrap that region, nor for what has not changed
    assert (project.folder.parent / "runs.txt").read_text() == "\n"
    assert "No API and no function URL is deployed" in project.localdev("url", status=1)


def test_what_stops_a_stack_elsewhere_is_said(project_of: Callable[..., Project]) -> None:
    broken = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "no name, is it?"}}}}'
    project = project_of(**{"app.sh": _ELSEWHERE, "far.json": broken, "cdk.json": '{"app": "sh app.sh"}'})

    said = project.localdev("up", status=1)

    assert "The stack Far could not be deployed. What failed:\n  Topic (AWS::SNS::Topic): " in said


def test_the_fixtures_deploy_a_stack_elsewhere(project_of: Callable[..., Project]) -> None:
    far = '{"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Url": {"Value": {"Ref": "Orders"}}}}'
    tests = """
        def test_it_is_there(queue, stack):
            assert "/eu-west-1/111122223333/" in stack.Url
            queue("Orders").send("an order")
    """
    files = {"app.sh": _ELSEWHERE, "far.json": far, "cdk.json": '{"app": "sh app.sh"}', "test_far.py": tests}
    project = project_of(**files)
    # as the CDK's own synthesizers have it: the CLI looks for the environment's bootstrap stack
    manifest = project.folder / "app.sh"
    needs = '"properties": {"requiresBootstrapStackVersion": 6, "bootstrapStackVersionSsmParameter": "%s", '
    manifest.write_text(manifest.read_text().replace('"properties": {', needs % "/cdk-bootstrap/hnb659fds/version"))

    assert "1 passed" in project.runs("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")


_SHARED = """
    import json, os, pathlib

    name = pathlib.Path("name.txt").read_text().strip()
    out = pathlib.Path(os.environ.get("CDK_OUTDIR", "cdk.out"))
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    shared = {"Name": {"Value": {"Fn::GetAtt": ["Orders", "QueueName"]}, "Export": {"Name": "orders"}}}
    using = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "orders"}}}
    templates = {
        "Data": {"Resources": {"Orders": queue}, "Outputs": shared},
        "Work": {"Resources": {"Using": using}},
    }
    artifacts = {
        stack: {
            "type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{stack}.json"}, "displayName": stack,
            "dependencies": ["Data"] if stack == "Work" else [],
        }
        for stack in templates
    }
    out.mkdir(parents=True, exist_ok=True)
    for stack, template in templates.items():
        (out / f"{stack}.json").write_text(json.dumps(template))
    (out / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": artifacts}))
"""


def test_a_value_that_another_stack_imports_is_changed_as_the_error_says(project_of: Callable[..., Project]) -> None:
    files = {"synth.py": _SHARED, "name.txt": "first", "cdk.json": '{"app": "python3 synth.py"}'}
    project = project_of(**files)
    project.localdev("up")
    (project.folder / "name.txt").write_text("second")

    said = project.localdev("deploy", status=1)

    assert "in use by Work" in said
    port = f"--port {project.stranger.port}"
    assert "Hint: AWS refuses this as well: let the other stack read it from an SSM parameter" in said
    assert f"Here, localdev down {port} and localdev up {port} do." in said
    project.localdev("down")
    project.localdev("up")
