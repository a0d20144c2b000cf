"""Lambda."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.resources.change import put_again

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.resources.change import Change, Preparation, Update

_SECONDS_FOR_A_MAPPING, _PAUSE_SECONDS = 30.0, 0.05
_CONFIGURATION: Mapping[str, Any] = {
    "DeadLetterConfig": {},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "Handler": None,
    "ImageConfig": {},
    "Layers": [],
    "MemorySize": 128,
    "Role": None,
    "Runtime": None,
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
"""What UpdateFunctionConfiguration takes, and what a function has where a template is silent."""


def function(change: Change) -> None:
    """Change a function's code, configuration and tags, each only if it differs."""
    from localstack.services.lambda_.resource_providers.aws_lambda_function import _get_lambda_code_param

    api, name = change.client("lambda_"), change.after["FunctionName"]
    if change.changed("Code", "Architectures"):
        code = {key: value for key, value in _get_lambda_code_param(change.after).items() if key != "SourceKMSKeyArn"}
        architectures = change.after.get("Architectures", ["x86_64"])
        api.update_function_code(FunctionName=name, Architectures=architectures, **code)
        api.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    if settings := _settings(change):
        api.update_function_configuration(FunctionName=name, **settings)
        api.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    if change.changed("ReservedConcurrentExecutions"):
        _reserve(change, name)
    _retag(change, change.after["Arn"])


def _reserve(change: Change, name: str) -> None:
    api, wanted = change.client("lambda_"), change.after.get("ReservedConcurrentExecutions")
    if wanted is None:
        api.delete_function_concurrency(FunctionName=name)
    else:
        api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(wanted))


def _settings(change: Change) -> dict[str, Any]:
    settings = {
        name: change.after.get(name, default)
        for name, default in _CONFIGURATION.items()
        if change.changed(name) and (name in change.after or default is not None)
    }
    if "Environment" in settings:
        variables = settings["Environment"].get("Variables", {})
        settings["Environment"] = {"Variables": {key: str(value) for key, value in variables.items()}}
    if change.changed("LoggingConfig"):
        default_group = f"/aws/lambda/{change.after['FunctionName']}"
        settings["LoggingConfig"] = {
            "LogFormat": "Text",
            "LogGroup": default_group,
            **(change.after.get("LoggingConfig") or {}),
        }
    return settings


def _retag(change: Change, arn: str) -> None:
    api = change.client("lambda_")
    change.retag(
        lambda tags: api.tag_resource(Resource=arn, Tags=tags),
        lambda keys: api.untag_resource(Resource=arn, TagKeys=keys),
    )


def alias(change: Change) -> None:
    """Point an alias to another version, and its weights to others."""
    api, function_name, name = change.client("lambda_"), change.after["FunctionName"], change.after["Name"]
    weights = (change.after.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if isinstance(weights, list):
        weights = {each["FunctionVersion"]: each["FunctionWeight"] for each in weights}
    api.update_alias(
        FunctionName=function_name,
        Name=name,
        FunctionVersion=change.after["FunctionVersion"],
        Description=change.after.get("Description", ""),
        RoutingConfig={"AdditionalVersionWeights": weights},
    )
    if not change.changed("ProvisionedConcurrencyConfig"):
        return
    if wanted := change.after.get("ProvisionedConcurrencyConfig"):
        executions = wanted["ProvisionedConcurrentExecutions"]
        api.put_provisioned_concurrency_config(
            FunctionName=function_name, Qualifier=name, ProvisionedConcurrentExecutions=executions
        )
    else:
        api.delete_provisioned_concurrency_config(FunctionName=function_name, Qualifier=name)


def url(change: Change) -> None:
    """Change who may call a URL, and how."""
    defaults: Mapping[str, Any] = {"AuthType": "NONE", "Cors": {}, "InvokeMode": "BUFFERED"}
    settings = {name: change.after.get(name, default) for name, default in defaults.items() if change.changed(name)}
    if qualifier := change.after.get("Qualifier"):
        settings["Qualifier"] = qualifier
    change.client("lambda_").update_function_url_config(FunctionName=change.after["TargetFunctionArn"], **settings)


_MAPPING_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": None,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {},
    "Enabled": True,
    "FilterCriteria": {},
    "FunctionName": None,
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "ScalingConfig": {},
    "SourceAccessConfigurations": [],
    "TumblingWindowInSeconds": 0,
}


def event_source_mapping(change: Change) -> None:
    """Change how a function reads from its source."""
    settings = {
        name: change.after.get(name, default)
        for name, default in _MAPPING_DEFAULTS.items()
        if change.changed(name) and (name in change.after or default is not None)
    }
    if change.changed("BatchSize") and "BatchSize" not in change.after:
        is_queue = ":sqs:" in str(change.after.get("EventSourceArn", ""))
        settings["BatchSize"] = 10 if is_queue else 100
    if settings:
        change.client("lambda_").update_event_source_mapping(UUID=change.after["Id"], **settings)
        _wait_for_mapping(change, change.after["Id"])
    if arn := change.after.get("EventSourceMappingArn"):
        _retag(change, arn)


def _wait_for_mapping(change: Change, uuid: str) -> None:
    """Wait until the function reads from its source again, or does not; one whose source is gone never does."""
    is_off = str(change.after.get("Enabled", True)).lower() == "false"
    deadline = time.monotonic() + _SECONDS_FOR_A_MAPPING
    while time.monotonic() < deadline:
        state = change.client("lambda_").get_event_source_mapping(UUID=uuid)["State"]
        if state == ("Disabled" if is_off else "Enabled"):
            return
        time.sleep(_PAUSE_SECONDS)


def refuse_same_version(request: Any) -> None:
    """Refuse a version of code and configuration that have one: to publish them again gives that one back.

    The provider publishes once more, which gives back what is published here.
    """
    if request.custom_context:
        # a creation that takes a while is asked for again
        return
    wanted = request.desired_state
    api, name = request.aws_client_factory.lambda_, wanted["FunctionName"]
    pages = api.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    before = {each["Version"] for page in pages for each in page["Versions"]}
    settings = {key: wanted[key] for key in ("CodeSha256", "Description") if wanted.get(key)}
    version = api.publish_version(FunctionName=name, **settings)["Version"]
    if version in before:
        raise ValueError(
            f"A version for this Lambda function exists ( {version} ). Modify the function to create a new version."
        )


PREPARATIONS: Mapping[str, Preparation] = {"AWS::Lambda::Version": refuse_same_version}

UPDATES: Mapping[str, Update] = {
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::EventInvokeConfig": put_again,
    "AWS::Lambda::EventSourceMapping": event_source_mapping,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Url": url,
}
