"""Machines that are deleted while executions run."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import EXECUTION, PROVIDER, SERVICE, STATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_DELETING = "DELETING"


def _describe_deleting(module: ModuleType) -> None:
    machine = module.StateMachineInstance
    describe: Callable[[Any], dict[str, Any]] = machine.describe
    machine.is_deleting = False

    @wraps(describe)
    def described(self: Any) -> dict[str, Any]:
        answer = describe(self)
        if self.is_deleting:
            answer["status"] = _DELETING
        return answer

    machine.describe = described


def _has_running_executions(store: Any, arn: str) -> bool:
    return any(
        execution.state_machine_arn == arn and execution.exec_status == "RUNNING"
        for execution in list(store.executions.values())
    )


def _remove(store: Any, machine: Any) -> None:
    for arn in [machine.arn, *machine.versions.values()]:
        store.state_machines.pop(arn, None)


def _delete_when_all_have_ended(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    delete = provider.delete_state_machine

    @wraps(delete)
    def delete_state_machine(self: Any, context: Any, state_machine_arn: str, **options: Any) -> Any:
        self._validate_state_machine_arn(state_machine_arn)
        store = self.get_store(context)
        machine = store.state_machines.get(state_machine_arn)
        revision = isinstance(machine, module.StateMachineRevision)
        if revision and _has_running_executions(store, state_machine_arn):
            machine.is_deleting = True
            return module.DeleteStateMachineOutput()
        return delete(self, context, state_machine_arn=state_machine_arn, **options)

    provider.delete_state_machine = delete_state_machine
    _refuse_what_is_deleted(module)


def _refuse_what_is_deleted(module: ModuleType) -> None:
    from localstack.aws.api.stepfunctions import StateMachineDeleting

    provider = module.StepFunctionsProvider

    def check(machine: Any) -> None:
        if getattr(machine, "is_deleting", False):
            raise StateMachineDeleting(f"State Machine is being deleted: '{machine.arn}'")

    def refusing(name: str) -> None:
        operation = getattr(provider, name)

        @wraps(operation)
        def checked(self: Any, context: Any, state_machine_arn: str, **options: Any) -> Any:
            store = self.get_store(context)
            alias = store.aliases.get(state_machine_arn)
            check(store.state_machines.get(state_machine_arn.rpartition(":")[0] if alias else state_machine_arn))
            return operation(self, context, state_machine_arn=state_machine_arn, **options)

        setattr(provider, name, checked)

    for name in ("start_execution", "start_sync_execution", "update_state_machine", "publish_state_machine_version"):
        refusing(name)
    create = provider.create_state_machine

    @wraps(create)
    def create_state_machine(self: Any, context: Any, request: dict[str, Any], **options: Any) -> Any:
        check(self._revision_by_name(context=context, name=request["name"]))
        return create(self, context, request, **options)

    provider.create_state_machine = create_state_machine


def _remove_after_the_last(module: ModuleType) -> None:
    communication = module.BaseExecutionWorkerCommunication
    terminated = communication.terminated

    @wraps(terminated)
    def ended(self: Any) -> None:
        terminated(self)
        from localstack.services.stepfunctions.backend.store import sfn_stores

        execution = self.execution
        store = sfn_stores[execution.account_id][execution.region_name]
        machine = store.state_machines.get(execution.state_machine_arn)
        if machine is not None and machine.is_deleting and not _has_running_executions(store, machine.arn):
            _remove(store, machine)

    communication.terminated = ended


def _end_at_the_next_state(module: ModuleType) -> None:
    state = module.CommonStateField
    original = state._eval_body

    @wraps(original)
    def eval_body(self: Any, env: Any) -> None:
        name = _deleted_machine_of(env)
        if name is None:
            original(self, env)
        else:
            env.set_error({"error": "States.Runtime", "cause": f"State machine {name} has been deleted."})

    state._eval_body = eval_body


def _deleted_machine_of(env: Any) -> str | None:
    """Return the name of the machine that runs, if it is being deleted."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    details = env.aws_execution_details
    arn = env.states.context_object.context_object_data["StateMachine"]["Id"]
    unqualified = ":".join(arn.split(":")[:7])
    machine = sfn_stores[details.account][details.region].state_machines.get(unqualified)
    return machine.name if getattr(machine, "is_deleting", False) else None


CORRECTION = Correction(
    name="deleted-machines",
    localstack="Removes a machine at once, although executions of it still run.",
    aws=(
        "A machine is `DELETING` until its last execution has ended, and accepts no new one. Executions fail at their"
        " next state, with `States.Runtime`."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html,"
    " https://repost.aws/knowledge-center/step-functions-stuck-deleting-status",
    patches={
        f"{SERVICE}.backend.state_machine": _describe_deleting,
        EXECUTION: _remove_after_the_last,
        STATE: _end_at_the_next_state,
        PROVIDER: _delete_when_all_have_ended,
    },
)
