"""LocalStack's function versions as processes. Imported with the first function: an idle emulator needs none."""

import hashlib
import logging
import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    HotReloadingCode,
    InitializationType,
    InvocationResult,
    S3Code,
)
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException

from localstack_process_executor.environments import debugging, launches, runtimes
from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.code_packages import WorkingCopies, state_of
from localstack_process_executor.environments.environment import (
    ExecutionEnvironment,
    FunctionSpec,
    Invocation,
    init_seconds,
)
from localstack_process_executor.environments.forked import Forked
from localstack_process_executor.environments.output import InvocationLog
from localstack_process_executor.environments.platform_log import JsonLog, PlatformLog, TextLog
from localstack_process_executor.environments.restarts import outlasting_kills
from localstack_process_executor.environments.runtimes import Runtime
from localstack_process_executor.environments.tracing import trace_id
from localstack_process_executor.environments.variables import function_environment

LOG = logging.getLogger(__name__)
_COPIES = WorkingCopies()

type Archive = S3Code | HotReloadingCode


class FunctionVersionEnvironment:
    """An execution environment of one of LocalStack's function versions."""

    def __init__(self, version: FunctionVersion, env_vars: Mapping[str, str]) -> None:
        """Take the variables ``env_vars`` that LocalStack's service has computed."""
        self._version = version
        self._copied: list[Path] = []
        self._initialization_type = str(env_vars["AWS_LAMBDA_INITIALIZATION_TYPE"])
        self._environment = self._make_environment(env_vars)

    def start(self) -> None:
        """Start the process. Raises for a failed initialisation only where it was provisioned.

        Elsewhere the first invocation reports it: the service keeps no log of a start that raises.
        """
        self._environment.start()
        provisioned = self._initialization_type == InitializationType.provisioned_concurrency
        if provisioned and self._environment.init_failed:
            raise LambdaRuntimeException("FUNCTION_ERROR_INIT_FAILURE")

    def deliver_log_to(self, deliver: Callable[[InvocationLog], None], has_room: Callable[[], bool]) -> None:
        """Hand on what an invocation logs while it runs, as long as there is room for it."""
        self._environment.deliver_log_to(lambda events: deliver(InvocationLog(events)), has_room)

    def take_log(self) -> InvocationLog:
        """Return what has been logged and is of no invocation yet."""
        return InvocationLog(self._environment.take_log())

    def stop(self) -> None:
        """End the process and remove its files, after the invocation that is under way. May be called again."""
        self._environment.stop()

    def invoke(self, payload: Mapping[str, str], client_context: str | None) -> InvocationResult:
        """Run one invocation; ``payload`` is what ``ExecutionEnvironment.invoke`` of the service makes."""
        request_id = payload["invoke-id"]
        self._before(payload["payload"])
        outcome = self._environment.invoke(
            Invocation(
                request_id=request_id,
                invoked_arn=payload["invoked-function-arn"],
                payload=payload["payload"].encode() or b"{}",
                trace_id=trace_id(payload["trace-id"], payload["payload"]),
                client_context=client_context,
            )
        )
        logs = InvocationLog(outcome.events)
        return InvocationResult(request_id, outcome.payload, is_error=outcome.is_error, logs=logs)

    def _make_environment(self, env_vars: Mapping[str, str]) -> ExecutionEnvironment:
        version = self._version
        runtime = _runtime(version)
        debug_address = debugging.address_for(version.id.function_name)
        code, *layers = (self._place_of(archive) for archive in _archives(version))
        self._before = partial(runtime.before, version.id.function_name, code)
        watched = [Path(a.get_unzipped_code_location()) for a in _archives(version) if a.is_hot_reloading()]

        def launch(runtime_api: str, folder: Path) -> tuple[Forked, PathTranslation]:
            variables = function_environment(
                env_vars,
                version.config.environment or {},
                runtime=str(version.config.runtime),
                runtime_api=runtime_api,
            )
            return runtime.launch(launches.Program(code, variables, layers, debug_address), folder)

        timeout = math.inf if debug_address else float(version.config.timeout)
        return ExecutionEnvironment(
            FunctionSpec(
                timeout_seconds=timeout,
                memory_size_mb=version.config.memory_size,
                response_limit_bytes=config.LAMBDA_LIMITS_MAX_FUNCTION_PAYLOAD_SIZE_BYTES,
                init_seconds=init_seconds(self._initialization_type, timeout),
            ),
            _platform_log(version, env_vars, runtime),
            launch,
            code_state=(lambda: state_of(watched)) if watched else (lambda: None),
            on_end=self._release,
        )

    def _place_of(self, archive: Archive) -> Path:
        """Return where the environment finds an archive's files: the person's folder, or a copy of its own."""
        package = Path(archive.get_unzipped_code_location())
        if archive.is_hot_reloading():
            return package
        # a version that was used long ago may have been tidied away
        archive.prepare_for_execution()
        isolated = outlasting_kills(lambda: _runtime(self._version).isolated)
        copy = _COPIES.acquire(package, writable=isolated)
        self._copied.append(package)
        return copy

    def _release(self) -> None:
        while self._copied:
            _COPIES.release(self._copied.pop())


