"""Read the executions of deployed state machines, and change what runs."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from localdev.executions.client import ExecutionsClient
from localdev.executions.control import ExecutionsControl, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from localdev.deployment.places import Places
    from localdev.engines.clients import Clients
    from localdev.executions.definition import Definition
    from localdev.executions.history import Attempt, History
    from localdev.executions.logs import Invocation
    from localdev.executions.records import Execution, ExecutionSummary, ExpressExecutions, FailedIn, Page, StateMachine

_PAGE: Final = 25


def executions_client(clients: Clients) -> ExecutionsClient:
    """Return a client that reads executions, histories and log lines from where the clients call."""
    return ExecutionsClient(clients.client("stepfunctions"), clients.client("logs"), clients.client("lambda"))


class ExecutionsEverywhere(ExecutionsClient):
    """Reads from every account and region of an engine: of what an ARN names, from where the ARN says."""

    def __init__(self, places: Places) -> None:
        here = places.all()[0]
        super().__init__(here.client("stepfunctions"), here.client("logs"), here.client("lambda"))
        self._places = places
        self._readers: dict[Clients, ExecutionsClient] = {}
        self._making = Lock()

    def _at(self, clients: Clients) -> ExecutionsClient:
        with self._making:
            if clients not in self._readers:
                self._readers[clients] = executions_client(clients)
            return self._readers[clients]

    def _of(self, arn: str) -> ExecutionsClient:
        return self._at(self._places.of(arn))

    def state_machines(self) -> Iterator[StateMachine]:
        """Yield every state machine of every account and region, by name."""
        found = (machine for clients in self._places.all() for machine in self._at(clients).state_machines())
        yield from sorted(found, key=lambda machine: machine.name)

    def state_machine(self, arn: str) -> StateMachine:
        """Return one state machine."""
        return self._of(arn).state_machine(arn)

    def current_definition(self, state_machine_arn: str) -> Definition:
        """Return a state machine's definition as it is now."""
        return self._of(state_machine_arn).current_definition(state_machine_arn)

    def executions(
        self, state_machine_arn: str, *, status: str | None = None, after: str | None = None, size: int = _PAGE
    ) -> Page[ExecutionSummary]:
        """Return a page of a Standard state machine's executions, newest first."""
        return self._of(state_machine_arn).executions(state_machine_arn, status=status, after=after, size=size)

    def express_executions(self, state_machine_arn: str) -> ExpressExecutions:
        """Return the newest Express executions that the state machine's log group tells of, newest first."""
        return self._of(state_machine_arn).express_executions(state_machine_arn)

    def execution(self, arn: str) -> Execution:
        """Return one execution."""
        return self._of(arn).execution(arn)

    def history(self, arn: str) -> History:
        """Return what an execution did."""
        return self._of(arn).history(arn)

    def history_with_injected(self, arn: str, known: History | None = None) -> History:
        """Return what an execution did, and what was mocked and injected in it by a test."""
        return self._of(arn).history_with_injected(arn, known)

    def end_of_history(self, arn: str) -> History:
        """Return what the end of a long history says that an execution did; of any other one, all that it did."""
        return self._of(arn).end_of_history(arn)

    def executions_of_map_run(self, arn: str, *, size: int, after: str | None = None) -> Page[ExecutionSummary]:
        """Return the first executions of a distributed Map's run."""
        return self._of(arn).executions_of_map_run(arn, size=size, after=after)

    def parent_of_map_run(self, arn: str) -> str:
        """Return the ARN of the execution whose distributed Map a run is of."""
        return self._of(arn).parent_of_map_run(arn)

    def items_of_map_run(self, arn: str) -> int:
        """Return how many items a distributed Map's run has."""
        return self._of(arn).items_of_map_run(arn)

    def failed_in(self, arn: str, definition: Definition | None = None) -> FailedIn | None:
        """Return the state whose error ended a Standard execution, else the one that it entered last."""
        return self._of(arn).failed_in(arn, definition)

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition that an execution runs."""
        return self._of(execution_arn).definition(execution_arn)

    def invocations(self, attempt: Attempt, others: Collection[str] = ()) -> list[Invocation]:
        """Return the log lines of the invocation that an attempt was; one that has no ARN is looked for everywhere."""
        if attempt.function is None or attempt.function.startswith("arn:"):
            return self._of(attempt.function or "").invocations(attempt, others)
        found = (self._at(clients).invocations(attempt, others) for clients in self._places.all())
        return next((lines for lines in found if lines), [])


class ControlEverywhere(ExecutionsControl):
    """Changes what runs in every account and region of an engine."""

    def __init__(self, places: Places) -> None:
        self._places = places
        super().__init__(places.all()[0].client("stepfunctions"))

    def _of(self, arn: str) -> ExecutionsControl:
        return ExecutionsControl(self._places.of(arn).client("stepfunctions"))

    def start(self, state_machine_arn: str, document: str) -> str:
        """Start an execution with a JSON document as its input; its ARN."""
        return self._of(state_machine_arn).start(state_machine_arn, document)

    def stop(self, execution_arn: str, cause: str) -> None:
        """Stop an execution, which is then ``ABORTED``."""
        self._of(execution_arn).stop(execution_arn, cause)

    def redrive(self, execution_arn: str) -> None:
        """Let a failed execution go on from the state it failed in."""
        self._of(execution_arn).redrive(execution_arn)

    def send_success(self, token: str, output: str) -> None:
        """Let a task that waits for its token succeed with an output, which is JSON."""
        self._where_it_waits(lambda control: control.send_success(token, output))

    def send_failure(self, token: str, error: str, cause: str) -> None:
        """Let a task that waits for its token fail."""
        self._where_it_waits(lambda control: control.send_failure(token, error, cause))

    def _where_it_waits(self, answer: Callable[[ExecutionsControl], None]) -> None:
        """Give the answer in the account and region that knows the token, which does not say in which it was made."""
        refused: list[RefusedError] = []
        for clients in self._places.all():
            try:
                return answer(ExecutionsControl(clients.client("stepfunctions")))
            except RefusedError as error:
                refused.append(error)
        raise refused[0]
