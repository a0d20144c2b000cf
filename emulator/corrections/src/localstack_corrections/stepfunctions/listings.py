"""Tokens of lists, tags of machines and activities, and aliases that are not there."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

_MOST_TAGS: Final = 50
_PAGE: Final = 100
_MACHINES: Final = ("list_state_machines", "list_state_machine_versions")


def _refuse_as_aws(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    for name in _MACHINES:
        _check_token(module, name, "state_machines")
    _check_token(module, "list_activities", "activities")
    _page_map_runs(module)
    _bound_tags(module)
    _tag_activities(module)
    describe = provider.describe_state_machine_alias

    @wraps(describe)
    def describe_state_machine_alias(self: Any, context: Any, state_machine_alias_arn: str, **options: Any) -> Any:
        self._validate_state_machine_alias_arn(state_machine_alias_arn=state_machine_alias_arn)
        if state_machine_alias_arn not in self.get_store(context).aliases:
            raise module.ResourceNotFound("Request references a resource that does not exist.")
        return describe(self, context, state_machine_alias_arn=state_machine_alias_arn, **options)

    provider.describe_state_machine_alias = describe_state_machine_alias


def _check_token(module: ModuleType, name: str, kept: str) -> None:
    """Refuse a token that no page of a list has given; LocalStack begins anew."""
    provider = module.StepFunctionsProvider
    released = getattr(provider, name)

    @wraps(released)
    def listed(self: Any, context: Any, *arguments: Any, next_token: str | None = None, **options: Any) -> Any:
        if next_token is not None:
            _position(module, next_token, getattr(self.get_store(context), kept))
        return released(self, context, *arguments, next_token=next_token, **options)

    setattr(provider, name, listed)


def _position(module: ModuleType, token: str, arns: Iterable[str]) -> int:
    """Return where in a list the page of a token begins. :raises InvalidToken: no page has given it."""
    for position, arn in enumerate(arns):
        if module.get_next_page_token_from_arn(arn) == token:
            return position
    raise module.InvalidToken("Invalid Token: 'Invalid token'")


def _page_map_runs(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    released = provider.list_map_runs

    @wraps(released)
    def list_map_runs(
        self: Any,
        context: Any,
        execution_arn: str,
        max_results: int | None = None,
        next_token: str | None = None,
        **options: Any,
    ) -> Any:
        module.assert_pagination_parameters_valid(max_results, next_token)
        found = released(self, context, execution_arn=execution_arn, **options)["mapRuns"]
        arns = [each["mapRunArn"] for each in found]
        first = 0 if next_token is None else _position(module, next_token, arns)
        following = first + (max_results or _PAGE)
        answer = module.ListMapRunsOutput(mapRuns=found[first:following])
        if following < len(found):
            answer["nextToken"] = module.get_next_page_token_from_arn(arns[following])
        return answer

    provider.list_map_runs = list_map_runs


def _bound_tags(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    create, tag = provider.create_state_machine, provider.tag_resource

    @wraps(create)
    def create_state_machine(self: Any, context: Any, request: Mapping[str, Any], **options: Any) -> Any:
        _require_room(request.get("name"), {}, request.get("tags"))
        return create(self, context, request, **options)

    @wraps(tag)
    def tag_resource(self: Any, context: Any, resource_arn: str, tags: Any, **options: Any) -> Any:
        store = self.get_store(context)
        if (activity := store.activities.get(resource_arn)) is not None:
            _add_tags(activity, tags)
            return module.TagResourceOutput()
        manager = getattr(store.state_machines.get(resource_arn), "tag_manager", None)
        _require_room(resource_arn, manager._tags if manager else {}, tags)
        return tag(self, context, resource_arn=resource_arn, tags=tags, **options)

    provider.create_state_machine = create_state_machine
    provider.tag_resource = tag_resource


def _tag_activities(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    create, untag, listed = provider.create_activity, provider.untag_resource, provider.list_tags_for_resource

    @wraps(create)
    def create_activity(self: Any, context: Any, name: str, tags: Any = None, **options: Any) -> Any:
        _require_room(name, {}, tags)
        before = {*self.get_store(context).activities}
        answer = create(self, context, name=name, **options)
        if answer["activityArn"] not in before:
            _add_tags(self.get_store(context).activities[answer["activityArn"]], tags or [])
        return answer

    @wraps(untag)
    def untag_resource(self: Any, context: Any, resource_arn: str, tag_keys: Any, **options: Any) -> Any:
        activity = self.get_store(context).activities.get(resource_arn)
        if activity is None:
            return untag(self, context, resource_arn=resource_arn, tag_keys=tag_keys, **options)
        _tags_of(activity).remove_all(tag_keys)
        return module.UntagResourceOutput()

    @wraps(listed)
    def list_tags_for_resource(self: Any, context: Any, resource_arn: str, **options: Any) -> Any:
        activity = self.get_store(context).activities.get(resource_arn)
        if activity is None:
            return listed(self, context, resource_arn=resource_arn, **options)
        return module.ListTagsForResourceOutput(tags=_tags_of(activity).to_tag_list())

    provider.create_activity = create_activity
    provider.untag_resource = untag_resource
    provider.list_tags_for_resource = list_tags_for_resource


def _add_tags(activity: Any, tags: Any) -> None:
    manager = _tags_of(activity)
    _require_room(activity.arn, manager._tags, tags)
    manager.add_all(tags)


def _tags_of(activity: Any) -> Any:
    from localstack.services.stepfunctions.backend.state_machine import TagManager

    if not hasattr(activity, "tag_manager"):
        activity.tag_manager = TagManager()
    return activity.tag_manager


def _require_room(resource: str | None, there: Mapping[str, Any], tags: Any) -> None:
    from localstack.aws.api.stepfunctions import TooManyTags

    if len({*there, *(tag["key"] for tag in tags or [])}) > _MOST_TAGS:
        raise TooManyTags(
            "You've exceeded the number of tags allowed for a resource. See the Limits Topic in the Step Functions"
            " Developer Guide.",
            resourceName=resource,
        )


CORRECTION = Correction(
    name="listings",
    localstack="Begins a list anew for a token that is none, takes any number of tags, and loses those of an activity.",
    aws=(
        "Refuses such a token (`InvalidToken`) and the 51st tag (`TooManyTags`), pages map runs, tags activities, and"
        " does not find an alias that is not there (`ResourceNotFound`)."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html",
    patches={PROVIDER: _refuse_as_aws},
)
