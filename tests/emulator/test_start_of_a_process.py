"""Test what a function's process begins with, whether it was forked or a new interpreter was executed for it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from localstack_process_executor.environments.forking import FORK_SERVERS
from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from tests.emulator.conftest import MakeFunction
    from tests.emulator.deployed import Cloud, MakeDeployed

LOOK = "import _thread, os, signal, sys, time\ndef handler(event, context):\n    return eval(event)\n"
OF_LAYERS = ["/opt/python/lib/python3.13/site-packages", "/opt/python"]
PACKAGES = "/var/lang/lib/python3.13/site-packages"
LIBRARY = ["/var/lang/lib/python313.zip", "/var/lang/lib/python3.13", "/var/lang/lib/python3.13/lib-dynload"]


def seen(make_function: MakeFunction, expression: str, **options: Any) -> Any:
    """Return what a function sees, with AWS's names of its places."""
    function = make_function(LOOK, **options)
    answer = json.dumps(function.answer(expression)).encode()
    return json.loads(function.environment._translation.apply(answer))


def as_there(path: list[str], file_system: str) -> list[str]:
    """Leave this machine's packages out, which cannot be hidden without a file system of the function's own."""
    return [entry for entry in path if file_system == "namespaces" or entry != PACKAGES]


@pytest.mark.skipif("COVERAGE_FOLDER" in os.environ, reason="coverage puts itself on the path")
@pytest.mark.parametrize("variables", [{}, {"PYTHONUTF8": "1"}], ids=["forked", "executed"])
def test_the_import_path_has_the_code_then_the_layers_then_the_runtime(
    make_function: MakeFunction, file_system: str, variables: dict[str, str]
) -> None:
    path, of_programs = seen(make_function, "[sys.path, os.environ['PYTHONPATH']]", variables=variables)

    # AWS's start script adds folders of layers that are not there once more
    expected = ["/var/task", *OF_LAYERS, PACKAGES, "/var/runtime", *LIBRARY, PACKAGES, *OF_LAYERS]
    assert path == as_there(expected, file_system)
    assert of_programs == "/var/runtime"


def test_with_a_pythonpath_of_its_own_a_function_has_no_layers_on_its_import_path(
    make_function: MakeFunction, file_system: str
) -> None:
    own = {"PYTHONPATH": "/var/task/dough:/opt/python/site-packages"}

    path, of_programs = seen(make_function, "[sys.path, os.environ['PYTHONPATH']]", variables=own)

    expected = ["/var/task", "/var/runtime", *own["PYTHONPATH"].split(":"), *LIBRARY, PACKAGES]
    assert path == as_there(expected, file_system)
    assert of_programs == own["PYTHONPATH"]


@pytest.mark.parametrize("variables", [{}, {"PYTHONUTF8": "1"}], ids=["forked", "executed"])
def test_an_interrupt_is_an_exception_and_the_interpreter_knows_its_command(
    make_function: MakeFunction, file_system: str, variables: dict[str, str]
) -> None:
    source = """
        import _thread, signal, sys, time
        def handler(event, context):
            assert callable(exit)
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            try:
                _thread.interrupt_main()
                time.sleep(5)
            except KeyboardInterrupt:
                return sys.orig_argv
        """

    command = make_function(source, variables=variables).answer()

    if file_system == "namespaces":
        assert command == ["/var/lang/bin/python3.13", "/var/runtime/bootstrap.py"]
    assert "/bootstrap.py" in " ".join(command)
    assert "fork_server" not in " ".join(command)


def test_path_files_of_a_package_and_of_layers_are_read(deploy: MakeDeployed, cloud: Cloud) -> None:
    if not FORK_SERVERS.current().isolated:
        pytest.skip("this machine allows no namespaces")
    layer = {"python/layer.pth": "cheeses\n", "python/cheeses/gouda.py": "", f"{OF_LAYERS[0][5:]}/more.pth": "/opt\n"}
    published = cloud.client("lambda").publish_layer_version(LayerName="pth", Content={"ZipFile": zipped(layer)})
    # code in such a file runs before anything is imported ahead
    lines = "dough\nimport sys; sys.path.insert(0, '/var/task/first')\n"
    code = {"vendored.pth": lines, "dough/x.py": "", "first/boto3.py": "mine = 1\n"}

    function = deploy({"function.py": LOOK, **code}, Layers=[published["LayerVersionArn"]])

    assert function.answer("sys.path[:3]") == ["/var/task/first", "/var/task", OF_LAYERS[0]]
    assert function.answer("sys.path[-3:]") == ["/var/task/dough", "/opt", "/opt/python/cheeses"]
    assert function.answer("__import__('boto3').mine") == 1


WRAPPER = '{}export SEEN="${{PYTHONPATH-none}}"\nexec "$@"\n'


@pytest.mark.parametrize("first_line", ["#!/bin/sh\n", ""], ids=["a program", "commands only"])
def test_an_exec_wrapper_sees_no_pythonpath_and_may_be_a_shells_commands_only(
    deploy: MakeDeployed, first_line: str
) -> None:
    function = deploy(
        {"function.py": LOOK, "wrapper": WRAPPER.format(first_line)},
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}},
    )

    assert function.answer("os.environ['SEEN']") == "none"
