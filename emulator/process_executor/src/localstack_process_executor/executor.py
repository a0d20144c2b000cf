"""LocalStack's side: what its Lambda service asks of a runtime executor, answered with processes.

The contract is :class:`localstack.services.lambda_.invocation.runtime_executor.RuntimeExecutor` of 4.14.0. Whoever has
no function pays for this module and the patches alone: what runs functions is imported with the first one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack import config
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from localstack_process_executor.patches import first_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult

    from localstack_process_executor.environments.function_versions import FunctionVersionEnvironment
    from localstack_process_executor.environments.output import InvocationLog

_HOST = "127.0.0.1"


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment of one function version, as a process of this machine."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002
        super().__init__(id=id, function_version=function_version)
        self.client_context: str | None = None
        """Of the next invocation; see :mod:`service_patches`."""
        self._environment: FunctionVersionEnvironment | None = None
        self._delivery: tuple[Callable[[InvocationLog], None], Callable[[], bool]] | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process. Raises for a failed initialisation only where it was provisioned."""
        from localstack_process_executor.environments.function_versions import FunctionVersionEnvironment

        self._environment = FunctionVersionEnvironment(self.function_version, env_vars)
        if self._delivery:
            self._environment.deliver_log_to(*self._delivery)
        self._environment.start()

    def deliver_log_to(self, deliver: Callable[[InvocationLog], None], has_room: Callable[[], bool]) -> None:
        """Hand on what an invocation logs while it runs, as long as there is room; to be said before the start."""
        self._delivery = deliver, has_room

    def take_log(self) -> InvocationLog | None:
        """Return what has been logged and is of no invocation yet: of an initialisation that was provisioned."""
        return self._environment.take_log() if self._environment else None

    def stop(self) -> None:
        """End the process and remove its files, after the invocation that is under way. May be called again."""
        if self._environment:
            self._environment.stop()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one invocation; ``payload`` is what ``ExecutionEnvironment.invoke`` of the service makes."""
        assert self._environment
        return self._environment.invoke(payload, self.client_context)

    def get_address(self) -> str:
        """Return where the environment is, for LocalStack."""
        return _HOST

    def get_endpoint_from_executor(self) -> str:
        """Return where LocalStack is, for the environment."""
        return _HOST

    def get_runtime_endpoint(self) -> str:
        """Return nothing of ours calls LocalStack back: the runtime API is served to the process directly."""
        return f"http://{_HOST}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        """Return every invocation returns its own log; there is no other."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack code and layers. A function we cannot run fails here, and the reason is its ``StateReason``."""
        from localstack_process_executor.environments import function_versions

        function_versions.prepare(function_version)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Do nothing: nothing outlives the environments of a version."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Accept any machine: nothing is needed but this package."""
        first_function.patch_with_the_first_function()
        return True
