"""Revisions, versions and aliases of state machines."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER, SERVICE

if TYPE_CHECKING:
    from types import ModuleType

_INITIAL: Final = "INITIAL"


def _take_as_aws(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    publish, start_sync, update = (
        provider.publish_state_machine_version,
        provider.start_sync_execution,
        provider.update_state_machine,
    )

    @wraps(publish)
    def publish_version(
        self: Any, context: Any, state_machine_arn: str, revision_id: str | None = None, **options: Any
    ) -> Any:
        machine = self.get_store(context).state_machines.get(state_machine_arn)
        if revision_id == _INITIAL and machine is not None and machine.revision_id is None:
            revision_id = None
        return publish(self, context, state_machine_arn=state_machine_arn, revision_id=revision_id, **options)

    @wraps(start_sync)
    def start_sync_execution(self: Any, context: Any, state_machine_arn: str, **options: Any) -> Any:
        alias = self.get_store(context).aliases.get(state_machine_arn)
        arn = state_machine_arn if alias is None else alias.sample()
        return start_sync(self, context, state_machine_arn=arn, **options)

    @wraps(update)
    def update_state_machine(
        self: Any, context: Any, state_machine_arn: str, tracing_configuration: Any = None, **options: Any
    ) -> Any:
        machine = self.get_store(context).state_machines.get(state_machine_arn)
        if machine is not None and tracing_configuration is not None:
            machine.tracing_config = tracing_configuration
            if not any(options.get(name) for name in ("definition", "role_arn", "logging_configuration")):
                # the same role again: what the released operation takes as an update without a change
                options["role_arn"] = machine.role_arn
        return update(self, context, state_machine_arn=state_machine_arn, **options)

    provider.publish_state_machine_version = publish_version
    provider.start_sync_execution = start_sync_execution
    provider.update_state_machine = update_state_machine


def _share_aliases(module: ModuleType) -> None:
    """Let a machine be copied, which happens for each execution: an alias has a lock, which cannot be."""

    def itself(alias: Any, _: dict[int, Any]) -> Any:
        return alias

    module.Alias.__deepcopy__ = itself


CORRECTION = Correction(
    name="machine-versions",
    localstack=(
        "Starts no execution of a machine that has an alias, nor a synchronous one by alias, knows no revision "
        "`INITIAL`, and rejects an update of the tracing configuration alone."
    ),
    aws="`INITIAL` is the revision of a machine that was never updated; an alias runs one of its versions by weight.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html",
    patches={PROVIDER: _take_as_aws, f"{SERVICE}.backend.alias": _share_aliases},
)
