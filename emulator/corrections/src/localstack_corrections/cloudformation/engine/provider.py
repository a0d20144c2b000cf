"""CloudFormation's API: deployments that roll back, refuse what AWS refuses, and run one at a time on a stack."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localstack.aws.api import handler
from localstack.aws.api.cloudformation import (
    AlreadyExistsException,
    ChangeSetNotFoundException,
    ChangeSetStatus,
    ChangeSetType,
    ContinueUpdateRollbackOutput,
    CreateStackOutput,
    DescribeStackDriftDetectionStatusOutput,
    DescribeStackResourceDriftsOutput,
    DetectStackDriftOutput,
    DetectStackResourceDriftOutput,
    ExecuteChangeSetOutput,
    ExecutionStatus,
    GetStackPolicyOutput,
    InsufficientCapabilitiesException,
    InvalidChangeSetStatusException,
    ListImportsOutput,
    RollbackStackOutput,
    StackStatus,
    UpdateStackOutput,
)
from localstack.services.cloudformation import api_utils
from localstack.services.cloudformation.engine import template_preparer
from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.cloudformation.v2 import provider as released
from localstack.services.cloudformation.v2.entities import ChangeSet, Stack
from localstack.utils.threads import start_worker_thread

from localstack_corrections.cloudformation import statuses
from localstack_corrections.cloudformation.engine import (
    details,
    drift,
    exports,
    imports,
    loops,
    policies,
    reverts,
    structure,
    validation,
)
from localstack_corrections.cloudformation.engine import parameters as parameter_values
from localstack_corrections.cloudformation.engine.deployment import (
    Deployment,
    Unfinished,
    begin_rollback,
    delete_all,
    roll_back,
)
from localstack_corrections.cloudformation.engine.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)
_UPDATABLE = frozenset(
    {
        StackStatus.CREATE_COMPLETE,
        StackStatus.UPDATE_COMPLETE,
        StackStatus.UPDATE_ROLLBACK_COMPLETE,
        StackStatus.IMPORT_COMPLETE,
        StackStatus.IMPORT_ROLLBACK_COMPLETE,
        StackStatus.CREATE_FAILED,
        StackStatus.UPDATE_FAILED,
    }
)
_BEGINNING = threading.Lock()
"""Held while a deployment is begun: one at a time on a stack, and one stack of a name."""
_HALF_DONE = frozenset({StackStatus.CREATE_FAILED, StackStatus.UPDATE_FAILED})


class Provider(released.CloudformationProviderV2):
    """LocalStack's provider, with every operation that changes resources replaced."""

    def __init__(self) -> None:
        super().__init__()
        self._detections: dict[str, drift.Detection] = {}
        """The comparisons of stacks with their resources, oldest first."""

    @classmethod
    def _setup_change_set_model(
        cls,
        change_set: Any,
        before_template: Any,
        after_template: Any,
        before_parameters: Any,
        after_parameters: Any,
        previous_update_model: Any = None,  # noqa: ARG003 - what it remembers may be older than the last deployment
    ) -> None:
        if before_template is not None:
            before_template = change_set.stack.processed_template or before_template
            change_set.drifted = getattr(change_set.stack, "reverted", None) or {}
            before_template = reverts.template_as_it_is(before_template, change_set.drifted)
        validation.refuse_null_sections(after_template or {})
        if after_template is not None:
            after_template = loops.expand(after_template, after_parameters or {}, change_set.stack.region_name)
        if "Transform" not in (after_template or {}) and after_template is not None:
            structure.refuse_malformed(after_template)
        validation.refuse_unknown_conditions(after_template or {})
        if "Transform" not in (after_template or {}):
            # before anything of it is evaluated; a macro may add mappings
            validation.refuse_unknown_mappings(after_template or {})
        validation.refuse_unknown_parameters(after_template or {}, after_parameters or {})
        super()._setup_change_set_model(
            change_set=change_set,
            before_template=before_template,
            after_template=after_template,
            before_parameters=before_parameters,
            after_parameters=after_parameters,
            previous_update_model=None,
        )
        if change_set.processed_template:
            structure.refuse_malformed(change_set.processed_template)
            validation.refuse_unresolved(change_set.processed_template)
            validation.refuse_unknown_mappings(change_set.processed_template)
            validation.refuse_unknown_attributes(change_set.processed_template)
            validation.refuse_cycles(change_set.processed_template)
            validation.refuse_other_types(before_template or {}, change_set.processed_template)

    @classmethod
    def _resolve_parameters(cls, template: Any, parameters: Any, *where: Any, **more: Any) -> Any:
        """Return the values of a template's parameters, unless they are not what it allows."""
        given = parameters or {}
        parameter_values.refuse(template or {}, given)
        try:
            return super()._resolve_parameters(template, parameters, *where, **more)
        except ValidationError as error:
            raise parameter_values.in_words_of_cloudformation(error, template, given) from None

    @staticmethod
    def _extract_after_parameters(
        request_parameters: Any, before_parameters: dict[str, Any] | None = None
    ) -> dict[str, str]:
        """Return the values of a request's parameters; the previous one of a Systems Manager parameter is its name.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html: its
        value is fetched with every update.
        """
        found = {}
        for each in request_parameters:
            name = each["ParameterKey"]
            before = (before_parameters or {}).get(name, {})
            previous = before.get("given_value") or before.get("default_value")
            value = previous if each.get("UsePreviousValue") else each.get("ParameterValue")
            if value is not None:
                found[name] = value
        return found

    @handler("CreateChangeSet", expand=False)
    def create_change_set(self, context: Any, request: Any) -> Any:
        """Refuse a stack that cannot be updated now; leave the state of one that exists as it is."""
        stack = _active(context, request.get("StackName", ""))
        if request.get("ChangeSetType") == ChangeSetType.IMPORT:
            return self._create_import(context, request, stack)
        if stack is None or stack.status == StackStatus.REVIEW_IN_PROGRESS:
            if not str(request.get("StackName")).startswith("arn:"):
                structure.refuse_stack_name(_required_name(request))
            return super().create_change_set(context, request)
        if request.get("ChangeSetType", "UPDATE") == ChangeSetType.UPDATE:
            _refuse_unless_updatable(stack)
        status, events = stack.status, list(stack.events)
        # one that is for now only: what the services have may be different again for the next
        stack.reverted = drift.drifted(stack) if request.get("DeploymentMode") == reverts.MODE else None
        try:
            return super().create_change_set(context, request)
        finally:
            stack.status, stack.events, stack.reverted = status, events, None

    def _create_import(self, context: Any, request: Any, stack: Any) -> Any:
        """Create a change set that creates or updates the stack, and creates no resource."""
        template = template_preparer.parse_template(api_utils.extract_template_body(request))
        is_new = stack is None or stack.status == StackStatus.REVIEW_IN_PROGRESS
        found = imports.find(context, request, stack, template)
        kind = ChangeSetType.CREATE if is_new else ChangeSetType.UPDATE
        answer = self.create_change_set(context, {**request, "ChangeSetType": kind})
        store = get_cloudformation_store(context.account_id, context.region)
        store.change_sets[answer["Id"]].to_import = found
        return answer

    @handler("DescribeChangeSet")
    def describe_change_set(
        self,
        context: Any,
        change_set_name: str,
        stack_name: str | None = None,
        next_token: str | None = None,
        include_property_values: bool | None = None,
        **_: Any,
    ) -> Any:
        """Say of each change which properties it changes."""
        answer = super().describe_change_set(
            context, change_set_name, stack_name, next_token, include_property_values=True
        )
        store = get_cloudformation_store(context.account_id, context.region)
        change_set = released.find_change_set_v2(store, change_set_name, stack_name)
        details.complete(
            answer.get("Changes") or (),
            with_values=bool(include_property_values),
            imported=getattr(change_set, "to_import", {}),
        )
        return answer

    @handler("DescribeStacks")
    def describe_stacks(
        self, context: Any, stack_name: str | None = None, next_token: str | None = None, **_: Any
    ) -> Any:
        """Return one stack, deleted ones by their id, or all that are not deleted."""
        answer = super().describe_stacks(context, stack_name, next_token)
        if not stack_name:
            stacks = answer.get("Stacks") or []
            answer["Stacks"] = [each for each in stacks if each["StackStatus"] != StackStatus.DELETE_COMPLETE]
        return answer

    @handler("DetectStackDrift")
    def detect_stack_drift(
        self, context: Any, stack_name: str, logical_resource_ids: list[str] | None = None, **_: Any
    ) -> Any:
        """Compare the resources with what their services say of them."""
        detection = drift.detect(_existing(context, stack_name), logical_resource_ids)
        self._detections[detection.id_] = detection
        return DetectStackDriftOutput(StackDriftDetectionId=detection.id_)

    @handler("DescribeStackDriftDetectionStatus")
    def describe_stack_drift_detection_status(self, context: Any, stack_drift_detection_id: str, **_: Any) -> Any:  # noqa: ARG002
        """Return how a comparison has ended."""
        detection = self._detections.get(stack_drift_detection_id)
        if detection is None:
            raise ValidationError(f"Drift detection [{stack_drift_detection_id}] does not exist")
        return DescribeStackDriftDetectionStatusOutput(
            StackId=detection.stack.stack_id,
            StackDriftDetectionId=detection.id_,
            StackDriftStatus=detection.status,
            DetectionStatus="DETECTION_COMPLETE",
            DriftedStackResourceCount=detection.drifted,
            Timestamp=detection.time,
        )

    @handler("DescribeStackResourceDrifts")
    def describe_stack_resource_drifts(
        self, context: Any, stack_name: str, stack_resource_drift_status_filters: list[str] | None = None, **_: Any
    ) -> Any:
        """Return what the newest comparison of each resource has found."""
        stack = _existing(context, stack_name)
        newest = {
            each["LogicalResourceId"]: each
            for detection in self._detections.values()
            if detection.stack is stack
            for each in detection.drifts
        }
        wanted = stack_resource_drift_status_filters
        drifts = [each for each in newest.values() if not wanted or each["StackResourceDriftStatus"] in wanted]
        return DescribeStackResourceDriftsOutput(StackResourceDrifts=drifts)

    @handler("DetectStackResourceDrift")
    def detect_stack_resource_drift(self, context: Any, stack_name: str, logical_resource_id: str, **_: Any) -> Any:
        """Compare one resource."""
        stack = _existing(context, stack_name)
        detection = drift.detect(stack, [logical_resource_id])
        if not detection.drifts:
            raise ValidationError(
                f"Drift of resource [{logical_resource_id}] of stack [{stack_name}] cannot be detected: "
                "the stack does not have it, or its type is not read here."
            )
        self._detections[detection.id_] = detection
        return DetectStackResourceDriftOutput(StackResourceDrift=detection.drifts[0])

    @handler("SetStackPolicy", expand=False)
    def set_stack_policy(self, context: Any, request: Any) -> None:
        """Protect resources from updates."""
        stack = _existing(context, _required_name(request))
        policy = policies.requested(request)
        if policy is None:
            raise ValidationError("You must specify either StackPolicyURL or StackPolicyBody")
        stack.policy = policy

    @handler("GetStackPolicy")
    def get_stack_policy(self, context: Any, stack_name: str, **_: Any) -> Any:
        """Return the policy of a stack, if it has one."""
        policy = getattr(_existing(context, stack_name), "policy", None)
        return GetStackPolicyOutput(StackPolicyBody=policy) if policy else GetStackPolicyOutput()

    @handler("ExecuteChangeSet")
    def execute_change_set(
        self,
        context: Any,
        change_set_name: str,
        stack_name: str | None = None,
        client_request_token: str | None = None,  # noqa: ARG002 - part of the operation
        disable_rollback: bool | None = None,
        retain_except_on_create: bool | None = None,
        **_: Any,
    ) -> Any:
        """Begin the deployment; it goes on by itself."""
        store = get_cloudformation_store(context.account_id, context.region)
        change_set = released.find_change_set_v2(store, change_set_name, stack_name)
        if not change_set:
            raise ChangeSetNotFoundException(f"ChangeSet [{change_set_name}] does not exist")
        if change_set.execution_status != ExecutionStatus.AVAILABLE:
            raise InvalidChangeSetStatusException(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of "
                f"[{change_set.status}]"
            )
        stack = change_set.stack
        is_creation = change_set.change_set_type == ChangeSetType.CREATE
        if not is_creation:
            _refuse_unless_updatable(stack)
        change_set.set_execution_status(ExecutionStatus.EXECUTE_IN_PROGRESS)
        deployment = Deployment(
            change_set,
            is_creation=is_creation,
            disable_rollback=bool(disable_rollback),
            keeps_retained=not retain_except_on_create,
        )
        stack.tags = change_set.tags
        try:
            _begin(stack, deployment, is_creation=is_creation)
        except ValidationError:
            change_set.set_execution_status(ExecutionStatus.AVAILABLE)
            raise
        return ExecuteChangeSetOutput()

    @handler("CreateStack", expand=False)
    def create_stack(self, context: Any, request: Any) -> Any:
        """Create a stack without a change set."""
        name = _required_name(request)
        structure.refuse_stack_name(name)
        if _active(context, name):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        body, template = _template(request)
        stack = Stack(context.account_id, context.region, request, tags=request.get("Tags"))
        stack.policy = policies.requested(request)
        stack.enable_termination_protection = bool(request.get("EnableTerminationProtection"))
        change_set = self._change_set(stack, ChangeSetType.CREATE, body, template, request)
        with _BEGINNING:
            if _active(context, name):
                raise AlreadyExistsException(f"Stack [{name}] already exists")
            get_cloudformation_store(context.account_id, context.region).stacks_v2[stack.stack_id] = stack
        keeps = request.get("DisableRollback") or request.get("OnFailure") == "DO_NOTHING"
        deployment = Deployment(
            change_set,
            is_creation=True,
            disable_rollback=bool(keeps),
            keeps_retained=not request.get("RetainExceptOnCreate"),
        )
        _begin(stack, deployment, is_creation=True)
        return CreateStackOutput(StackId=stack.stack_id)

    @handler("UpdateStack", expand=False)
    def update_stack(self, context: Any, request: Any) -> Any:
        """Update a stack without a change set."""
        name = _required_name(request)
        stack = _existing(context, name)
        _refuse_unless_updatable(stack)
        policy, for_now = policies.requested(request), policies.requested(request, "DuringUpdate")
        if request.get("UsePreviousTemplate"):
            request = {**request, "TemplateBody": stack.template_body}
        body, template = _template(request)
        change_set = self._change_set(stack, ChangeSetType.UPDATE, body, template, request)
        tags = request.get("Tags")
        if not change_set.has_changes() and (tags is None or tags == stack.tags):
            raise ValidationError("No updates are to be performed.")
        change_set.policy = for_now or getattr(stack, "policy", None)
        deployment = Deployment(
            change_set,
            is_creation=False,
            disable_rollback=bool(request.get("DisableRollback")),
            keeps_retained=not request.get("RetainExceptOnCreate"),
        )
        stack.policy = policy or getattr(stack, "policy", None)
        stack.tags = stack.tags if tags is None else tags
        _begin(stack, deployment, is_creation=False)
        return UpdateStackOutput(StackId=stack.stack_id)

    def _change_set(self, stack: Any, kind: Any, body: str, template: Any, request: Any) -> Any:
        """Return the change set of an operation that has none."""
        is_update = kind == ChangeSetType.UPDATE
        before_parameters = stack.resolved_parameters if is_update else None
        payload = {"ChangeSetName": f"cs-{stack.stack_name}", "ChangeSetType": kind}
        change_set = ChangeSet(stack, payload, template_body=body, template=template)
        self._setup_change_set_model(
            change_set=change_set,
            before_template=stack.template if is_update else None,
            after_template=template,
            before_parameters=before_parameters,
            after_parameters=self._extract_after_parameters(request.get("Parameters", []), before_parameters),
        )
        if change_set.status == ChangeSetStatus.FAILED:
            raise ValidationError(change_set.status_reason)
        return change_set

    @handler("DeleteStack")
    def delete_stack(self, context: Any, stack_name: str, retain_resources: list[str] | None = None, **_: Any) -> None:
        """Delete the resources of a stack, and say which could not be deleted."""
        stack = released.find_stack_v2(get_cloudformation_store(context.account_id, context.region), stack_name)
        if not stack or stack.status == StackStatus.DELETE_COMPLETE:
            return
        if stack.enable_termination_protection:
            raise ValidationError(
                f"Stack [{stack.stack_name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.status.endswith("_IN_PROGRESS") and stack.status != StackStatus.REVIEW_IN_PROGRESS:
            raise ValidationError(f"Stack [{stack.stack_id}] cannot be deleted while in status {stack.status}")
        statuses.enter(stack, "DELETE_IN_PROGRESS", statuses.BY_A_PERSON)
        if not stack.resolved_resources:
            _deleted(stack)
            return
        _in_background(stack, lambda: _delete(stack, retain_resources or []), "DELETE_FAILED")

    @handler("RollbackStack", expand=False)
    def rollback_stack(self, context: Any, request: Any) -> Any:
        """Roll back a deployment that failed while rollback was disabled."""
        with _BEGINNING:
            stack = self._half_done(context, request["StackName"])
            unfinished: Unfinished = stack.unfinished
            unfinished.keeps_retained = not request.get("RetainExceptOnCreate")
            prefix = begin_rollback(stack, unfinished, statuses.BY_A_PERSON)
        executor = Executor(_empty_change_set(stack))
        work = lambda: roll_back(stack, executor, unfinished, prefix)  # noqa: E731 - a parameter
        _in_background(stack, work, f"{prefix}ROLLBACK_FAILED")
        return RollbackStackOutput(StackId=stack.stack_id)

    @handler("ContinueUpdateRollback", expand=False)
    def continue_update_rollback(self, context: Any, request: Any) -> Any:
        """Take a stack whose rollback failed as rolled back: what could be undone was."""
        stack = _existing(context, request["StackName"])
        if stack.status != StackStatus.UPDATE_ROLLBACK_FAILED:
            raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not continue rollback.")
        statuses.enter(stack, "UPDATE_ROLLBACK_IN_PROGRESS", statuses.BY_A_PERSON)
        statuses.enter(stack, "UPDATE_ROLLBACK_COMPLETE")
        return ContinueUpdateRollbackOutput()

    @handler("ListImports")
    def list_imports(self, context: Any, export_name: str, **_: Any) -> Any:
        """Return the stacks that import an export."""
        store = get_cloudformation_store(context.account_id, context.region)
        for stack in store.stacks_v2.values():
            if export_name in stack.resolved_exports and (names := exports.importing(stack, export_name)):
                return ListImportsOutput(Imports=names)
        raise ValidationError(f"Export '{export_name}' is not imported by any stack.")

    @staticmethod
    def _half_done(context: Any, name: str) -> Any:
        stack = _existing(context, name)
        if stack.status not in _HALF_DONE or not getattr(stack, "unfinished", None):
            raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be rolled back.")
        return stack


def _active(context: Any, name: str) -> Any:
    """Return the stack of a name or an ARN that is not deleted, or None."""
    for stack in get_cloudformation_store(context.account_id, context.region).stacks_v2.values():
        if name in (stack.stack_name, stack.stack_id) and stack.is_active():
            return stack
    return None


def _existing(context: Any, name: str) -> Any:
    """Return the stack of a name or an ARN.

    :raises ValidationError: there is none.
    """
    stack = _active(context, name)
    if stack is None:
        raise ValidationError(f"Stack [{name}] does not exist")
    return stack


def _refuse_unless_updatable(stack: Any) -> None:
    if stack.status not in _UPDATABLE:
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


def _required_name(request: Any) -> str:
    name = request.get("StackName")
    if not name:
        raise ValidationError("StackName must be specified")
    return str(name)


def _template(request: Any) -> tuple[str, Any]:
    """Return the body of the request's template, and what it says."""
    body, url = request.get("TemplateBody"), request.get("TemplateURL")
    if bool(body) == bool(url):
        raise ValidationError("Specify exactly one of 'TemplateBody' or 'TemplateUrl'")
    body = api_utils.extract_template_body(request)
    template = template_preparer.parse_template(body)
    if len(body) > 51200 and not url:
        raise ValidationError(
            f"1 validation error detected: Value '{body}' at 'templateBody' failed to satisfy constraint: "
            "Member must have length less than or equal to 51200"
        )
    expands = "Transform" in template or "Fn::Transform" in body
    if expands and "CAPABILITY_AUTO_EXPAND" not in request.get("Capabilities", []):
        raise InsufficientCapabilitiesException("Requires capabilities : [CAPABILITY_AUTO_EXPAND]")
    return body, template


def _begin(stack: Any, deployment: Deployment, *, is_creation: bool) -> None:
    with _BEGINNING:
        if not is_creation:
            # once more: of two requests that came at once, both have found it so
            _refuse_unless_updatable(stack)
        statuses.enter(stack, f"{deployment.verb}_IN_PROGRESS", statuses.BY_A_PERSON)
    _in_background(stack, deployment.run, "CREATE_FAILED" if is_creation else "UPDATE_FAILED")


def _in_background(stack: Any, work: Callable[[], object], failed: str) -> None:
    """Start the work; an error in the engine itself ends it in a status that can be left, never in progress."""

    def run(*_: Any) -> None:
        try:
            work()
        except Exception as error:
            LOG.exception("stack %s: the engine failed", stack.stack_name)
            statuses.enter(stack, failed, f"Internal error: {error}")

    start_worker_thread(run)


def _empty_change_set(stack: Any) -> Any:
    return ChangeSet(stack, {"ChangeSetName": f"without-template-{stack.stack_name}"}, template_body="")


def _delete(stack: Any, retained: list[str]) -> None:
    if reason := exports.refusal(stack, []):
        statuses.enter(stack, "DELETE_FAILED", f"Delete canceled. {reason}")
        return
    failed = delete_all(stack, Executor(_empty_change_set(stack)), retained)
    if failed:
        statuses.enter(stack, "DELETE_FAILED", statuses.failed_to("delete", failed))
        return
    _deleted(stack)


def _deleted(stack: Any) -> None:
    stack.resolved_exports = {}
    stack.imports = set()
    statuses.enter(stack, "DELETE_COMPLETE")
    stack.deletion_time = datetime.now(tz=UTC)
