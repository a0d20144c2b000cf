"""Custom resources: a Lambda function or an SNS topic that makes what CloudFormation does not know.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.config import Config
from localstack import config
from localstack.aws.connect import connect_to
from localstack.http import Request, Response
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider
from localstack.services.edge import ROUTER

from localstack_corrections.cloudformation.resources.ignored import left_out

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Properties

LOG = logging.getLogger(__name__)
_PATH = "/_aws/cloudformation/responses"
_DEFAULT_SECONDS = 3600
_MOST_BYTES = 4096
_INSTALLS = "InstallLatestAwsSdk"
_LONGEST_INVOCATION = Config(read_timeout=910, retries={"total_max_attempts": 1})


class _Answers:
    """The answers that custom resources owe, by token."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[threading.Event, dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._is_served = False

    def expect(self) -> str:
        """Return a new token, and serve its address."""
        token = uuid.uuid4().hex
        with self._lock:
            if not self._is_served:
                self._is_served = True
                ROUTER.add(f"{_PATH}/<token>", self._put, methods=["PUT"])
            self._waiting[token] = (threading.Event(), {})
        return token

    def give(self, token: str, answer: dict[str, Any]) -> bool:
        """Take the first answer for a token."""
        waiting = self._waiting.get(token)
        if waiting is None or waiting[0].is_set():
            return False
        waiting[1].update(answer)
        waiting[0].set()
        return True

    def wait(self, token: str, seconds: float) -> dict[str, Any] | None:
        """Return the answer, or None when there is none in time."""
        event, answer = self._waiting[token]
        answered = event.wait(seconds)
        del self._waiting[token]
        return answer if answered else None

    def _put(self, request: Request, token: str) -> Response:
        body = request.get_data()
        try:
            answer = json.loads(body)
        except ValueError:
            answer = {"Status": "FAILED", "Reason": "Invalid response: it is not JSON"}
        if len(body) > _MOST_BYTES:
            answer = {"Status": "FAILED", "Reason": f"Response object is too long: at most {_MOST_BYTES} bytes"}
        return Response(status=200 if self.give(token, answer) else 403)


ANSWERS = _Answers()


class CustomResourceProvider(ResourceProvider):
    """``AWS::CloudFormation::CustomResource`` and ``Custom::*``."""

    TYPE = "AWS::CloudFormation::CustomResource"
    SCHEMA: ClassVar[Properties] = {
        "typeName": TYPE,
        "properties": {"ServiceToken": {"type": "string"}},
        "required": ["ServiceToken"],
        "readOnlyProperties": ["/properties/PhysicalResourceId"],
        "primaryIdentifier": ["/properties/PhysicalResourceId"],
    }

    def create(self, request: Any) -> Any:
        """Ask for a new resource."""
        return self._ask(request, "Create", request.desired_state, {})

    def update(self, request: Any) -> Any:
        """Ask for a change; an answer with another physical id says that the resource was replaced."""
        deployed = request.custom_context["deployed"]
        before = deployed["SpecifiedProperties"]
        if before.get("ServiceToken") != request.desired_state.get("ServiceToken"):
            return _failed(deployed["PhysicalResourceId"], "Modifying service token is not allowed.")
        more = {"PhysicalResourceId": deployed["PhysicalResourceId"], "OldResourceProperties": _as_text(before)}
        return self._ask(request, "Update", request.desired_state, more)

    def delete(self, request: Any) -> Any:
        """Ask for the end of a resource."""
        deployed = request.custom_context["deployed"]
        more = {"PhysicalResourceId": deployed["PhysicalResourceId"]}
        return self._ask(request, "Delete", deployed["SpecifiedProperties"], more)

    def _ask(self, request: Any, kind: str, properties: Properties, more: Properties) -> Any:
        token = ANSWERS.expect()
        message = {
            "RequestType": kind,
            "ResponseURL": f"{config.internal_service_url()}{_PATH}/{token}",
            "StackId": request.stack_id,
            "RequestId": str(uuid.uuid4()),
            "ResourceType": request.resource_type,
            "LogicalResourceId": request.logical_resource_id,
            "ServiceToken": properties.get("ServiceToken"),
            "ResourceProperties": _as_text(_for_this_machine(properties)),
            **more,
        }
        _send(request, message, token)
        seconds = float(properties.get("ServiceTimeout") or _DEFAULT_SECONDS)
        answer = ANSWERS.wait(token, seconds)
        if answer is None:
            reason = f"CloudFormation did not receive a response from your Custom Resource within {seconds:g} s."
            return _failed(more.get("PhysicalResourceId"), f"{reason} RequestId: {message['RequestId']}")
        return _outcome(request, answer, properties, more.get("PhysicalResourceId"))


