"""Items of a Map Run: from the state's input, or from Amazon S3 as ``ItemReader`` says.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from localstack_corrections.stepfunctions.distributed_map.failures import READER, MapRunError
from localstack_corrections.stepfunctions.distributed_map.templates import evaluated, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from localstack_corrections.stepfunctions.distributed_map.fields import Fields

_DELIMITERS: Final = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_LARGEST_MAX_ITEMS: Final = 100_000_000


class Item(NamedTuple):
    """One item of a Map Run."""

    value: Any
    source: str
    """Where it is from: ``STATE_DATA``, or the URI of an object or a bucket in Amazon S3."""

    @property
    def context(self) -> dict[str, Any]:
        """Return what ``Map.Item`` of the context object has of it, apart from its index."""
        pair = isinstance(self.value, Pair)
        return {
            **({"Key": self.value["Key"]} if pair else {}),
            "Value": self.value["Value"] if pair else self.value,
            "Source": self.source,
        }


class Pair(dict[str, Any]):
    """One member of an object that is iterated over."""


def pairs(document: dict[str, Any]) -> list[Any]:
    """Return the items that an object stands for: its members."""
    return [Pair(Key=key, Value=value) for key, value in document.items()]


def read_items(fields: Fields, env: Any) -> list[Item]:
    """Return the items that ``ItemReader`` reads.

    :raises MapRunError: they cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    reader = fields.reader or {}
    config = reader.get("ReaderConfig") or {}
    limit = _max_items(fields, env, config)
    headers = config.get("CSVHeaders")
    if isinstance(headers, str):
        config = config | {"CSVHeaders": named(fields, env, config, "CSVHeaders")}
    arguments = evaluated(fields, env, reader.get("Parameters") or reader.get("Arguments") or {})
    try:
        return list(islice(_items(reader, config, arguments, s3_client(env)), limit))
    except ClientError as error:
        raise MapRunError(READER, error.response["Error"]["Message"]) from error
    except (BotoCoreError, OSError, UnicodeDecodeError, csv.Error) as error:
        raise MapRunError(READER, str(error)) from error


def _max_items(fields: Fields, env: Any, config: dict[str, Any]) -> int:
    value = named(fields, env, config, "MaxItems")
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if value is None:
        return _LARGEST_MAX_ITEMS
    if not isinstance(value, int):
        path = config.get("MaxItemsPath")
        raise MapRunError(
            READER, f"The MaxItemsPath field refers to value '{value}' which is not a valid integer: {path}"
        )
    if value < 0:
        raise MapRunError(READER, "field MaxItems must be positive")
    return min(value or _LARGEST_MAX_ITEMS, _LARGEST_MAX_ITEMS)


def s3_client(env: Any) -> Any:
    """Return a client of Amazon S3 with the role of the execution."""
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.credentials import (
        StateCredentials,
    )
    from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for

    about = env.aws_execution_details
    return boto_client_for(
        service="s3", region=about.region, state_credentials=StateCredentials(role_arn=about.role_arn)
    )


def _items(reader: dict[str, Any], config: dict[str, Any], arguments: dict[str, Any], client: Any) -> Iterator[Item]:
    if not str(reader.get("Resource")).endswith(":listObjectsV2"):
        yield from _with_source(config, arguments, client)
        return
    for listed in _listed(arguments, client):
        if config.get("Transformation") == "LOAD_AND_FLATTEN":
            yield from _with_source(config, {"Bucket": arguments["Bucket"], "Key": listed["Key"]}, client)
        else:
            yield Item(listed, f"s3://{arguments['Bucket']}")


def _with_source(config: dict[str, Any], arguments: dict[str, Any], client: Any) -> Iterator[Item]:
    source = f"s3://{arguments.get('Bucket')}/{arguments.get('Key')}"
    for value in _of_object(config, arguments, client):
        yield Item(value, source)


def _listed(arguments: dict[str, Any], client: Any) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_objects_v2").paginate(**arguments):
        for found in page.get("Contents", []):
            modified = found["LastModified"]
            yield {
                "Etag": found["ETag"],
                "Key": found["Key"],
                "LastModified": int(modified.timestamp()),
                "Size": found["Size"],
                "StorageClass": found.get("StorageClass", "STANDARD"),
            }


