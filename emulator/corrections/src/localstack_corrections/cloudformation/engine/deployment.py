"""One deployment of a stack, from the first resource to a state that AWS knows: complete, rolled back or failed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localstack.aws.api.cloudformation import ChangeAction, ExecutionStatus, ResourceStatus

from localstack_corrections.cloudformation import statuses
from localstack_corrections.cloudformation.engine import exports, snapshots
from localstack_corrections.cloudformation.engine.executor import RETAINED, Executor
from localstack_corrections.cloudformation.engine.journal import Created, Journal, Replaced, Updated
from localstack_corrections.cloudformation.records import Records, specified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localstack_corrections.cloudformation.engine.journal import Entry
    from localstack_corrections.cloudformation.records import Record

LOG = logging.getLogger(__name__)
_REMEMBERED = (
    "template", "processed_template", "template_body", "description", "tags",
    "resolved_parameters", "resolved_resources", "resolved_outputs", "resolved_exports",
)  # fmt: skip


@dataclass
class Unfinished:
    """A deployment that failed and was not rolled back: what to return to, and what to undo for it."""

    before: dict[str, Any]
    is_creation: bool
    keeps_retained: bool = True
    """Whether a rollback leaves new resources whose deletion policy is ``Retain``.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, ``RetainExceptOnCreate``.
    """
    journal: Journal = field(default_factory=Journal)


class Deployment:
    """Executes a change set on its stack."""

    def __init__(
        self, change_set: Any, *, is_creation: bool, disable_rollback: bool = False, keeps_retained: bool = True
    ) -> None:
        self._change_set = change_set
        self._stack = change_set.stack
        self._disable_rollback = disable_rollback
        self._unfinished: Unfinished = getattr(self._stack, "unfinished", None) or Unfinished(
            {name: getattr(self._stack, name) for name in _REMEMBERED}, is_creation=is_creation
        )
        self._unfinished.keeps_retained = keeps_retained
        self._is_creation = self._unfinished.is_creation
        self._executor = Executor(change_set)
        self._executor.returns = getattr(self._stack, "returns", False)

    def run(self) -> None:
        """Execute the change set; end in a status that another deployment or a rollback can start from."""
        failure = self._executor.construct()
        self._unfinished.journal.extend(self._executor.journal)
        failure = failure or exports.refusal(self._stack, self._executor.outputs)
        if failure is None:
            self._complete()
            return
        LOG.error("stack %s: %s", self._stack.stack_name, failure)
        self._change_set.set_execution_status(ExecutionStatus.EXECUTE_FAILED)
        if self._executor.returns:
            self._stop(failure, "UPDATE_ROLLBACK_FAILED")
        elif self._disable_rollback:
            self._stop(failure, "CREATE_FAILED" if self._is_creation else "UPDATE_FAILED")
        else:
            prefix = begin_rollback(self._stack, self._unfinished, failure, self.verb)
            roll_back(self._stack, self._executor, self._unfinished, prefix)

    def _complete(self) -> None:
        stack, executor = self._stack, self._executor
        self._remember(executor.resources)
        if not self._is_creation and executor.has_cleanup():
            statuses.enter(stack, f"{self.verb}_COMPLETE_CLEANUP_IN_PROGRESS")
        executor.clean_up()
        snapshots.take_again(stack, executor)
        stack.unfinished = None
        stack.imports = executor.imports
        stack.change_set_id = self._change_set.change_set_id
        self._change_set.set_execution_status(ExecutionStatus.EXECUTE_COMPLETE)
        statuses.enter(stack, f"{self.verb}_COMPLETE")

    @property
    def verb(self) -> str:
        """Return what the statuses of the stack begin with."""
        if self._executor.returns:
            return "UPDATE_ROLLBACK"
        if getattr(self._change_set, "to_import", None):
            return "IMPORT"
        return "CREATE" if self._is_creation else "UPDATE"

    def _stop(self, failure: str, status: str) -> None:
        """Leave everything as the failure left it."""
        stack, executor = self._stack, self._executor
        done = {**stack.resolved_resources, **executor.resources}
        self._unfinished.before.setdefault("resource_states", copy.copy(stack.resource_states))
        template = _as_far_as_done(stack.processed_template, self._change_set.processed_template, done)
        self._remember({name: record for name, record in done.items() if record.get("PhysicalResourceId")})
        stack.template = stack.processed_template = template
        stack.unfinished = self._unfinished
        statuses.enter(stack, status, failure)

    def _remember(self, records: Records) -> None:
        stack, change_set = self._stack, self._change_set
        stack.resolved_resources = records
        stack.resolved_parameters = change_set.resolved_parameters
        stack.template = change_set.template
        stack.processed_template = change_set.processed_template
        stack.template_body = change_set.template_body
        stack.description = (change_set.template or {}).get("Description")
        stack.resolved_outputs = self._executor.outputs
        stack.resolved_exports = {
            output["ExportName"]: output["OutputValue"] for output in self._executor.outputs if output.get("ExportName")
        }


def _as_far_as_done(before: dict[str, Any] | None, after: dict[str, Any], done: Records) -> dict[str, Any]:
    """Return the template of a half-finished deployment, which the next one starts from."""
    old = (before or {}).get("Resources", {})
    resources = {name: after["Resources"].get(name) or old.get(name) for name in done}
    return {**after, "Resources": {name: resource for name, resource in resources.items() if resource}}


def begin_rollback(stack: Any, unfinished: Unfinished, reason: str, verb: str | None = None) -> str:
    """Put a stack in the status of a rollback, and return what the rollback's statuses begin with."""
    prefix = "IMPORT_" if verb == "IMPORT" else "" if unfinished.is_creation else "UPDATE_"
    why = statuses.of_rollback(reason, is_creation=unfinished.is_creation)
    statuses.enter(stack, f"{prefix}ROLLBACK_IN_PROGRESS", why)
    return prefix


