"""LocalStack's function versions as processes. Imported with the first function: an idle emulator needs none."""

import hashlib
import logging
import math
from collections.abc import Mapping
from functools import cache
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

from localstack_process_executor.environments import debugging, forking, interpreters, launches
from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.code_packages import WorkingCopies, state_of
from localstack_process_executor.environments.environment import (
    ExecutionEnvironment,
    FunctionSpec,
    Invocation,
    init_seconds,
)
from localstack_process_executor.environments.forking import Forked
from localstack_process_executor.environments.interpreters import OWN_VERSION, Interpreter
from localstack_process_executor.environments.output import InvocationLog
from localstack_process_executor.environments.platform_log import JsonLog, PlatformLog, TextLog
from localstack_process_executor.environments.tracing import trace_id
from localstack_process_executor.environments.variables import function_environment

LOG = logging.getLogger(__name__)
_COPIES = WorkingCopies()

type Archive = S3Code | HotReloadingCode


class FunctionVersionEnvironment:
    """An execution environment of one of LocalStack's function versions."""

    def __init__(self, version: FunctionVersion, env_vars: Mapping[str, str]) -> None:
        """``env_vars`` are what LocalStack's service has computed for it."""
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

    def take_log(self) -> InvocationLog:
        """What has been logged and is of no invocation yet."""
        return InvocationLog(self._environment.take_log())

    def stop(self) -> None:
        """End the process and remove its files, after the invocation that is under way. May be called again."""
        self._environment.stop()

    def invoke(self, payload: Mapping[str, str], client_context: str | None) -> InvocationResult:
        """Run one invocation; ``payload`` is what ``ExecutionEnvironment.invoke`` of the service makes."""
        request_id = payload["invoke-id"]
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
        interpreter = _interpreter(str(version.config.runtime))
        debug_address = debugging.address_for(version.id.function_name)
        code, *layers = (self._place_of(archive) for archive in _archives(version))
        watched = [Path(a.get_unzipped_code_location()) for a in _archives(version) if a.is_hot_reloading()]

        def launch(runtime_api: str, folder: Path) -> tuple[Forked, PathTranslation]:
            variables = function_environment(
                env_vars,
                version.config.environment or {},
                runtime=str(version.config.runtime),
                runtime_api=runtime_api,
            )
            return launches.launch(launches.Program(code, variables, layers, interpreter, debug_address), folder)

        timeout = math.inf if debug_address else float(version.config.timeout)
        return ExecutionEnvironment(
            FunctionSpec(
                timeout_seconds=timeout,
                memory_size_mb=version.config.memory_size,
                response_limit_bytes=config.LAMBDA_LIMITS_MAX_FUNCTION_PAYLOAD_SIZE_BYTES,
                init_seconds=init_seconds(self._initialization_type, timeout),
            ),
            _platform_log(version, env_vars, interpreter),
            launch,
            code_state=(lambda: state_of(watched)) if watched else (lambda: None),
            on_end=self._release,
        )

    def _place_of(self, archive: Archive) -> Path:
        """Where the environment finds an archive's files: the person's folder, or a copy of its own."""
        package = Path(archive.get_unzipped_code_location())
        if archive.is_hot_reloading():
            return package
        # a version that was used long ago may have been tidied away
        archive.prepare_for_execution()
        copy = _COPIES.acquire(package, writable=forking.FORK_SERVERS.current().isolated)
        self._copied.append(package)
        return copy

    def _release(self) -> None:
        while self._copied:
            _COPIES.release(self._copied.pop())


def prepare(version: FunctionVersion) -> None:
    """Unpack code and layers. A function we cannot run fails here, and the reason is its ``StateReason``."""
    _check_runtime(version)
    for code in _archives(version):
        _check_folder(version, code)
        code.prepare_for_execution()
    forking.head_start(_interpreter(str(version.config.runtime)))


def _archives(version: FunctionVersion) -> list[Archive]:
    """The code's archive and the layers', in their order."""
    if not version.config.code:
        raise LambdaRuntimeException(f"{version.qualified_arn} has no code package")
    return [version.config.code, *(layer.code for layer in version.config.layers if layer.code)]


def _check_runtime(version: FunctionVersion) -> None:
    """:raises LambdaRuntimeException: for a function that is not Python in a zip package; says what to do."""
    runtime = version.config.runtime
    if not interpreters.version_of(runtime):
        found = runtime or f"package type {version.config.package_type}"
        raise LambdaRuntimeException(
            f"The process executor runs Python functions in zip packages, and {version.id.function_name} is {found}. "
            "Hint: use LAMBDA_RUNTIME_EXECUTOR=docker for other runtimes."
        )


def _check_folder(version: FunctionVersion, code: Archive) -> None:
    """:raises LambdaRuntimeException: code is to be reloaded from a folder that is none; says what to do."""
    folder = code.get_unzipped_code_location()
    if code.is_hot_reloading() and not folder.is_dir():
        raise LambdaRuntimeException(
            f"{version.id.function_name} is to be reloaded from {folder}, and there is no such folder. "
            "Hint: S3Key is the absolute path of a folder on the machine that LocalStack runs on."
        )


@cache
def _interpreter(runtime: str) -> Interpreter:
    """The Python of a runtime, or LocalStack's own with one warning."""
    wanted = interpreters.version_of(runtime) or OWN_VERSION
    if found := interpreters.find(wanted):
        return found
    hint = f"install it, e.g. with 'pyenv install {wanted}' or 'uv python install {wanted}'."
    if not interpreters.is_supported(wanted):
        hint = f"the oldest that AWS's runtime client runs on is Python {interpreters.OLDEST}."
    LOG.warning(
        "No Python %s can be used on this machine; functions of runtime %s run on Python %s. Hint: %s",
        wanted,
        runtime,
        OWN_VERSION,
        hint,
    )
    return interpreters.own()


def _platform_log(version: FunctionVersion, env_vars: Mapping[str, str], interpreter: Interpreter) -> PlatformLog:
    logging_config = version.config.logging_config
    name, arn = _runtime_version(interpreter, version.id.region)
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


def _runtime_version(interpreter: Interpreter, region: str) -> tuple[str, str]:
    """AWS names a build of the runtime ``python:3.13.vNN``; ours says which patch release it is."""
    name = f"python:{interpreter.version}.v{interpreter.micro}"
    return name, f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(name.encode()).hexdigest()}"