def prepare(version: FunctionVersion) -> None:
    """Unpack code and layers. A function we cannot run fails here, and the reason is its ``StateReason``."""
    runtime = _runtime(version)
    archives = _archives(version)
    for archive in archives:
        _check_folder(version, archive)
        archive.prepare_for_execution()
    code, *layers = (Path(archive.get_unzipped_code_location()) for archive in archives)
    runtime.prepare(version.id.function_name, code, layers, version.config.memory_size)


def _archives(version: FunctionVersion) -> list[Archive]:
    """Return the code's archive and the layers', in their order."""
    if not version.config.code:
        raise LambdaRuntimeException(f"{version.qualified_arn} has no code package")
    return [version.config.code, *(layer.code for layer in version.config.layers if layer.code)]


def _runtime(version: FunctionVersion) -> Runtime:
    """:raises LambdaRuntimeException: this executor cannot run the function; the message says what to do."""
    if runtime := runtimes.find(version.config.runtime):
        return runtime
    found = version.config.runtime or f"package type {version.config.package_type}"
    raise LambdaRuntimeException(
        f"The process executor runs functions in zip packages, and {version.id.function_name} is {found}. "
        "Hint: use LAMBDA_RUNTIME_EXECUTOR=docker for images."
    )


def _check_folder(version: FunctionVersion, code: Archive) -> None:
    """:raises LambdaRuntimeException: code is to be reloaded from a folder that is none; says what to do."""
    folder = code.get_unzipped_code_location()
    if code.is_hot_reloading() and not folder.is_dir():
        raise LambdaRuntimeException(
            f"{version.id.function_name} is to be reloaded from {folder}, and there is no such folder. "
            "Hint: S3Key is the absolute path of a folder on the machine that LocalStack runs on."
        )


def _platform_log(version: FunctionVersion, env_vars: Mapping[str, str], runtime: Runtime) -> PlatformLog:
    logging_config = version.config.logging_config
    name, arn = _build(runtime, version.id.region)
    qualifier, initialization_type = version.id.qualifier, str(env_vars["AWS_LAMBDA_INITIALIZATION_TYPE"])
    if logging_config.get("LogFormat") != "JSON":
        return TextLog(name, arn, qualifier, initialization_type)
    return JsonLog(
        name,
        arn,
        qualifier,
        version.id.function_name,
        initialization_type,
        str(logging_config.get("SystemLogLevel") or "INFO"),
        env_vars["AWS_LAMBDA_LOG_STREAM_NAME"],
        version.config.memory_size,
        version.id.unqualified_arn(),
        str(logging_config.get("ApplicationLogLevel") or "INFO"),
    )


def _build(runtime: Runtime, region: str) -> tuple[str, str]:
    """Return the name and the ARN of the runtime's build; AWS's names end in a number of its own."""
    name = runtime.build
    return name, f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(name.encode()).hexdigest()}"
