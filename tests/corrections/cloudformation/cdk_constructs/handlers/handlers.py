"""What the constructs of the app call."""

from __future__ import annotations

import os
from typing import Any

import boto3


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Begin to make the thing."""
    return {"PhysicalResourceId": "thing", "Data": {"Asked": event["RequestType"]}}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Say that it is made when asked a second time."""
    before = os.environ.get("ASKED")
    os.environ["ASKED"] = event["RequestId"]
    if before != event["RequestId"]:
        return {"IsComplete": False}
    if event["RequestType"] == "Delete":
        return {"IsComplete": True}
    return {"IsComplete": True, "Data": {"Said": f"version {event['ResourceProperties']['Version']}"}}


def trigger(_event: object, _context: object) -> None:
    """Say that a deployment has run this."""
    boto3.client("sqs").send_message(QueueUrl=os.environ["LOG"], MessageBody=f"triggered {os.environ['VERSION']}")