def _body(arguments: dict[str, Any], client: Any) -> bytes:
    body: bytes = client.get_object(**arguments)["Body"].read()
    return body


def _of_object(config: dict[str, Any], arguments: dict[str, Any], client: Any) -> Iterable[Any]:
    kind = config.get("InputType", "JSON")
    if config.get("ManifestType") == "ATHENA_DATA":
        return _of_athena(config, _body(arguments, client).decode("utf-8-sig"), client)
    if kind == "MANIFEST":
        return _of_inventory(_body(arguments, client).decode("utf-8-sig"), client)
    return _parsed(config, kind, _body(arguments, client))


def _parsed(config: dict[str, Any], kind: str, body: bytes) -> Iterable[Any]:
    parse: Callable[[dict[str, Any], str], Iterable[Any]] | None = _PARSERS.get(kind)
    if parse is None:
        raise MapRunError(READER, f"The InputType '{kind}' cannot be read by this emulator.")
    return parse(config, body.decode("utf-8-sig"))


def _of_json(config: dict[str, Any], text: str) -> Iterable[Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MapRunError(READER, f"Attempting to parse a document that is not JSON: {error}") from error
    if pointer := config.get("ItemsPointer"):
        document = _pointed(document, pointer)
    if isinstance(document, dict):
        return pairs(document)
    if not isinstance(document, list):
        raise MapRunError(READER, "Attempting to map over non-iterable node.")
    return document


def _pointed(document: Any, pointer: str) -> Any:
    """Return what a JSON Pointer (RFC 6901) names."""
    for part in pointer.lstrip("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            raise MapRunError(READER, f"The ItemsPointer '{pointer}' names nothing in the document.")
    return document


def _of_json_lines(config: dict[str, Any], text: str) -> Iterator[Any]:
    del config
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise MapRunError(READER, f"Line {number} is not JSON: {error}") from error


def _of_csv(config: dict[str, Any], text: str) -> Iterator[dict[str, str]]:
    rows = csv.reader(io.StringIO(text), delimiter=_DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ","))
    filled = (row for row in rows if row)
    given = config.get("CSVHeaderLocation", "FIRST_ROW") == "GIVEN"
    headers = list(config.get("CSVHeaders") or []) if given else next(filled, [])
    if len(set(headers)) < len(headers):
        raise MapRunError(READER, "CSV headers cannot contain duplicates.")
    ordered = sorted(enumerate(headers), key=lambda header: (header[1].isalpha(), header[1]))
    for row in filled:
        yield {header: row[column] if column < len(row) else "" for column, header in ordered}


_PARSERS: Final = {"JSON": _of_json, "JSONL": _of_json_lines, "CSV": _of_csv}


def _of_inventory(manifest: str, client: Any) -> Iterator[dict[str, str]]:
    """Yield the objects that an S3 inventory lists."""
    try:
        document = json.loads(manifest)
        bucket = document["destinationBucket"].rpartition(":")[2]
        schema, files = [name.strip() for name in document["fileSchema"].split(",")], document["files"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MapRunError(READER, f"The manifest is none of an S3 inventory: {error!r}") from error
    if document.get("fileFormat", "CSV") != "CSV":
        raise MapRunError(READER, f"The format '{document['fileFormat']}' of the S3 inventory is not supported.")
    for listed in files:
        body = _body({"Bucket": bucket, "Key": listed["key"]}, client)
        text = (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode()
        yield from (dict(zip(schema, row, strict=False)) for row in csv.reader(io.StringIO(text)) if row)


def _of_athena(config: dict[str, Any], manifest: str, client: Any) -> Iterator[Any]:
    """Yield the items of all data files that a manifest of Athena's UNLOAD names."""
    for line in manifest.splitlines():
        bucket, _, key = line.strip().strip('"').removeprefix("s3://").partition("/")
        if key:
            body = _body({"Bucket": bucket, "Key": key}, client)
            body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
            yield from _parsed(config, config.get("InputType", "JSONL"), body)
