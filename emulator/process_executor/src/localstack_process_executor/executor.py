"""LocalStack's side: what its Lambda service asks of a runtime executor, answered with processes.

The contract is :class:`localstack.services.lambda_.invocation.runtime_executor.RuntimeExecutor` of 4.14.0.
"""

import logging
import sys
from functools import cache
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    InvocationResult,
)
from localstack.services.lambda_.invocation.runtime_executor import (
    LambdaRuntimeException,
    RuntimeExecutor,
)

from localstack_process_executor import launches
from localstack_process_executor.environment import (
    ExecutionEnvironment,
    FunctionSpec,
    Invocation,
)
from localstack_process_executor.function_environment import function_environment
from localstack_process_executor.platform_log import JsonLog, PlatformLog, TextLog
from localstack_process_executor.process import Launch

LOG = logging.getLogger(__name__)
SUPPORTED_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
_HOST = "127.0.0.1"


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment of one function version, as a process of this machine."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002
        super().__init__(id=id, function_version=function_version)
        self._environment: ExecutionEnvironment | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process. Raises for a failed initialisation only where it was provisioned.

        Elsewhere the first invocation reports it: the service keeps no log of a start that raises.
        """
        version = self.function_version
        initialization_type = str(env_vars["AWS_LAMBDA_INITIALIZATION_TYPE"])

        def make_launch(runtime_api: str, folder: Path) -> Launch:
            variables = function_environment(
                env_vars,
                version.config.environment or {},
                runtime=str(version.config.runtime),
                runtime_api=runtime_api,
            )
            return launches.make_launch(_code_path(version), variables, folder)

        self._environment = ExecutionEnvironment(
            _spec(version), _platform_log(version, initialization_type), make_launch
        )
        self._environment.start()
        if initialization_type == InitializationType.provisioned_concurrency and self._environment.init_failed:
            raise LambdaRuntimeException("FUNCTION_ERROR_INIT_FAILURE")

    def stop(self) -> None:
        """End the process and remove its files. May interrupt an invocation, and be called again."""
        if self._environment:
            self._environment.stop()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one invocation; ``payload`` is what ``ExecutionEnvironment.invoke`` of the service makes."""
        assert self._environment
        request_id = payload["invoke-id"]
        outcome = self._environment.invoke(
            Invocation(
                request_id=request_id,
                invoked_arn=payload["invoked-function-arn"],
                payload=payload["payload"].encode() or b"{}",
                trace_id=payload["trace-id"],
            )
        )
        return InvocationResult(request_id, outcome.payload, is_error=outcome.is_error, logs=outcome.log)

    def get_address(self) -> str:
        """Where the environment is, for LocalStack."""
        return _HOST

    def get_endpoint_from_executor(self) -> str:
        """Where LocalStack is, for the environment."""
        return _HOST

    def get_runtime_endpoint(self) -> str:
        """Nothing of ours calls LocalStack back: the runtime API is served to the process directly."""
        return f"http://{_HOST}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        """Every invocation returns its own log; there is no other."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack the code. A function we cannot run fails here, and the reason is its ``StateReason``."""
        runtime = function_version.config.runtime
        if runtime != SUPPORTED_RUNTIME:
            found = runtime or f"package type {function_version.config.package_type}"
            raise LambdaRuntimeException(
                f"The process executor runs {SUPPORTED_RUNTIME} functions in zip packages, and "
                f"{function_version.id.function_name} is {found}. "
                "Hint: use LAMBDA_RUNTIME_EXECUTOR=docker for other runtimes."
            )
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing outlives the environments of a version."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Nothing is needed but this package, which is here."""
        if not launches.has_namespaces():
            LOG.info("No mount namespaces: functions run in their code's folder.")
        return True


def _code_path(version: FunctionVersion) -> Path:
    if not version.config.code:
        raise LambdaRuntimeException(f"{version.qualified_arn} has no code package")
    return Path(version.config.code.get_unzipped_code_location())


def _spec(version: FunctionVersion) -> FunctionSpec:
    return FunctionSpec(
        timeout_seconds=float(version.config.timeout),
        memory_size_mb=version.config.memory_size,
        response_limit_bytes=config.LAMBDA_LIMITS_MAX_FUNCTION_PAYLOAD_SIZE_BYTES,
    )


@cache
def _runtime_version() -> tuple[str, str]:
    """AWS names a build of the runtime ``python3.13.vNN``; ours says which Python it is."""
    name = f"{SUPPORTED_RUNTIME}.v{sys.version_info.micro}"
    return name, f"arn:aws:lambda:us-east-1::runtime:{name.replace('.', '-')}"


def _platform_log(version: FunctionVersion, initialization_type: str) -> PlatformLog:
    logging_config = version.config.logging_config
    name, arn = _runtime_version()
    qualifier = version.id.qualifier
    if logging_config.get("LogFormat") != "JSON":
        return TextLog(name, arn, qualifier)
    level = str(logging_config.get("SystemLogLevel") or "INFO")
    function = version.id.function_name
    return JsonLog(name, arn, qualifier, function, initialization_type, level)
