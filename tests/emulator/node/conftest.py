"""Node.js functions in execution environments of the plugin, without LocalStack."""

from __future__ import annotations

import json
import tempfile
import textwrap
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until
from localstack_process_executor.environments import launches, node_runtime, node_sdk, spares
from localstack_process_executor.environments.environment import ExecutionEnvironment, FunctionSpec, Outcome
from localstack_process_executor.environments.forking import FORK_SERVERS, base_folder
from localstack_process_executor.environments.native_runtimes import AWS_PLACES
from localstack_process_executor.environments.platform_log import JsonLog, TextLog
from localstack_process_executor.environments.variables import function_environment
from tests.emulator.conftest import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from localstack_process_executor.environments.aws_paths import PathTranslation
    from localstack_process_executor.environments.forked import Forked
    from localstack_process_executor.environments.native_runtimes import NativeRuntime

type MakeNode = Callable[..., Function]


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide the folder of the SDK's packages, with one that is no more than its name."""
    folder = tmp_path_factory.mktemp("sdk")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    client = folder / "node_modules/@aws-sdk/client-pizza"
    client.mkdir(parents=True)
    (client / "package.json").write_text('{"name": "@aws-sdk/client-pizza", "main": "index.js"}')
    (client / "index.js").write_text("exports.PizzaClient = class PizzaClient {};")
    return folder


@pytest.fixture(scope="package", autouse=True)
def runtime(sdk: Path) -> Iterator[NativeRuntime]:
    """Provide the runtime of the newest Node.js on this machine.

    The folder of the SDK is that of these tests only: npm removes from it what it did not install itself, for an
    emulator that other tests start.
    """
    if not node_runtime.installed():
        pytest.skip("this machine has no Node.js that runs functions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(node_sdk.SETTING, str(sdk))
        node_sdk.modules.cache_clear()
        found = node_runtime.find(f"nodejs{max(node_runtime.installed())[0]}.x")
        assert found
        yield found
        node_sdk.modules.cache_clear()


@pytest.fixture(params=["namespaces", "spare", "plain"])
def file_system(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    runtime: NativeRuntime,
) -> str:
    """What a function gets of AWS's file system; in namespaces, its process is new, or a spare."""
    kind = str(request.param)
    monkeypatch.setenv(spares.SETTING, "1" if kind == "spare" else "0")
    if kind == "plain":
        monkeypatch.setenv("LAMBDA_PROCESS_NAMESPACES", "0")
    elif not runtime.isolated:
        pytest.skip("this machine allows no namespaces")
    return kind


def command_of(runtime: NativeRuntime, memory_size_mb: int) -> tuple[str, ...]:
    """Return AWS's command line for functions of this memory size."""
    memory = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_size_mb)}
    return tuple(runtime.command(AWS_PLACES, memory, *2 * [Path()]))


def expect_spare(runtime: NativeRuntime, memory_size_mb: int) -> int:
    """Wait until a process waits for a function of this memory size; return the id of its init."""
    server = FORK_SERVERS.current(native=runtime)
    command = command_of(runtime, memory_size_mb)

    def waiting() -> int | None:
        server.spares.expect(command)
        return server.spares.waiting().get(command)

    return wait_until(waiting, what="a spare to wait", seconds=20)


@pytest.fixture
def make_node(tmp_path: Path, file_system: str, runtime: NativeRuntime) -> Iterator[MakeNode]:
    """Make environments from source text or files; every one is stopped at the end of the test."""
    environments: list[ExecutionEnvironment] = []

    def make(
        source: str | Mapping[str, str],
        *,
        handler: str = "function.handler",
        timeout: float = 20.0,
        variables: Mapping[str, str] | None = None,
        layers: Sequence[Mapping[str, str]] = (),
        log_format: str = "Text",
        log_level: str = "Info",
        memory_size_mb: int = 256,
        native: NativeRuntime = runtime,
        runtime_name: str = "nodejs22.x",
        debug_address: str = "",
        start: bool = True,
        is_copy: bool = False,
    ) -> Function:
        number = len(environments)
        folder = Path(tempfile.mkdtemp(prefix="code-", dir=base_folder())) if is_copy else tmp_path
        code = _written(folder / f"code-{number}", {"function.js": source} if isinstance(source, str) else source)
        folders = [_written(tmp_path / f"layer-{number}-{at}", files) for at, files in enumerate(layers)]

        def launch(runtime_api: str, folder: Path) -> tuple[Forked, PathTranslation]:
            service = {
                "_HANDLER": handler,
                "AWS_REGION": "us-east-1",
                "AWS_LAMBDA_FUNCTION_NAME": "f",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_size_mb),
            }
            if log_format == "JSON":
                service |= {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": log_level}
            environment = function_environment(service, variables or {}, runtime=runtime_name, runtime_api=runtime_api)
            return native.launch(launches.Program(code, environment, folders, debug_address), folder)

        name, arn = native.build, "arn:aws:lambda:us-east-1::runtime:0"
        log = JsonLog(name, arn, "$LATEST", "f", "on-demand") if log_format == "JSON" else TextLog(name, arn, "$LATEST")
        environment = ExecutionEnvironment(FunctionSpec(timeout, memory_size_mb, init_seconds=30.0), log, launch)
        environments.append(environment)
        if file_system == "spare":
            expect_spare(native, memory_size_mb)
        if start:
            environment.start()
        return Function(environment)

    yield make
    for environment in environments:
        environment.stop()


def _written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        path.chmod(0o755)
    for place in (folder, *folder.parents[: len(folder.relative_to(gettempdir()).parts) - 1][:3]):
        place.chmod(0o755)
    return folder


def evaluates() -> str:
    """Return a function that evaluates the JavaScript it is given."""
    return "exports.handler = async (event, context) => eval(event);"


def logged(outcome: Outcome) -> list[str]:
    """Return the lines of a log that the function wrote, without the platform's."""
    platform = ("START ", "END ", "REPORT ", "INIT_START ")
    return [line for line in outcome.log.splitlines() if not line.startswith(platform)]


def documents(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the JSON events that the function wrote."""
    events = [json.loads(event.text) for event in outcome.events if event.text.startswith("{")]
    return [event for event in events if "type" not in event]
