"""Starts an execution for each message of a batch, and names those for which it could not."""

import json
import os
from typing import Any

import boto3

STATES = boto3.client("stepfunctions")
ARN = os.environ["STATE_MACHINE_ARN"]


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Return the messages that are to be delivered again; the others have been taken."""
    failed = [record["messageId"] for record in event["Records"] if not _started(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _started(body: str) -> bool:
    try:
        job = json.loads(body)
        name, work = job["id"], {"left": int(job["steps"])}
    except (ValueError, KeyError, TypeError) as error:
        print(f"not a job: {error!r}: {body}")
        return False
    try:
        # the job's id is the execution's name: a message that is delivered twice starts one
        STATES.start_execution(stateMachineArn=ARN, name=name, input=json.dumps(work))
    except STATES.exceptions.ExecutionAlreadyExists:
        print(f"done before: {name}")
    return True
