"""Child executions of a Map Run: executions like others, of the state machine inside the Map state."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from localstack_corrections.stepfunctions.distributed_map.fields import Fields


@dataclass(frozen=True)
class Family:
    """Settings that all child executions of a Map Run share."""

    parent: Any
    """The execution that has the Map state."""
    program: Any
    machine: Any
    """The state machine inside the Map state."""
    map_run_arn: str
    express: bool


def family_of(env: Any, record: Any, program: Any, fields: Fields) -> Family:
    """Return what the children of a Map Run share."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    about, data = env.aws_execution_details, env.states.context_object.context_object_data
    parent = sfn_stores[about.account][about.region].executions[data["Execution"]["Id"]]
    machine = copy.copy(parent.state_machine)
    machine.arn = record.map_state_machine_arn
    machine.name = machine.arn.partition(":stateMachine:")[2]
    machine.definition = fields.child_definition
    machine.sm_type = "EXPRESS" if fields.express else "STANDARD"
    return Family(parent, program, machine, record.map_run_arn, fields.express)


def new_child(family: Family, document: Any) -> Any:
    """Return a child execution that has not begun, known to the service."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    parent, name = family.parent, str(uuid4())
    kind = "express" if family.express else "execution"
    arn = f"{family.machine.arn.replace(':stateMachine:', f':{kind}:')}:{name}"
    if family.express:
        arn = f"{arn}:{uuid4()}"
    child = _classes()(
        name=name,
        sm_type=family.machine.sm_type,
        role_arn=parent.role_arn,
        exec_arn=arn,
        account_id=parent.account_id,
        region_name=parent.region_name,
        state_machine=family.machine,
        start_date=datetime.now(tz=UTC),
        cloud_watch_logging_session=_logging(parent, arn),
        activity_store=parent._activity_store,
        input_data=document,
    )
    child.map_run_arn, child.program = family.map_run_arn, family.program
    sfn_stores[parent.account_id][parent.region_name].executions[arn] = child
    return child


def _logging(parent: Any, arn: str) -> Any:
    session = parent._cloud_watch_logging_session
    if session is None:
        return None
    return type(session)(execution_arn=arn, configuration=session.configuration)


@cache
def _classes() -> Any:
    """Return the class of child executions. LocalStack has loaded its own by now."""
    from localstack.services.stepfunctions.asl.eval.evaluation_details import EvaluationDetails
    from localstack.services.stepfunctions.backend.execution import Execution
    from localstack.services.stepfunctions.backend.execution_worker import SyncExecutionWorker

    class ChildWorker(SyncExecutionWorker):  # type: ignore[misc]
        """Runs the state machine inside the Map state, on the thread that starts it."""

        program: Any

        def _get_evaluation_entrypoint(self) -> Any:
            return self.program

    class MapChild(Execution):  # type: ignore[misc]
        """A child execution of a Map Run."""

        map_run_arn: str
        program: Any

        def run_here(self) -> None:
            """Run, or go on after a redrive, on this thread until the execution has ended."""
            if self.exec_worker is None:
                self.start()
            else:
                self.redrive()

        def can_resume(self) -> bool:
            """Return whether a redrive can go on where the execution has failed."""
            return hasattr(self, "redrive")

        def _get_start_execution_worker(self) -> Any:
            worker = ChildWorker(
                evaluation_details=EvaluationDetails(
                    aws_execution_details=self._get_start_aws_execution_details(),
                    execution_details=self.get_start_execution_details(),
                    state_machine_details=self.get_start_state_machine_details(),
                ),
                exec_comm=self._get_start_execution_worker_comm(),
                cloud_watch_logging_session=self._cloud_watch_logging_session,
                activity_store=self._activity_store,
            )
            worker.program = self.program
            return worker

        def publish_execution_status_change_event(self) -> None:
            """Publish nothing: whether AWS does is not documented, and a Map Run may have thousands."""

    return MapChild
