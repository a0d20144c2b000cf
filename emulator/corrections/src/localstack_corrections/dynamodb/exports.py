"""Exports to S3 and imports from it, in LocalStack's S3; moto looks into its own, which has no buckets here.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html. What is exported is
``DYNAMODB_JSON``; what is imported, that and ``CSV``, compressed with gzip or not.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import secrets
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.values import attributes_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def replace_export(module: Any) -> None:
    """Write what a table has to a bucket.

    :param module: ``moto.dynamodb.models.table_export``
    """
    export = module.TableExport
    original, response = export.__init__, export.response

    @wraps(original)
    def begin(self: Any, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self.export_id = f"{int(time.time() * 1000):014d}-{secrets.token_hex(4)}"
        self.arn = f"{self.table.table_arn}/export/{self.export_id}"
        self.items = [{"Item": attributes_of(item)} for item in self.table.all_items()]

    export.__init__, export.run = begin, lambda self: _run(self, _export)
    export.response = lambda self: {
        **{name: value for name, value in response(self).items() if value is not None},
        "TableArn": self.table.table_arn,
        "S3Bucket": self.s3_bucket,
        "ExportFormat": "DYNAMODB_JSON",
    }


def replace_import(module: Any) -> None:
    """Make a table of what is in a bucket.

    :param module: ``moto.dynamodb.models.table_import``
    """
    module.TableImport.run = lambda self: _run(self, _import)
    response = module.TableImport.response
    module.TableImport.response = lambda self: {
        name: value for name, value in response(self).items() if value is not None
    }


def replace_handler(module: Any) -> None:
    """Let an export go to the top of its bucket, and an import say what format it reads.

    :param module: ``moto.dynamodb.responses``
    """
    handler = module.DynamoHandler
    export, load = handler.export_table_to_point_in_time, handler.import_table

    @wraps(export)
    def export_table_to_point_in_time(self: Any) -> Any:
        self.body.setdefault("S3Prefix", "")
        _set_recovery(self)
        return export(self)

    @wraps(load)
    def import_table(self: Any) -> Any:
        source = self.body["S3BucketSource"]
        source["Format"], source["Options"] = self.body.get("InputFormat"), self.body.get("InputFormatOptions") or {}
        return load(self)

    handler.export_table_to_point_in_time, handler.import_table = export_table_to_point_in_time, import_table


def _set_recovery(handler: Any) -> None:
    """Tell moto whether a table has point-in-time recovery, which LocalStack keeps."""
    from localstack.services.dynamodb.provider import get_store

    table = handler.dynamodb_backend.get_table(handler.body["TableArn"])
    kept = get_store(handler.current_account, handler.region).table_properties.get(table.name) or {}
    recovery = (kept.get("ContinuousBackupsDescription") or {}).get("PointInTimeRecoveryDescription")
    table.continuous_backups["PointInTimeRecoveryDescription"] = recovery or {"PointInTimeRecoveryStatus": "DISABLED"}


def _run(task: Any, work: Any) -> None:
    from botocore.exceptions import ClientError
    from localstack.aws.connect import connect_to

    try:
        work(task, connect_to(aws_access_key_id=task.account_id, region_name=task.region_name).s3)
        task.status = "FAILED" if task.error_count else "COMPLETED"
    except ClientError as error:
        task.status, task.failure_message = "FAILED", str(error)
        task.failure_code = f"S3{error.response['Error']['Code']}"
    except Exception as error:  # noqa: BLE001 - a thread's only way to say what went wrong
        task.status, task.failure_code, task.failure_message = "FAILED", "UNKNOWN", str(error)


def _export(task: Any, s3: Any) -> None:
    prefix = f"{task.s3_prefix.rstrip('/')}/".lstrip("/") + f"AWSDynamoDB/{task.export_id}/"
    data = f"{prefix}data/{secrets.token_hex(13)}.json.gz"
    lines = "".join(json.dumps(item, separators=(",", ":")) + "\n" for item in task.items)
    task.item_count, task.processed_bytes = len(task.items), len(lines)
    files = {"itemCount": task.item_count, "dataFileS3Key": data}
    summary = {
        "version": "2020-06-30",
        "exportArn": task.arn,
        "tableArn": task.table.table_arn,
        "s3Bucket": task.s3_bucket,
        "s3Prefix": task.s3_prefix or None,
        "manifestFilesS3Key": f"{prefix}manifest-files.json",
        "billedSizeBytes": task.processed_bytes,
        "itemCount": task.item_count,
        "outputFormat": "DYNAMODB_JSON",
    }
    for key, body in (
        (data, gzip.compress(lines.encode())),
        (f"{prefix}manifest-files.json", json.dumps(files).encode() + b"\n"),
        (f"{prefix}manifest-summary.json", json.dumps(summary).encode()),
    ):
        s3.put_object(Bucket=task.s3_bucket, Key=key, Body=body)


def _import(task: Any, s3: Any) -> None:
    from localstack.services.dynamodb.server import DynamodbServer
    from moto.dynamodb.models import dynamodb_backends

    bucket, prefix = task.s3_source["S3Bucket"], task.s3_source.get("S3KeyPrefix") or ""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
    bodies = [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]
    with DynamodbServer.get().proxy.exclusive():
        task.table = dynamodb_backends[task.account_id][task.region_name].create_table(
            name=task.table_name, billing_mode=task.billing_mode, throughput=task.throughput, schema=task.key_schema,
            global_indexes=task.global_indexes or [], indexes=[], attr=task.attrs, sse_specification=None,
            streams=None, tags=[], deletion_protection_enabled=False, warm_throughput=None,
        )  # fmt: skip
        for body in bodies:
            text = (gzip.decompress(body) if task.compression_type == "GZIP" else body).decode()
            for item in _items(text, task):
                _put(task, item)


def _items(text: str, task: Any) -> Iterator[dict[str, Any]]:
    if task.s3_source.get("Format") != "CSV":
        yield from (json.loads(line)["Item"] for line in text.splitlines() if line.strip())
        return
    options = (task.s3_source.get("Options") or {}).get("Csv") or {}
    types = {each["AttributeName"]: each["AttributeType"] for each in task.attrs}
    rows = csv.DictReader(io.StringIO(text), options.get("HeaderList") or None, delimiter=options.get("Delimiter", ","))
    for row in rows:
        # all but keys is text: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html
        yield {name: {types.get(name, "S"): value} for name, value in row.items() if value}


def _put(task: Any, item: dict[str, Any]) -> None:
    task.processed_count += 1
    task.processed_bytes += len(json.dumps(item))
    try:
        task.table.put_item(item)
        task.imported_count += 1
    except Exception as error:  # noqa: BLE001 - one item that cannot be kept leaves the others
        task.error_count += 1
        task.failure_message = str(error)
