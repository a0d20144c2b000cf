"""Creates, updates and replaces the resources of one change set, and keeps a journal for a rollback.

It stands in the place of LocalStack's ``ChangeSetModelExecutor``, which it inherits the evaluation of templates from.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

from localstack.aws.api.cloudformation import ChangeAction, ResourceStatus
from localstack.services.cloudformation.engine.v2.change_set_model import is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
    TriggerRollback,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    MOCKED_REFERENCE,
    ChangeSetModelPreproc,
    PreprocProperties,
)
from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

from localstack_corrections.cloudformation import statuses
from localstack_corrections.cloudformation.engine import invalid, policies, replacement, reverts
from localstack_corrections.cloudformation.engine.handler_errors import in_words_of_cloudformation
from localstack_corrections.cloudformation.engine.journal import Created, Journal, Replaced, Updated
from localstack_corrections.cloudformation.engine.providers import ProviderExecutor, updates_in_place
from localstack_corrections.cloudformation.engine.validation import dependencies
from localstack_corrections.cloudformation.records import (
    NOT_EMULATED,
    Record,
    Records,
    is_custom,
    is_deployed,
    specified,
    stand_in,
)
from localstack_corrections.cloudformation.resources.ignored import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from localstack_corrections.cloudformation.engine.imports import Imported

LOG = logging.getLogger(__name__)
RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})
_DONE = {"CREATE": ResourceStatus.CREATE_COMPLETE, "UPDATE": ResourceStatus.UPDATE_COMPLETE}


class Executor(ChangeSetModelExecutor):
    """One run of a change set."""

    def __init__(self, change_set: Any) -> None:
        super().__init__(change_set)
        stack = change_set.stack
        drifted = getattr(change_set, "drifted", {})
        self._before_resolved_resources: Records = reverts.records_as_they_are(stack.resolved_resources, drifted)
        self._gone = reverts.gone(drifted)
        self._policy: str | None = getattr(change_set, "policy", None) or getattr(stack, "policy", None)
        self.resource_provider_executor = ProviderExecutor(stack_name=stack.stack_name, stack_id=stack.stack_id)
        self.journal = Journal()
        self._to_import: Imported = getattr(change_set, "to_import", {})
        self.imports: set[str] = set()
        """The names of the exports that the template reads."""
        self._evaluated: list[str] = []
        """The types of the resources whose properties are being evaluated, the innermost last."""
        self._cleanup: list[Callable[[], str | None]] = []
        self.returns = False
        """Whether it brings resources back to what they were: nested stacks are then rolled back, not updated."""

    @property
    def _deployed(self) -> Records:
        return self._before_resolved_resources  # type: ignore[no-any-return]

    def construct(self) -> str | None:
        """Create, update and replace; return the reason of the first failure."""
        try:
            self.process()
        except TriggerRollback as error:
            return error.reason or f"Resource {error.logical_resource_id} failed"
        except RecursionError:
            return "Circular dependency between resources"
        except Exception as error:
            LOG.debug("deployment failed", exc_info=True)
            return str(error) or type(error).__name__
        return None

    def has_cleanup(self) -> bool:
        """Return whether resources are left that the new template does not have."""
        return bool(self._cleanup)

    def clean_up(self) -> list[str]:
        """Delete what was replaced or removed, dependants first; return the logical ids that could not be deleted."""
        return [failed for delete in reversed(self._cleanup) if (failed := delete())]

    def visit_node_resources(self, node_resources: Any) -> None:
        """Visit every resource, also one whose condition has become false: it may have to be deleted.

        AWS begins with all at once. A custom resource takes longer than others, and may run what belongs to them, such
        as a function whose log group is in the template: here it comes after all that do not wait for it.
        """
        for node in sorted(node_resources.resources, key=lambda node: is_custom(node.type_.value)):
            if self._is_conditional_on_false(node) and node.name not in self._deployed:
                continue
            self.visit(node)

    def _is_conditional_on_false(self, node: Any) -> bool:
        if is_nothing(node.condition_reference):
            return False
        return self._resolve_resource_condition_reference(node.condition_reference).after is False

    def visit_node_resource(self, node_resource: Any) -> Any:
        """Bring one resource to where the template wants it."""
        name = node_resource.name
        self._evaluated.append(node_resource.type_.value)
        try:
            delta = ChangeSetModelPreproc.visit_node_resource(self, node_resource)
            wanted = None if is_nothing(delta.after) else delta.after
        except TriggerRollback:
            raise
        except Exception as error:
            reason = str(error) if "is not emulated" in str(error) else f"{error}{self._hint_at_not_emulated(name)}"
            raise self._fail_before(node_resource, reason) from error
        finally:
            self._evaluated.pop()
        deployed = self._deployed.get(name)
        deployed = deployed if is_deployed(deployed) and name not in self._gone else None
        if wanted is None:
            if deployed:
                self._remove_later(name, deployed)
            return delta
        self._bring_about(name, deployed, wanted)
        record = self.resources[name]
        wanted.physical_resource_id = record["PhysicalResourceId"]
        wanted.status = record["ResourceStatus"]
        return delta

    def visit_node_intrinsic_function_fn_import_value(self, node_intrinsic_function: Any) -> Any:
        """Refuse an export that does not exist, and remember the ones that do."""
        delta = super().visit_node_intrinsic_function_fn_import_value(node_intrinsic_function)
        name = self.visit(node_intrinsic_function.arguments).after
        if isinstance(name, str):
            if is_nothing(delta.after):
                raise ValueError(f"No export named {name} found.")
            self.imports.add(name)
        return delta

    def _deployed_property_value_of(
        self, resource_logical_id: str, property_name: str, resolved_resources: Records
    ) -> Any:
        """Return an attribute; those of a custom resource are what its handler called them, dots included."""
        value = super()._deployed_property_value_of(resource_logical_id, property_name, resolved_resources)
        properties = resolved_resources[resource_logical_id].get("Properties", {})
        if property_name in properties:
            return properties[property_name]
        # LocalStack's word for every attribute that it does not know
        return None if value == MOCKED_REFERENCE else value

    def _resolve_attribute(self, arguments: str | list[str], select_before: bool) -> Any:
        """Refuse an attribute that nothing is known of, where something emulated needs it."""
        value = super()._resolve_attribute(arguments, select_before)
        if value is not None or select_before:
            return value
        name, *path = arguments.split(".") if isinstance(arguments, str) else arguments
        attribute, record = ".".join(path), self.resources[name]
        if is_custom(record["Type"]):
            raise ValueError(
                f"CustomResource attribute error: Vendor response doesn't contain {attribute} attribute in object "
                f"{record['PhysicalResourceId']}"
            )
        if self._needs_no_truth():
            return NOT_EMULATED
        why = "is not emulated" if _provider(record["Type"]) is None else f"has no attribute {attribute} here"
        raise ValueError(
            f"Template error: Fn::GetAtt {name}.{attribute}: {record['Type']} {why}. "
            "Hint: take what refers to it out of the local stack, or set it by a parameter."
        )

    def _needs_no_truth(self) -> bool:
        """Return whether nothing that is emulated is being evaluated: an output, or a type that is not emulated."""
        return not self._evaluated or _provider(self._evaluated[-1]) is None

    def _hint_at_not_emulated(self, name: str) -> str:
        """Return which resources a failed one refers to that are not emulated: an expression may have failed by it."""
        refers_to = dependencies(self._change_set.processed_template).get(name, set())
        found = [f"{each} ({self.resources[each]['Type']})" for each in sorted(refers_to & self.resources.keys())
                 if _provider(self.resources[each]["Type"]) is None]  # fmt: skip
        return f". Hint: it refers to what is not emulated: {', '.join(found)}." if found else ""

    def _fail_before(self, node: Any, reason: str) -> TriggerRollback:
        """Report a resource whose properties cannot be evaluated, and return what ends the deployment."""
        deployed = self._deployed.get(node.name)
        verb = "UPDATE" if deployed else "CREATE"
        physical_id = deployed["PhysicalResourceId"] if is_deployed(deployed) and deployed else ""
        self.report(node.name, node.type_.value, physical_id, ResourceStatus(f"{verb}_FAILED"), reason)
        return _end_of_deployment(node.name, verb)

    def _bring_about(self, name: str, deployed: Record | None, wanted: Any) -> None:
        properties = {} if is_nothing(wanted.properties) else wanted.properties.properties
        if name in self._to_import:
            self._import(name, wanted.resource_type, properties)
        elif deployed is None:
            self._create(name, wanted.resource_type, properties)
        elif deployed["Type"] != wanted.resource_type:
            raise ValueError(
                "Update of resource type is not permitted. The new template modifies resource type of the following "
                f"resources: [{name}]"
            )
        elif specified(deployed) == properties:
            self.resources[name] = {**deployed}
        else:
            self._change(name, deployed, wanted, properties)
        self.resources[name]["DeletionPolicy"] = _policy(wanted.deletion_policy)
        self.resources[name]["UpdateReplacePolicy"] = _policy(wanted.update_replace_policy)

    def _import(self, name: str, resource_type: str, properties: dict[str, Any]) -> None:
        """Take a resource that is there for the stack's own; a rollback leaves it alone."""
        physical_id, model = self._to_import[name]
        self.report(name, resource_type, physical_id, ResourceStatus.IMPORT_IN_PROGRESS)
        self.resources[name] = {
            "LogicalResourceId": name,
            "PhysicalResourceId": physical_id,
            "Type": resource_type,
            "Properties": {**model, **properties},
            "SpecifiedProperties": properties,
            "ResourceStatus": ResourceStatus.IMPORT_COMPLETE,
        }
        self.report(name, resource_type, physical_id, ResourceStatus.IMPORT_COMPLETE)

    def _ask_the_policy(self, action: str, name: str, deployed: Record) -> None:
        """End the deployment if the stack's policy does not allow what it is about to do."""
        if refusal := policies.refusal(self._policy, action, name, deployed["Type"]):
            self._finish(name, {**deployed, "ResourceStatus": "UPDATE_FAILED"}, "UPDATE", refusal)

    def _refuse_invalid(self, name: str, deployed: Record | None, resource_type: str, wanted: dict[str, Any]) -> None:
        """End the deployment if the type does not have these properties, or has others that are required."""
        if refusal := invalid.refusal(name, resource_type, wanted):
            verb = "UPDATE" if deployed else "CREATE"
            nothing: Record = {"LogicalResourceId": name, "PhysicalResourceId": "", "Type": resource_type}
            self._finish(name, {**(deployed or nothing), "ResourceStatus": f"{verb}_FAILED"}, verb, refusal)

    def _create(self, name: str, resource_type: str, properties: dict[str, Any]) -> None:
        self.report(name, resource_type, "", ResourceStatus.CREATE_IN_PROGRESS)
        self._refuse_invalid(name, None, resource_type, properties)
        record, reason = self.act(ChangeAction.Add, name, resource_type, properties)
        if is_deployed(record):
            self.journal.append(Created(name, record))
        self._finish(name, record, "CREATE", reason or said(resource_type, properties))

    def _change(self, name: str, deployed: Record, wanted: Any, properties: dict[str, Any]) -> None:
        resource_type = wanted.resource_type
        self.report(name, resource_type, deployed["PhysicalResourceId"], ResourceStatus.UPDATE_IN_PROGRESS)
        reason = self._reason_for_replacement(resource_type, specified(deployed), properties)
        self._ask_the_policy(policies.REPLACE if reason else policies.MODIFY, name, deployed)
        self._refuse_invalid(name, deployed, resource_type, properties)
        if reason:
            self._replace(name, deployed, properties, reason, wanted.update_replace_policy)
        else:
            self._update(name, deployed, properties)

    def _reason_for_replacement(self, resource_type: str, before: dict[str, Any], after: dict[str, Any]) -> str | None:
        provider = _provider(resource_type)
        if provider is None:
            return None
        names = replacement.replaced_by(resource_type, provider.SCHEMA, before, after)
        if names:
            return f"Requested update requires the creation of a new physical resource: {', '.join(names)} changed"
        if not updates_in_place(resource_type, provider):
            return f"An update of {resource_type} in place is not emulated: the resource is replaced"
        return None

    def _replace(self, name: str, deployed: Record, properties: dict[str, Any], reason: str, policy: Any) -> None:
        resource_type = deployed["Type"]
        schema = _provider(resource_type).SCHEMA
        if taken := replacement.custom_name(resource_type, schema, specified(deployed), properties):
            refusal = (
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {taken} and update the stack again."
            )
            self._finish(name, {**deployed, "ResourceStatus": "UPDATE_FAILED"}, "UPDATE", refusal)
        self.report(name, resource_type, deployed["PhysicalResourceId"], ResourceStatus.UPDATE_IN_PROGRESS, reason)
        record, failure = self.act(ChangeAction.Add, name, resource_type, properties)
        if is_deployed(record):
            self.journal.append(Replaced(name, record, deployed))
        self._finish(name, record, "UPDATE", failure or said(resource_type, properties))
        is_another = replacement.is_another(resource_type, schema, specified(deployed), properties)
        if record["PhysicalResourceId"] != deployed["PhysicalResourceId"] or is_another:
            retained = _policy(policy) in RETAINED
            self._cleanup.append(lambda: self._delete_old(name, deployed, retained=retained))

    def _update(self, name: str, deployed: Record, properties: dict[str, Any]) -> None:
        # before the attempt: an update that fails half-way is rolled back, too
        self.journal.append(Updated(name, {**deployed, "SpecifiedProperties": properties}, deployed))
        record, reason = self.act(ChangeAction.Modify, name, deployed["Type"], properties, deployed)
        self.journal.replace_last(Updated(name, record if is_deployed(record) else deployed, deployed))
        if is_deployed(record) and record["PhysicalResourceId"] != deployed["PhysicalResourceId"]:
            # only a custom resource decides by itself that it was replaced
            self.journal.replace_last(Replaced(name, record, deployed))
            self._cleanup.append(lambda: self._delete_old(name, deployed, retained=False))
        self._finish(name, record, "UPDATE", reason or said(deployed["Type"], properties))

    def _finish(self, name: str, record: Record, verb: str, reason: str | None) -> None:
        """Report the outcome, and end the deployment if it is a failure."""
        failed = record["ResourceStatus"].endswith("_FAILED")
        status = ResourceStatus(f"{verb}_FAILED") if failed else _DONE[verb]
        record["ResourceStatus"] = status
        self.resources[name] = record
        self.report(name, record["Type"], record.get("PhysicalResourceId", ""), status, reason)
        if failed:
            raise _end_of_deployment(name, verb)

    def _remove_later(self, name: str, deployed: Record) -> None:
        self._ask_the_policy(policies.DELETE, name, deployed)
        retained = deployed.get("DeletionPolicy") in RETAINED
        self._cleanup.append(lambda: self._delete_old(name, deployed, retained=retained, removed=True))

    def _delete_old(self, name: str, record: Record, *, retained: bool, removed: bool = False) -> str | None:
        return self.delete(name, record, retained=retained, removed=removed)

    def delete(self, name: str, record: Record, *, retained: bool = False, removed: bool = True) -> str | None:
        """Delete a physical resource; return its logical id when that fails.

        ``removed`` says that nothing else stands under the logical id.
        """
        resource_type, physical_id = record["Type"], record["PhysicalResourceId"]
        if retained:
            self.report(name, resource_type, physical_id, ResourceStatus.DELETE_SKIPPED, stands=not removed)
            return None
        self.report(name, resource_type, physical_id, ResourceStatus.DELETE_IN_PROGRESS, stands=removed)
        result, reason = self.act(ChangeAction.Remove, name, resource_type, specified(record), record)
        failed = result["ResourceStatus"].endswith("_FAILED")
        status = ResourceStatus.DELETE_FAILED if failed else ResourceStatus.DELETE_COMPLETE
        self.report(name, resource_type, physical_id, status, reason if failed else None, stands=removed)
        return name if failed else None

    def act(
        self,
        action: Any,
        name: str,
        resource_type: str,
        properties: dict[str, Any],
        deployed: Record | None = None,
    ) -> tuple[Record, str | None]:
        """Let the resource type's provider act; return the new record and, if there is one, the reason it gives."""
        before = PreprocProperties(deployed["Properties"]) if deployed else None
        self._acting_on = deployed
        standing = self.resources.get(name)
        event = self._execute_resource_action(
            action=action,
            logical_resource_id=name,
            resource_type=resource_type,
            before_properties=before,
            after_properties=PreprocProperties(properties),
        )
        record: Record = self.resources.pop(name)
        if standing is not None:
            self.resources[name] = standing
        record.setdefault("ResourceStatus", "DELETE_COMPLETE")
        record.setdefault("SpecifiedProperties", properties)
        if _provider(resource_type) is None and action != ChangeAction.Remove:
            record["PhysicalResourceId"] = stand_in(self._change_set.stack.stack_name, name)
        if action == ChangeAction.Add and not is_deployed(record):
            self._remember_failed(record)
        return record, in_words_of_cloudformation(event.message or "", resource_type) or None

    def _remember_failed(self, record: Record) -> None:
        """Give a resource whose creation failed after it began its physical id, so that a rollback deletes it."""
        provider = _provider(record["Type"])
        model = record.get("Properties")
        if not provider or not model:
            return
        with contextlib.suppress(Exception):  # the model may lack what its identifier is made of
            physical_id = self.resource_provider_executor.extract_physical_resource_id_from_model_with_schema(
                model, record["Type"], provider.SCHEMA
            )
            if isinstance(physical_id, str):
                record["PhysicalResourceId"] = physical_id

    def create_resource_provider_payload(self, **kwargs: Any) -> Any:
        """Add to the payload what the template said before: an update compares it with what the template says now."""
        payload = super().create_resource_provider_payload(**kwargs)
        if self._acting_on is not None:
            payload["callbackContext"] = {"deployed": self._acting_on, "returns": self.returns}
        return payload

    def report(
        self,
        name: str,
        resource_type: str,
        physical_id: str,
        status: Any,
        reason: str | None = None,
        *,
        stands: bool = True,
    ) -> None:
        """Add an event to the stack; it is also the state of the logical id when ``stands``."""
        stack = self._change_set.stack
        if not stands:
            stack._store_event(name, resource_type, physical_id, status, reason or "")
            if status == ResourceStatus.DELETE_SKIPPED:
                stack.resource_states.pop(name, None)
            return
        if status == ResourceStatus.DELETE_COMPLETE:
            stack.resource_states.setdefault(name, {})
        stack.set_resource_status(
            logical_resource_id=name,
            physical_resource_id=physical_id,
            resource_type=resource_type,
            status=status,
            resource_status_reason=reason,
        )


def _provider(resource_type: str) -> Any:
    return ResourceProviderExecutor.try_load_resource_provider(resource_type)


def _end_of_deployment(name: str, verb: str) -> TriggerRollback:
    """Return what ends a deployment at a resource whose own event says why."""
    return TriggerRollback(logical_resource_id=name, reason=statuses.failed_to(verb.lower(), [name]))


def _policy(value: Any) -> str:
    return value if isinstance(value, str) else "Delete"
