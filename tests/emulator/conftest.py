"""Execution environments of the plugin, without LocalStack: real processes on this machine."""

from __future__ import annotations

import json
import os
import signal
import textwrap
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from localdev.testing.lifeline import LIFELINE
from localstack_process_executor.environments import forking, launches
from localstack_process_executor.environments.code_packages import WorkingCopies
from localstack_process_executor.environments.environment import ExecutionEnvironment, FunctionSpec, Invocation, Outcome
from localstack_process_executor.environments.forking import FORK_SERVERS
from localstack_process_executor.environments.platform_log import JsonLog, TextLog
from localstack_process_executor.environments.variables import function_environment
from tests.emulator import deployed
from tests.emulator.deployed import Cloud, TestEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localstack_process_executor.environments.aws_paths import PathTranslation
    from localstack_process_executor.environments.forked import Forked
    from localstack_process_executor.environments.platform_log import PlatformLog
    from tests.emulator.deployed import MakeDeployed

RUNTIME = "python3.13"


SETS_NAMESPACES = "sets_namespaces"
_FIXTURES = frozenset({"file_system", "no_namespaces"})
"""Those that say whether functions run in namespaces."""


def pytest_configure(config: pytest.Config) -> None:
    """Add the folder's marker."""
    config.addinivalue_line(
        "markers",
        f"{SETS_NAMESPACES}: says itself whether functions run in namespaces, whatever the variables say",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that set whether functions run in namespaces, before some are chosen by the marker."""
    for item in items:
        if _FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(SETS_NAMESPACES)


class Function:
    """A started environment of a function whose code is given as text."""

    def __init__(self, environment: ExecutionEnvironment) -> None:
        self.environment = environment

    def invoke(self, event: object = None) -> Outcome:
        """Invoke with a new request id, which the outcome's log carries."""
        return self.invoke_as(str(uuid.uuid4()), event)

    def invoke_as(self, request_id: str, event: object = None) -> Outcome:
        """Invoke with this request id."""
        arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
        return self.environment.invoke(Invocation(request_id, arn, json.dumps(event).encode(), "Root=1-2-3"))

    def answer(self, event: object = None) -> Any:
        """Invoke, and expect it to go well."""
        outcome = self.invoke(event)
        assert not outcome.is_error, outcome.payload.decode() + outcome.log
        return json.loads(outcome.payload)

    def wait_until_under_way(self) -> None:
        """Until the function has made the file ``under-way`` among its temporary ones."""
        wait_until(
            lambda: self._temporary("under-way").exists() or None, what="the function to be under way", seconds=10
        )

    def let_go_on(self) -> None:
        """Make the file ``go-on`` for it."""
        self._temporary("go-on").touch()

    def _temporary(self, name: str) -> Path:
        return self.environment._folder / "tmp" / name

    def error(self, event: object = None) -> dict[str, Any]:
        """Invoke, and expect it to fail."""
        outcome = self.invoke(event)
        assert outcome.is_error, outcome
        document = json.loads(outcome.payload)
        assert isinstance(document, dict)
        return document


@pytest.fixture(scope="session", autouse=True)
def fork_servers() -> Iterator[None]:
    """Provide nothing is left when the tests have ended."""
    if "COVERAGE_FOLDER" in os.environ:
        forking._PROGRAM = deployed.measured(forking._PROGRAM)
        # an init ends by itself, and says what it has run, where it is not killed
        signal.pidfd_send_signal = lambda *_: None
    yield
    FORK_SERVERS.stop()


@pytest.fixture(params=["namespaces", "plain"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Provide what a function gets of AWS's file system: all of it, or the nearest thing."""
    kind = str(request.param)
    if kind == "plain":
        monkeypatch.setenv("LAMBDA_PROCESS_NAMESPACES", "0")
    elif not FORK_SERVERS.current().isolated:
        pytest.skip("this machine allows no namespaces")
    return kind


@pytest.fixture
def isolated() -> bool:
    """Provide whether functions get AWS's file system on this machine: where not, the README says what differs."""
    return FORK_SERVERS.current().isolated


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """Provide one LocalStack for all tests of this folder, on a free port."""
    engine = TestEngine(free_port(), ends_with_us=True)
    engine.start()
    try:
        with LIFELINE.held_to(engine):
            yield Cloud(engine.endpoint_url)
    finally:
        engine.stop()


@pytest.fixture
def deploy(cloud: Cloud) -> Iterator[MakeDeployed]:
    """Create functions; every one is deleted at the end of the test."""
    yield from deployed.deploying(cloud)


@pytest.fixture
def queue(cloud: Cloud) -> str:
    """Provide a queue's ARN."""
    name = f"q-{uuid.uuid4().hex}"
    cloud.client("sqs").create_queue(QueueName=name)
    return f"arn:aws:sqs:us-east-1:000000000000:{name}"


type MakeFunction = Callable[..., Function]


@pytest.fixture
def make_function(tmp_path: Path, file_system: str) -> Iterator[MakeFunction]:  # noqa: ARG001
    """Make environments from source text; every one is stopped at the end of the test."""
    environments: list[ExecutionEnvironment] = []
    copies = WorkingCopies()

    def make(
        source: str,
        *,
        handler: str = "function.handler",
        timeout: float = 5.0,
        variables: dict[str, str] | None = None,
        log_format: str = "Text",
        response_limit_bytes: int = 6_291_556,
        start: bool = True,
    ) -> Function:
        package = tmp_path / f"code-{len(environments)}"
        package.mkdir(mode=0o755)
        (package / "function.py").write_text(textwrap.dedent(source))
        code = copies.acquire(package, writable=FORK_SERVERS.current().isolated)

        def launch(runtime_api: str, folder: Path) -> tuple[Forked, PathTranslation]:
            service = {"_HANDLER": handler, "AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "f"}
            if log_format == "JSON":
                service |= {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "Info"}
            environment = function_environment(service, variables or {}, runtime=RUNTIME, runtime_api=runtime_api)
            return launches.launch(launches.Program(code, environment), folder)

        environment = ExecutionEnvironment(
            FunctionSpec(timeout, 128, response_limit_bytes),
            _log(log_format),
            launch,
            on_end=lambda: copies.release(package),
        )
        environments.append(environment)
        if start:
            environment.start()
        return Function(environment)

    yield make
    for environment in environments:
        environment.stop()


def _log(log_format: str) -> PlatformLog:
    version, arn = f"{RUNTIME}.v0", "arn:aws:lambda:us-east-1::runtime:0"
    if log_format == "JSON":
        return JsonLog(version, arn, "$LATEST", "f", "on-demand")
    return TextLog(version, arn, "$LATEST")
