"""Hands a person's answer to the workflow that waits for it."""

import json
import os
from typing import Any

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["REQUESTS"])
STATES = boto3.client("stepfunctions")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer ``POST /requests/{id}/{answer}``."""
    parameters = event["pathParameters"]
    request, answer = parameters["id"], parameters["answer"]
    if answer not in {"approve", "reject"}:
        return _response(400, f"expected approve or reject, found {answer}")
    item = TABLE.get_item(Key={"id": request}).get("Item")
    if item is None:
        return _response(404, f"there is no request {request}")
    try:
        if answer == "approve":
            STATES.send_task_success(taskToken=item["token"], output=json.dumps({"approved": True}))
        else:
            STATES.send_task_failure(taskToken=item["token"], error="Rejected", cause="A person said no.")
    except (STATES.exceptions.TaskTimedOut, STATES.exceptions.TaskDoesNotExist):
        return _response(409, f"the request {request} has been answered, or is too old")
    return _response(200, f"{request}: {answer}")


def _response(status: int, message: str) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps({"message": message})}