def _send(request: Any, message: Properties, token: str) -> None:
    service = str(message["ServiceToken"] or "")
    clients = connect_to(aws_access_key_id=request.account_id, region_name=request.region_name)
    if ":lambda:" in service:
        threading.Thread(target=_invoke, args=(request, service, message, token), daemon=True).start()
    elif ":sns:" in service:
        subject = "AWS CloudFormation custom resource request"
        clients.sns.publish(TopicArn=service, Subject=subject, Message=json.dumps(message))
    else:
        ANSWERS.give(token, {"Status": "FAILED", "Reason": f"Invalid ServiceToken: {service or 'it is missing'}"})


def _invoke(request: Any, function: str, message: Properties, token: str) -> None:
    """Invoke a function, and answer for one that ends with an error: AWS lets it time out after an hour."""
    clients = connect_to(
        aws_access_key_id=request.account_id, region_name=request.region_name, config=_LONGEST_INVOCATION
    )
    try:
        result = clients.lambda_.invoke(FunctionName=function, Payload=json.dumps(message))
        if error := result.get("FunctionError"):
            text = result["Payload"].read().decode(errors="replace")
            ANSWERS.give(token, {"Status": "FAILED", "Reason": f"{error} error in {function}: {text}"})
    except Exception as error:
        LOG.debug("custom resource %s", message["LogicalResourceId"], exc_info=True)
        ANSWERS.give(token, {"Status": "FAILED", "Reason": f"Invoking {function} failed: {error}"})


def _outcome(request: Any, answer: dict[str, Any], properties: Properties, before: str | None) -> Any:
    physical_id = answer.get("PhysicalResourceId") or before
    if answer.get("Status") != "SUCCESS":
        reason = answer.get("Reason") or "no reason was given"
        return _failed(
            physical_id, f"Received response status [FAILED] from custom resource. Message returned: {reason}"
        )
    if not physical_id:
        return _failed(None, "Invalid PhysicalResourceId: the response of a custom resource must have one.")
    data = answer.get("Data") or {}
    model = {**properties, **_as_attributes(data), "PhysicalResourceId": str(physical_id)}
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model, custom_context=request.custom_context)


def _failed(physical_id: str | None, reason: str) -> Any:
    model = {"PhysicalResourceId": physical_id} if physical_id else {}
    return ProgressEvent(OperationStatus.FAILED, resource_model=model, message=reason)


def _for_this_machine(properties: Properties) -> Properties:
    """Return the properties without what the CDK's own functions would do elsewhere.

    ``AwsCustomResource`` installs the AWS SDK with npm at each deployment. The one that functions find here is as new;
    without a network npm tries for over a minute before that one is used.
    """
    installs = {_INSTALLS: "false"} if _INSTALLS in properties else {}
    skipped = left_out(properties)
    return {**{name: value for name, value in properties.items() if name not in skipped}, **installs}


def _as_text(value: Any) -> Any:
    """Return properties as CloudFormation sends them: every scalar is a string."""
    if isinstance(value, dict):
        return {key: _as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_attributes(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, dict | list) else _as_text(value) for key, value in data.items()}
