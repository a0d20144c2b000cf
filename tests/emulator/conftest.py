"""Execution environments of the plugin, without LocalStack: real processes on this machine."""

from __future__ import annotations

import json
import textwrap
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from localstack_process_executor import launches
from localstack_process_executor.environment import ExecutionEnvironment, FunctionSpec, Invocation, Outcome
from localstack_process_executor.function_environment import function_environment
from localstack_process_executor.platform_log import JsonLog, TextLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localstack_process_executor.platform_log import PlatformLog
    from localstack_process_executor.process import Launch

RUNTIME = "python3.13"


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
        assert not outcome.is_error, outcome
        return json.loads(outcome.payload)

    def error(self, event: object = None) -> dict[str, Any]:
        """Invoke, and expect it to fail."""
        outcome = self.invoke(event)
        assert outcome.is_error, outcome
        document = json.loads(outcome.payload)
        assert isinstance(document, dict)
        return document


type MakeFunction = Callable[..., Function]


@pytest.fixture
def make_function(tmp_path: Path) -> Iterator[MakeFunction]:
    """Make environments from source text; every one is stopped at the end of the test."""
    environments: list[ExecutionEnvironment] = []

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
        code = tmp_path / f"code-{len(environments)}"
        code.mkdir(mode=0o755)
        (code / "function.py").write_text(textwrap.dedent(source))

        def make_launch(runtime_api: str, folder: Path) -> Launch:
            service = {"_HANDLER": handler, "AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "f"}
            if log_format == "JSON":
                service |= {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "Info"}
            environment = function_environment(service, variables or {}, runtime=RUNTIME, runtime_api=runtime_api)
            return launches.make_launch(code, environment, folder)

        environment = ExecutionEnvironment(
            FunctionSpec(timeout, 128, response_limit_bytes), _log(log_format), make_launch
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
