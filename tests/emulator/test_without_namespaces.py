"""A LocalStack whose functions get no file system of their own, as in most containers: the nearest thing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from localdev.system import project
from localdev.system.processes import free_port
from localstack_process_executor.sandbox import file_rules
from tests.emulator import deployed
from tests.emulator.deployed import Cloud, TestEngine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.deployed import Function

pytestmark = pytest.mark.sets_namespaces


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """LocalStack that is set to do without."""
    engine = TestEngine(free_port(), ends_with_us=True, settings={"LAMBDA_PROCESS_NAMESPACES": "0"})
    engine.start()
    yield Cloud(engine.endpoint_url)
    engine.stop()


@contextlib.contextmanager
def hot_reloaded(cloud: Cloud, folder: Path) -> Iterator[Function]:
    """Make a function whose code is a folder that is edited."""
    function = deployed.create(cloud, None, Code={"S3Bucket": "hot-reload", "S3Key": str(folder)})
    try:
        yield function
    finally:
        function.client.delete_function(FunctionName=function.name)


@pytest.mark.parametrize("new_interpreter", [False, True])
def test_every_saved_file_is_used_and_nothing_is_left_beside_it(
    cloud: Cloud, tmp_path: Path, new_interpreter: bool
) -> None:
    if new_interpreter:
        (tmp_path / "uuid.py").touch()
    files = {path.name for path in tmp_path.iterdir()} | {"function.py", "dough.py"}
    (tmp_path / "function.py").write_text("import dough\ndef handler(event, context):\n    return dough.KIND\n")
    (tmp_path / "dough.py").write_text("KIND = 0\n")

    with hot_reloaded(cloud, tmp_path) as function:
        # in one second, and of the same length: compiled files would be taken for current
        for kind in range(4):
            (tmp_path / "dough.py").write_text(f"KIND = {kind}\n")
            assert function.answer() == kind

    assert {path.name for path in tmp_path.iterdir()} == files


def test_paths_have_aws_names_where_the_function_reports_them(cloud: Cloud) -> None:
    function = deployed.create(cloud, "def handler(event, context):\n    raise ValueError('burnt')\n")

    answer = function.call()

    assert answer.payload["stackTrace"] == [
        "  File \"/var/task/function.py\", line 2, in handler\n    raise ValueError('burnt')\n"
    ]
    assert 'File "/var/task/function.py", line 2, in handler' in answer.log


@pytest.mark.skipif(file_rules.version() == 0, reason="this kernel has no Landlock")
@pytest.mark.skipif(project.STATE.is_relative_to("/tmp"), reason="what is below /tmp can be read")  # noqa: S108
def test_another_functions_temporary_files_cannot_be_read(cloud: Cloud) -> None:
    writes = """
        import os, pathlib
        def handler(event, context):
            file = pathlib.Path(os.environ["TMPDIR"], "secret")
            file.write_text("x")
            file.chmod(0o666)
            return str(file)
        """
    reads = """
        def handler(event, context):
            try:
                return open(event).read()
            except OSError as error:
                return type(error).__name__
        """
    path = deployed.create(cloud, writes).answer()

    assert deployed.create(cloud, reads).answer(path) == "PermissionError"
