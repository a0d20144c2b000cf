"""Test what a function finds on its machine: section 5."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from localdev.engines.embedded import EmbeddedEngine
from localstack_process_executor.environments.forking import FORK_SERVERS
from localstack_process_executor.environments.interpreters import find
from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from tests.emulator.deployed import Cloud, MakeDeployed

LOOK = "import os, pathlib, stat, sys\ndef handler(event, context):\n    return eval(event)\n"


@pytest.fixture(autouse=True)
def _needs_namespaces() -> None:
    if not FORK_SERVERS.current().isolated:
        pytest.skip("this machine allows no namespaces")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("os.getcwd()", "/var/task"),
        ("stat.filemode(os.stat('/var/task').st_mode)", "drwxr-xr-x"),
        ("sys.path[:3]", ["/var/task", "/opt/python/lib/python3.13/site-packages", "/opt/python"]),
        ("sys.executable", "/var/lang/bin/python3.13"),
        ("os.__file__", "/var/lang/lib/python3.13/os.py"),
        ("__import__('boto3').__file__", "/var/runtime/boto3/__init__.py"),
        ("__file__", "/var/task/function.py"),
        # a user without privileges cannot leave the group they have
        ("[os.getuid(), os.getgid(), [group for group in os.getgroups() if group != os.getgid()]]", [993, 990, []]),
        ("os.path.expanduser('~')", "/home/sbx_user1051"),
        ("os.path.exists('/dev/shm')", False),
        ("__import__('resource').getrlimit(7)", [1024, 1024]),
        ("os.listdir('/tmp')", []),
        ("os.listdir('/mnt') + os.listdir('/srv') + os.listdir('/root') + os.listdir('/home')", []),
        (
            "[os.access(p, os.W_OK) for p in ('/', '/var/task', '/opt', '/var/runtime', '/var/lang', '/tmp')]",
            [False] * 5 + [True],
        ),
        ("[p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]", []),
        ("'work' in pathlib.Path('/proc/self/cmdline').read_text()", False),
    ],
)
def test_a_function_sees_aws_file_system(deploy: MakeDeployed, expression: str, value: object) -> None:
    assert deploy(LOOK).answer(expression) == value


def test_tmp_is_kept_between_invocations_and_shared_with_nobody(deploy: MakeDeployed) -> None:
    first, second = deploy(LOOK), deploy(LOOK)
    first.answer("pathlib.Path('/tmp/mine').write_text('x')")

    assert first.answer("os.listdir('/tmp')") == ["mine"]
    assert second.answer("os.listdir('/tmp')") == []


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_the_python_is_that_of_the_runtime(deploy: MakeDeployed, version: str) -> None:
    if not find(version):
        pytest.skip(f"there is no Python {version} on this machine")
    # the SDK of this LocalStack runs on no older one
    sdk = "json" if version == "3.9" else "boto3"
    source = f"""
        import {sdk}, os, sys
        print("imported")
        def handler(event, context):
            if event == "raise":
                raise ValueError("burnt")
            return [list(sys.version_info[:2]), os.environ["AWS_EXECUTION_ENV"], event]
        """
    function = deploy(source, Runtime=f"python{version}")

    answer = function.call("🍕")

    assert answer.payload == [[int(part) for part in version.split(".")], f"AWS_Lambda_python{version}", "🍕"]
    assert f"INIT_START Runtime Version: python:{version}.v" in function.logged()[0]
    assert function.call("raise").payload["stackTrace"][0].startswith('  File "/var/task/function.py", line 5')


def test_a_python_that_the_sdk_does_not_run_on_has_none_and_takes_the_functions_own(
    deploy: MakeDeployed, cloud: Cloud
) -> None:
    if not find("3.9"):
        pytest.skip("there is no Python 3.9 on this machine")
    source = "import boto3\ndef handler(event, context):\n    return boto3.mine\n"
    missing = deploy(source, Runtime="python3.9").call().payload
    own = deploy({"function.py": source, "boto3/__init__.py": "mine = True\n"}, Runtime="python3.9")

    assert missing["errorMessage"] == "Unable to import module 'function': No module named 'boto3'"
    assert own.answer() is True
    log = EmbeddedEngine(urlsplit(cloud.endpoint_url).port or 0).log_file.read_text()
    assert "does not run on Python 3.9: its functions have no boto3. Hint: put an older one into the package" in log


def test_a_version_that_is_not_there_runs_on_localstacks_own_with_one_warning(
    deploy: MakeDeployed, cloud: Cloud
) -> None:
    # Python 3.8 is too old for the runtime client, whether it is there or not
    own = list(sys.version_info[:2])

    assert deploy(LOOK, Runtime="python3.8").answer("list(sys.version_info[:2])") == own
    assert deploy(LOOK, Runtime="python3.8").answer("list(sys.version_info[:2])") == own

    log = EmbeddedEngine(urlsplit(cloud.endpoint_url).port or 0).log_file.read_text()
    assert log.count("No Python 3.8 can be used on this machine; functions of runtime python3.8 run on Python") == 1


def test_the_functions_own_sdk_wins(deploy: MakeDeployed) -> None:
    function = deploy({"function.py": LOOK, "boto3/__init__.py": "mine = True\n"})

    assert function.answer("__import__('boto3').mine") is True


def test_a_module_named_like_one_of_the_library_wins(deploy: MakeDeployed) -> None:
    function = deploy({"function.py": LOOK, "uuid.py": "mine = True\n"})

    assert function.answer("__import__('uuid').mine") is True


def publish_layer(cloud: Cloud, name: str, files: dict[str, str]) -> str:
    response = cloud.client("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": zipped(files)})
    return str(response["LayerVersionArn"])


def test_layers_are_at_opt_in_their_order(deploy: MakeDeployed, cloud: Cloud) -> None:
    first = publish_layer(cloud, "first", {"python/dough.py": "kind = 'thin'\n", "bin/first": "1"})
    packages = "python/lib/python3.13/site-packages"
    second = publish_layer(cloud, "second", {"python/dough.py": "kind = 'thick'\n", f"{packages}/cheese.py": "x = 1\n"})

    function = deploy(LOOK, Layers=[first, second])

    assert function.answer("__import__('dough').kind") == "thick"
    assert function.answer("__import__('dough').__file__") == "/opt/python/dough.py"
    assert function.answer("__import__('cheese').__file__") == f"/opt/{packages}/cheese.py"
    assert function.answer("sorted(os.listdir('/opt'))") == ["bin", "python"]


def test_one_layer_alone_wins_over_the_runtimes_sdk(deploy: MakeDeployed, cloud: Cloud) -> None:
    layer = publish_layer(cloud, "sdk", {"python/boto3/__init__.py": "mine = True\n"})

    assert deploy(LOOK, Layers=[layer]).answer("__import__('boto3').mine") is True


def test_a_client_made_with_no_arguments_reaches_the_emulator(deploy: MakeDeployed) -> None:
    function = deploy(
        "import boto3\ndef handler(event, context):\n    return boto3.client('sts').get_caller_identity()['Arn']\n",
        Timeout=20,
    )

    assert function.answer() == f"arn:aws:sts::000000000000:assumed-role/pizzaiolo/{function.name}"