def roll_back(stack: Any, executor: Executor, unfinished: Unfinished, prefix: str) -> None:
    """Undo a failed deployment: every old resource as it was, every new one deleted."""
    executor.returns = True
    changed, made = _parted(reversed(unfinished.journal))
    before: Records = unfinished.before["resolved_resources"]
    not_updated = [each.name for each in changed if not _update_back(executor, each, before)]
    for each in made:
        _stand_again(executor, each)
    _restore_states(stack, executor, {name: each for name, each in before.items() if name not in not_updated})
    left = _delete_new(executor, made, keeps_retained=unfinished.keeps_retained)
    for name in _REMEMBERED:
        setattr(stack, name, unfinished.before[name])
    stack.unfinished = None
    if unfinished.is_creation:
        # the deletion of the stack tries again
        stack.resolved_resources, stack.resolved_outputs, stack.resolved_exports = left, [], {}
    _forget_states(stack)
    failures = {"update": not_updated, "delete": list(left)}
    if reasons := [statuses.failed_to(verb, names) for verb, names in failures.items() if names]:
        statuses.enter(stack, f"{prefix}ROLLBACK_FAILED", " ".join(reasons))
    else:
        statuses.enter(stack, f"{prefix}ROLLBACK_COMPLETE")


def _parted(entries: Iterable[Entry]) -> tuple[list[Updated], list[Created | Replaced]]:
    """Return what was changed in place, and what is new: an order in which nothing needs what is gone already."""
    changed: list[Updated] = []
    made: list[Created | Replaced] = []
    for entry in entries:
        if isinstance(entry, Updated):
            changed.append(entry)
        else:
            made.append(entry)
    return changed, made


def _delete_new(executor: Executor, made: Iterable[Created | Replaced], *, keeps_retained: bool) -> Records:
    """Delete what a failed deployment has made; return what could not be deleted."""
    left: Records = {}
    for entry in made:
        if isinstance(entry, Replaced) and entry.record["PhysicalResourceId"] == entry.before["PhysicalResourceId"]:
            continue
        is_new = isinstance(entry, Created)
        is_kept = is_new and keeps_retained and entry.record.get("DeletionPolicy") == "Retain"
        if executor.delete(entry.name, entry.record, retained=is_kept, removed=is_new):
            left[entry.name] = entry.record
    return left


def _stand_again(executor: Executor, entry: Created | Replaced) -> None:
    if isinstance(entry, Replaced):
        old = entry.before
        executor.report(entry.name, old["Type"], old["PhysicalResourceId"], ResourceStatus.UPDATE_COMPLETE)


def _update_back(executor: Executor, entry: Updated, before: Records) -> bool:
    old = entry.before
    physical_id = old["PhysicalResourceId"]
    executor.report(entry.name, old["Type"], physical_id, ResourceStatus.UPDATE_IN_PROGRESS)
    record: Record
    record, reason = executor.act(ChangeAction.Modify, entry.name, old["Type"], specified(old), entry.record)
    done = not record["ResourceStatus"].endswith("_FAILED")
    status = ResourceStatus.UPDATE_COMPLETE if done else ResourceStatus.UPDATE_FAILED
    executor.report(entry.name, old["Type"], physical_id, status, reason)
    if done and entry.name in before:
        before[entry.name] = {**old, "Properties": record["Properties"]}
    return done


def _restore_states(stack: Any, executor: Executor, before: Records) -> None:
    """Let each logical id stand for the old resource again where a new one, or nothing, has failed under it."""
    for name, old in before.items():
        state = stack.resource_states.get(name) or {}
        if state.get("ResourceStatus", "").endswith("_FAILED"):
            executor.report(name, old["Type"], old["PhysicalResourceId"], ResourceStatus.UPDATE_COMPLETE)


def _forget_states(stack: Any) -> None:
    """Keep a state for each resource that the stack has, and for no other."""
    for name in set(stack.resource_states) - set(stack.resolved_resources):
        stack.resource_states.pop(name)


def delete_all(stack: Any, executor: Executor, retained: Iterable[str] = ()) -> list[str]:
    """Delete every resource of a stack, dependants first; return the logical ids that could not be deleted."""
    keep = set(retained)
    failed = []
    for name, record in reversed(list(stack.resolved_resources.items())):
        is_kept = name in keep or record.get("DeletionPolicy") in RETAINED
        if executor.delete(name, record, retained=is_kept):
            failed.append(name)
        else:
            stack.resolved_resources.pop(name)
    return failed
