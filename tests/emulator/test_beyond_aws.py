"""Test what is not AWS's: runtimes that cannot run, hot reload, a debugger: section 8."""

from __future__ import annotations

import json
import shutil
import textwrap
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from localdev.engines.embedded import EmbeddedEngine
from tests.emulator.deployed import ROLE, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.deployed import Cloud, Function, MakeDeployed


@pytest.mark.parametrize("runtime", ["java21", "ruby3.4", "dotnet8"])
def test_a_runtime_it_cannot_run_is_made_and_each_invocation_says_what_is_missing(
    deploy: MakeDeployed, runtime: str
) -> None:
    function = deploy({"pizza": ""}, Runtime=runtime, Handler="pizza::bake")

    answer = function.call({})

    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.NotSupported"
    assert f"{runtime} functions cannot run as processes of this machine" in answer.payload["errorMessage"]
    assert "Hint:" in answer.payload["errorMessage"]


def test_a_function_that_cannot_run_is_named_with_its_construct(cloud: Cloud) -> None:
    name, stack = f"java-{uuid.uuid4().hex[:8]}", f"s-{uuid.uuid4().hex[:8]}"
    code = {"S3Bucket": stack, "S3Key": "code.zip"}
    cloud.client("s3").create_bucket(Bucket=stack)
    cloud.client("s3").put_object(Bucket=stack, Key="code.zip", Body=zipped({"a": "b"}))
    properties = {"FunctionName": name, "Runtime": "java21", "Handler": "a.B", "Role": ROLE, "Code": code}
    metadata = {"aws:cdk:path": "PizzaStack/Oven/Handler/Resource"}
    function = {"Type": "AWS::Lambda::Function", "Properties": properties, "Metadata": metadata}
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {"Function": function}}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})

    answer = json.load(cloud.client("lambda").invoke(FunctionName=name)["Payload"])
    cloudformation.delete_stack(StackName=stack)

    assert f"{name} (construct PizzaStack/Oven/Handler): java21 functions cannot run" in answer["errorMessage"]


def test_an_image_fails_at_once_and_says_so(deploy: MakeDeployed) -> None:
    with pytest.raises(AssertionError, match=r"is package type Image\. Hint: use LAMBDA_RUNTIME_EXECUTOR=docker"):
        deploy(None, Runtime=None, Handler=None, PackageType="Image", Code={"ImageUri": "pizza:1"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Code that is edited while it runs; others can read it."""
    code = tmp_path / "code"
    code.mkdir()
    for parent in (code, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    return code


def write(folder: Path, name: str, source: str) -> None:
    (folder / name).write_text(textwrap.dedent(source))


def hot(deploy: MakeDeployed, folder: Path, **options: object) -> Function:
    return deploy(None, Code={"S3Bucket": "hot-reload", "S3Key": str(folder)}, **options)


COUNTS = """
    count = 0
    def handler(event, context):
        global count
        count += 1
        return ["{}", count]
"""


def test_a_saved_file_is_used_by_the_next_invocation(deploy: MakeDeployed, folder: Path) -> None:
    write(folder, "function.py", COUNTS.format("old"))
    function = hot(deploy, folder)
    assert [function.answer(), function.answer()] == [["old", 1], ["old", 2]]

    write(folder, "function.py", COUNTS.format("new"))

    assert [function.answer(), function.answer()] == [["new", 1], ["new", 2]]


def test_a_new_module_and_a_removed_one_are_noticed(deploy: MakeDeployed, folder: Path) -> None:
    write(folder, "function.py", "import os\ndef handler(event, context):\n    return sorted(os.listdir('.'))\n")
    function = hot(deploy, folder)
    assert function.answer() == ["function.py"]

    write(folder, "dough.py", "")
    assert function.answer() == ["dough.py", "function.py"]

    (folder / "dough.py").unlink()
    assert function.answer() == ["function.py"]


def test_a_running_invocation_finishes_on_the_old_code(deploy: MakeDeployed, folder: Path) -> None:
    slow = "import time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return '{}'\n"
    write(folder, "function.py", slow.format("old"))
    function = hot(deploy, folder, Timeout=20)
    function.answer()
    with ThreadPoolExecutor(1) as pool:
        under_way = threading.Event()

        def invoke() -> object:
            under_way.set()
            return function.answer(2)

        running = pool.submit(invoke)
        under_way.wait()
        assert not running.done()
        write(folder, "function.py", slow.format("new"))

        assert function.answer() == "new"
        assert running.result() in {"old", "new"}


def test_a_syntax_error_is_reported_until_it_is_mended(deploy: MakeDeployed, folder: Path) -> None:
    write(folder, "function.py", COUNTS.format("old"))
    function = hot(deploy, folder)
    function.answer()

    write(folder, "function.py", "def handler(\n")
    assert function.call().payload["errorType"] == "Runtime.UserCodeSyntaxError"

    write(folder, "function.py", COUNTS.format("mended"))
    assert function.answer() == ["mended", 1]


def test_a_folder_that_is_not_there_fails_at_once_and_says_so(deploy: MakeDeployed, folder: Path) -> None:
    with pytest.raises(AssertionError, match=rf"reloaded from {folder}/missing, and there is no such folder\. Hint: "):
        hot(deploy, folder / "missing")


def test_a_folder_that_was_removed_is_named_in_localstacks_log(
    deploy: MakeDeployed, cloud: Cloud, folder: Path
) -> None:
    write(folder, "function.py", COUNTS.format("there"))
    function = hot(deploy, folder)
    function.answer()
    log = EmbeddedEngine(urlsplit(cloud.endpoint_url).port or 0).log_file

    shutil.rmtree(folder)
    with pytest.raises(ClientError):
        function.call()

    assert f"The folder that {function.name} is run from is not there any more: {folder}. Hint: " in log.read_text()
    folder.mkdir()
    write(folder, "function.py", COUNTS.format("again"))
    answer = function.call()
    assert answer.payload == ["again", 1]
    assert not [message for message in function.logged() if "Traceback" in message]


def test_a_debugger_can_attach_while_others_are_served(deploy: MakeDeployed) -> None:
    debugpy = """
        addresses = []
        def listen(address):
            addresses.append(address)
        """
    source = "import debugpy, time\ndef handler(event, context):\n    time.sleep(event)\n    return debugpy.addresses\n"
    debugged = deploy({"function.py": source, "debugpy.py": debugpy}, name="debugged", Timeout=1)
    other = deploy("def handler(event, context):\n    return 'served'\n")

    with ThreadPoolExecutor(1) as pool:
        # longer than its timeout: it has none
        halted = pool.submit(debugged.answer, 2)
        assert other.answer() == "served"
        assert halted.result() == [["127.0.0.1", 5679]]
