"""Asks for an approval: keeps the task's token under the request's id. Here an e-mail with two links would be sent."""

import os

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["REQUESTS"])


def handler(event: dict[str, str], _context: object) -> None:
    """Keep ``token`` for the one who answers ``id``."""
    TABLE.put_item(Item={"id": event["id"], "token": event["token"]})
