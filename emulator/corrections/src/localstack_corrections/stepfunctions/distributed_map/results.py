"""Results of a Map Run: the state's output, and the files that ``ResultWriter`` asks for.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.distributed_map.failures import WRITER, MapRunError
from localstack_corrections.stepfunctions.distributed_map.reading import s3_client
from localstack_corrections.stepfunctions.distributed_map.templates import evaluated
from localstack_corrections.stepfunctions.failures import compact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from localstack_corrections.stepfunctions.distributed_map.map_run import MapRun

_SUCCEEDED, _FAILED, _PENDING = "SUCCEEDED", "FAILED", "PENDING"


def state_output(run: MapRun, env: Any) -> Any:
    """Write the files that ``ResultWriter`` asks for, if any, and return the output of the Map state.

    :raises MapRunError: they cannot be written.
    """
    writer = run.fields.writer or {}
    config = writer.get("WriterConfig") or {}
    if "Resource" not in writer:
        return _transformed(run.children, config.get("Transformation", "COMPACT"))
    arguments = evaluated(run.fields, env, writer.get("Parameters") or writer.get("Arguments") or {})
    return _exported(run, env, arguments, config)


def _exported(run: MapRun, env: Any, arguments: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    transformation = config.get("Transformation", "NONE")
    succeeded = [child for child in run.children if child is not None and child.exec_status == _SUCCEEDED]
    failed = [child for child in run.children if child is not None and child.exec_status != _SUCCEEDED]
    pending = [_pending(run, number) for number, child in enumerate(run.children) if child is None]
    contents = {
        _FAILED: [_record(child) for child in failed],
        _PENDING: pending,
        _SUCCEEDED: _transformed(succeeded, transformation),
    }
    try:
        return _written(run, s3_client(env), arguments, contents, lines=config.get("OutputType") == "JSONL")
    except KeyError as error:
        raise MapRunError(WRITER, f"The ResultWriter has no {error}.") from error
    except ClientError as error:
        raise MapRunError(WRITER, error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise MapRunError(WRITER, str(error)) from error


def _written(
    run: MapRun, client: Any, arguments: dict[str, Any], contents: dict[str, list[Any]], *, lines: bool
) -> dict[str, Any]:
    bucket, prefix = arguments["Bucket"], arguments.get("Prefix") or ""
    arn = run.record.map_run_arn
    folder = f"{prefix.rstrip('/')}/" if prefix else ""
    folder += arn.rpartition(":")[2]
    files: dict[str, list[dict[str, Any]]] = {kind: [] for kind in contents}
    for kind, records in contents.items():
        if records:
            key = f"{folder}/{kind}_0.{'jsonl' if lines else 'json'}"
            body = _encoded(records, lines=lines)
            client.put_object(Bucket=bucket, Key=key, Body=body)
            files[kind].append({"Key": key, "Size": len(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest, indent=2).encode())
    return {"MapRunArn": arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _encoded(records: list[Any], *, lines: bool) -> bytes:
    if lines:
        return "".join(f"{compact(record)}\n" for record in records).encode()
    return compact(records).encode()


def _transformed(children: Iterable[Any], transformation: str) -> list[Any]:
    results: list[Any] = []
    for child in children:
        if child is None:
            continue
        if transformation == "NONE" or child.exec_status != _SUCCEEDED:
            results.append(_record(child))
        elif transformation == "FLATTEN" and isinstance(child.output, list):
            results.extend(child.output)
        else:
            results.append(child.output)
    return results


def _record(child: Any) -> dict[str, Any]:
    """Return what a result file tells of a child execution."""
    record = {
        "ExecutionArn": child.exec_arn,
        "Input": compact(child.input_data),
        "InputDetails": {"Included": True},
        "Name": child.name,
        "RedriveCount": getattr(child, "redrive_count", 0),
        "StartDate": _date(child.start_date),
        "StateMachineArn": child.state_machine.arn,
        "Status": str(child.exec_status),
        "StopDate": _date(child.stop_date),
    }
    if child.exec_status == _SUCCEEDED:
        record["Output"] = compact(child.output)
        record["OutputDetails"] = {"Included": True}
        record["RedriveStatus"] = "NOT_REDRIVABLE"
        record["RedriveStatusReason"] = "Execution is SUCCEEDED and cannot be redriven"
    else:
        record["RedriveStatus"] = "REDRIVABLE_BY_MAP_RUN"
        record |= {name: text for name, text in (("Error", child.error), ("Cause", child.cause)) if text is not None}
    return dict(sorted(record.items()))


def _pending(run: MapRun, number: int) -> dict[str, Any]:
    document = run.inputs[number].document
    text = compact(document)
    return {"Input": text, "InputDetails": {"Included": True}, "Status": _PENDING}


def _date(when: datetime | None) -> str | None:
    return None if when is None else f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
