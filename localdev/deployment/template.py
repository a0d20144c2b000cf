"""Deploy a CloudFormation or SAM template without the CDK.

The local files that the template names are packaged, and the emulator itself expands what SAM adds to CloudFormation.
``aws cloudformation deploy`` is not used: it asks once in 30 s how far the
stack is, and loses the reason why a template is refused.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from localdev.deployment import packaging, template_records
from localdev.deployment.packaging import BUCKET
from localdev.deployment.stack import failed_resources, stack_outputs
from localdev.system.errors import LocaldevError
from localdev.system.installation import ensure_installed
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

    from localdev.deployment.cdk import Outputs
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_LONGEST_BODY: Final = 51_200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_GENERAL: Final = frozenset({"template", "packaged", "main", "index"})
"""Names of files that say nothing of the app."""
_BUILT: Final = (".aws-sam", "build")
"""Where ``sam build`` writes the template of the folder above."""
_SECONDS: Final = 3600.0
_NEVER_CREATED: Final = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
_MISSING_PARAMETERS: Final = re.compile(r"Parameters: \[(?P<names>[^]]+)\] must have values")


def stack_name_for(template: Path) -> str:
    """Return a stack's name for a template: that of its file, or of its folder where every app calls the file so."""
    folder = template.resolve().parent
    if folder.parts[-2:] == _BUILT:
        folder = folder.parents[1]
    name = folder.name if template.stem.lower() in _GENERAL else template.stem
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lstrip("0123456789-") or "app"


def deploy_template(engine: Engine, template: Path, parameters: Sequence[str] = ()) -> Outputs:
    """Deploy a template with the local files it names, and return the stack's outputs.

    ``parameters`` are values of its parameters, each ``KEY=VALUE``. An update keeps those that are not given.

    :raises LocaldevError: there is no such file, or with what the AWS CLI, CloudFormation or the failing resource said.
    """
    given = require_deployable(engine, template, parameters)
    ensure_installed()
    name = stack_name_for(template)
    clients = engine.clients()
    clients.client("s3").create_bucket(Bucket=BUCKET)
    package = packaging.package(engine, template)
    template_records.remember(name, package.sources)
    try:
        is_begun = _begin(engine, clients, name, package.body, given)
    except clients.client("cloudformation").exceptions.ClientError as error:
        raise _refused(error.response["Error"]["Message"]) from error
    if is_begun:
        _wait(clients, name)
    return {name: stack_outputs(clients, name)}


def require_deployable(engine: Engine, template: Path, parameters: Sequence[str]) -> dict[str, str]:
    """Check what is asked for before anything is started, and return the values of parameters.

    :raises LocaldevError: there is no such file, a parameter has no value, or the engine takes no template.
    """
    packaging.require_template(template)
    if engine.kind.is_account:
        raise LocaldevError(
            "--template is not for --engine aws.", "deploy it there with 'sam deploy' or 'aws cloudformation deploy'."
        )
    return dict(_parameter(each) for each in parameters)


def remove_template(engine: Engine, name: str) -> None:
    """Remove the stack of a template. :raises WaitTimeoutError: it is not gone after an hour."""
    clients = engine.clients()
    clients.client("cloudformation").delete_stack(StackName=name)
    _wait_until_gone(clients, name)


def _wait_until_gone(clients: Clients, name: str) -> None:
    def gone() -> bool | None:
        stack = _find(clients, name)
        if stack and stack["StackStatus"] == "DELETE_FAILED":
            raise LocaldevError(f"The stack {name} could not be removed: {stack.get('StackStatusReason', '')}")
        return not stack or None

    wait_until(gone, what=f"the stack {name} to be deleted", seconds=_SECONDS)


def _parameter(text: str) -> tuple[str, str]:
    name, has_value, value = text.partition("=")
    if not has_value:
        raise LocaldevError(f"--parameter expects KEY=VALUE, found {text!r}.", f"type --parameter {text}=VALUE.")
    return name, value


def _begin(engine: Engine, clients: Clients, name: str, body: str, given: dict[str, str]) -> bool:
    """Begin to create or update a stack, and return whether there is anything to do."""
    api = clients.client("cloudformation")
    stack = _find(clients, name)
    if stack and stack["StackStatus"] in _NEVER_CREATED:
        api.delete_stack(StackName=name)
        _wait_until_gone(clients, name)
        stack = None
    settings: dict[str, Any] = {
        "StackName": name,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": _values(json.loads(body).get("Parameters") or {}, given, stack),
        **_where(engine, clients, name, body),
    }
    if stack is None:
        api.create_stack(**settings)
        return True
    try:
        api.update_stack(**settings)
    except api.exceptions.ClientError as error:
        if "No updates are to be performed" in error.response["Error"]["Message"]:
            return False
        raise
    return True


def _values(declared: dict[str, Any], given: dict[str, str], stack: StackTypeDef | None) -> list[ParameterTypeDef]:
    """Return the parameters of a deployment: those that are given, and for the others those of the stack."""
    values: list[ParameterTypeDef] = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    deployed = {each.get("ParameterKey") for each in stack.get("Parameters", [])} if stack else set()
    return values + [
        {"ParameterKey": key, "UsePreviousValue": True} for key in declared if key in deployed and key not in given
    ]


def _where(engine: Engine, clients: Clients, name: str, body: str) -> dict[str, str]:
    """Return how CloudFormation gets a template: with the request, or from S3 where it is too long for that."""
    if len(body.encode()) <= _LONGEST_BODY:
        return {"TemplateBody": body}
    clients.client("s3").put_object(Bucket=BUCKET, Key=f"{name}.template", Body=body.encode())
    return {"TemplateURL": f"{engine.endpoint_url}/{BUCKET}/{name}.template"}


def _find(clients: Clients, name: str) -> StackTypeDef | None:
    api = clients.client("cloudformation")
    try:
        return api.describe_stacks(StackName=name)["Stacks"][0]
    except api.exceptions.ClientError:
        return None


def _wait(clients: Clients, name: str) -> None:
    """Wait until a stack is deployed. :raises LocaldevError: it failed, with what failed in it."""

    def settled() -> StackTypeDef | None:
        stack = clients.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

    stack = wait_until(settled, what=f"the stack {name} to be deployed", seconds=_SECONDS)
    if stack["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        return
    reasons = failed_resources(clients, name) or [stack.get("StackStatusReason", stack["StackStatus"])]
    what = "\n".join(f"  {reason}" for reason in reasons)
    raise LocaldevError(f"The stack {name} could not be deployed. What failed:\n{what}")


def _refused(message: str) -> LocaldevError:
    """Return the error of a template that CloudFormation refuses."""
    hint = "mend what is named above."
    if missing := _MISSING_PARAMETERS.search(message):
        names = re.split(r",\s*", missing["names"])
        hint = f"give {'each' if len(names) > 1 else 'it'}: {' '.join(f'--parameter {name}=VALUE' for name in names)}."
    return LocaldevError(f"  {message}\nThe template could not be deployed.", hint)
