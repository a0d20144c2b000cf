"""Distributed Map states."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localdev.system.waiting import wait_until
from tests.corrections.stepfunctions.running import (
    SECONDS,
    created,
    described,
    ended,
    history,
    name,
    run,
    started,
    states,
    wait_for_event,
)

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_PASS = states("P", P={"Type": "Pass", "End": True})
_FAIL_ON_TWO = states(
    "C",
    C={"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}], "Default": "P"},
    F={"Type": "Fail", "Error": "E", "Cause": "c"},
    P={"Type": "Pass", "End": True},
)


def _map(processor: dict[str, Any] = _PASS, *, kind: str = "STANDARD", **fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": kind}
    state = {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **processor}, "End": True, **fields}
    return states("M", M=state)


def _bucket(clients: Clients, **objects: bytes) -> str:
    client, bucket = clients.client("s3"), name("bucket")
    client.create_bucket(Bucket=bucket)
    for key, body in objects.items():
        client.put_object(Bucket=bucket, Key=key.replace("_dot_", "."), Body=body)
    return bucket


def _reader(bucket: str, key: str, **config: Any) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket": bucket, "Key": key},
    }


def _output(found: dict[str, Any]) -> Any:
    assert found["status"] == "SUCCEEDED", found
    return json.loads(found["output"])


def _children(clients: Clients, execution: str) -> list[dict[str, Any]]:
    client = clients.client("stepfunctions")
    [map_run] = client.list_map_runs(executionArn=execution)["mapRuns"]
    return [dict(child) for child in client.list_executions(mapRunArn=map_run["mapRunArn"])["executions"]]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_each_item_is_an_execution_of_its_own(aws: Clients, kind: str) -> None:
    found = run(aws, _map(kind=kind), [1, 2, 3])
    assert _output(found) == [1, 2, 3]
    children = _children(aws, found["executionArn"])
    assert sorted(described(aws, child["executionArn"])["input"] for child in children) == ["1", "2", "3"]
    assert {child["status"] for child in children} == {"SUCCEEDED"}


def test_a_standard_child_has_a_history_and_is_no_execution_of_the_machine(aws: Clients) -> None:
    machine = created(aws, _map())
    execution = started(aws, machine, [1])
    ended(aws, execution)
    [child] = _children(aws, execution)
    kinds = [event["type"] for event in history(aws, child["executionArn"])]
    assert kinds == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    listed = aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert [found["executionArn"] for found in listed] == [execution]


def test_as_released_express_children_are_rejected(released: Clients) -> None:
    with pytest.raises(ClientError, match="InvalidDefinition"):
        created(released, _map(kind="EXPRESS"))


def test_a_failed_item_fails_the_map(aws: Clients) -> None:
    found = run(aws, _map(_FAIL_ON_TWO), [1, 2, 3])
    assert (found["status"], found["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    failed = wait_for_event(aws, found["executionArn"], "MapRunFailed")["mapRunFailedEventDetails"]
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"


def test_as_released_a_failed_item_is_tolerated(released: Clients) -> None:
    assert run(released, _map(_FAIL_ON_TWO), [1, 2, 3])["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"ToleratedFailureCount": 1}, "SUCCEEDED"),
        ({"ToleratedFailureCount": 0}, "FAILED"),
        ({"ToleratedFailurePercentage": 34}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 33}, "FAILED"),
        ({"ToleratedFailurePercentage": 100, "ToleratedFailureCount": 0}, "FAILED"),
    ],
)
def test_as_many_items_may_fail_as_are_tolerated(aws: Clients, fields: dict[str, Any], status: str) -> None:
    assert run(aws, _map(_FAIL_ON_TWO, **fields), [1, 2, 3])["status"] == status


def test_the_tolerated_count_may_be_in_the_input(aws: Clients) -> None:
    fields = {"ItemsPath": "$.items", "ToleratedFailureCountPath": "$.n"}
    found = run(aws, _map(_FAIL_ON_TWO, **fields), {"items": [1, 2, 3], "n": 1})
    one, failed, three = _output(found)
    assert (one, three) == (1, 3)
    assert (failed["Status"], failed["Error"], failed["Cause"]) == ("FAILED", "E", "c")


def test_the_threshold_is_caught_by_its_name(aws: Clients) -> None:
    machine = _map(_FAIL_ON_TWO, Catch=[{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Caught"}])
    machine["States"]["Caught"] = {"Type": "Pass", "End": True}
    assert _output(run(aws, machine, [1, 2, 3]))["Error"] == "States.ExceedToleratedFailureThreshold"


def test_a_child_gets_a_batch_of_items(aws: Clients) -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"who.$": "$.who"}}
    found = run(aws, _map(ItemsPath="$.items", ItemBatcher=batcher), {"items": [1, 2, 3], "who": "ann"})
    common = {"BatchInput": {"who": "ann"}}
    assert _output(found) == [common | {"Items": [1, 2]}, common | {"Items": [3]}]


def test_a_batch_is_no_larger_than_allowed(aws: Clients) -> None:
    found = run(aws, _map(ItemBatcher={"MaxInputBytesPerBatch": 40}), ["x" * 12] * 4)
    assert [len(batch["Items"]) for batch in _output(found)] == [1, 1, 1, 1]
    found = run(aws, _map(ItemBatcher={"MaxInputBytesPerBatch": 60}), ["x" * 12] * 4)
    assert [len(batch["Items"]) for batch in _output(found)] == [3, 1]


def test_an_item_selector_sees_item_and_input(aws: Clients) -> None:
    selector = {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "who.$": "$.who"}
    found = run(aws, _map(ItemsPath="$.items", ItemSelector=selector), {"items": ["a", "b"], "who": "ann"})
    assert _output(found) == [{"v": "a", "i": 0, "who": "ann"}, {"v": "b", "i": 1, "who": "ann"}]


def test_items_are_rows_of_a_csv_file(aws: Clients) -> None:
    bucket = _bucket(aws, rows_dot_csv=b"name;n\nann;1\nbob;2\n\ncid\n")
    reader = _reader(bucket, "rows.csv", InputType="CSV", CSVHeaderLocation="FIRST_ROW", CSVDelimiter="SEMICOLON")
    rows = [{"name": "ann", "n": "1"}, {"name": "bob", "n": "2"}, {"name": "cid", "n": ""}]
    assert _output(run(aws, _map(ItemReader=reader))) == rows


def test_the_headers_of_a_csv_file_may_be_given(aws: Clients) -> None:
    bucket = _bucket(aws, rows_dot_csv=b"ann,1\nbob,2\n")
    config = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["name", "n"], "MaxItems": 1}
    assert _output(run(aws, _map(ItemReader=_reader(bucket, "rows.csv", **config)))) == [{"name": "ann", "n": "1"}]


def test_items_are_lines_of_json(aws: Clients) -> None:
    bucket = _bucket(aws, lines_dot_jsonl=b'{"n": 1}\n{"n": 2}\n')
    assert _output(run(aws, _map(ItemReader=_reader(bucket, "lines.jsonl", InputType="JSONL")))) == [{"n": 1}, {"n": 2}]


def test_items_are_in_an_array_inside_a_document(aws: Clients) -> None:
    bucket = _bucket(aws, a_dot_json=b'{"data": {"items": [1, 2]}}')
    reader = _reader(bucket, "a.json", InputType="JSON", ItemsPointer="/data/items")
    assert _output(run(aws, _map(ItemReader=reader))) == [1, 2]


def test_items_are_the_objects_of_a_bucket(aws: Clients) -> None:
    bucket = _bucket(aws, a=b"1", b=b"22")
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket.$": "$.bucket"}}
    items = _output(run(aws, _map(ItemReader=reader), {"bucket": bucket}))
    assert [(item["Key"], item["Size"]) for item in items] == [("a", 1), ("b", 2)]


def test_items_are_the_objects_of_an_inventory(aws: Clients) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["photos", "a.jpg", "7"], ["photos", "b.jpg", "8"]])
    bucket = _bucket(aws, data_dot_csv_dot_gz=gzip.compress(text.getvalue().encode()))
    manifest = {
        "destinationBucket": f"arn:aws:s3:::{bucket}",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "data.csv.gz"}],
    }
    aws.client("s3").put_object(Bucket=bucket, Key="manifest.json", Body=json.dumps(manifest).encode())
    items = _output(run(aws, _map(ItemReader=_reader(bucket, "manifest.json", InputType="MANIFEST"))))
    assert items == [{"Bucket": "photos", "Key": f"{key}.jpg", "Size": size} for key, size in (("a", "7"), ("b", "8"))]


@pytest.mark.parametrize("key", ["missing.json", "broken.json", "number.json"])
def test_what_cannot_be_read_fails_the_map(aws: Clients, key: str) -> None:
    bucket = _bucket(aws, broken_dot_json=b"[1, 2", number_dot_json=b"7")
    found = run(aws, _map(ItemReader=_reader(bucket, key, InputType="JSON")))
    assert (found["status"], found["error"]) == ("FAILED", "States.ItemReaderFailed")


def test_results_are_written_by_their_outcome(aws: Clients) -> None:
    bucket = _bucket(aws)
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": bucket, "Prefix": "out"}}
    found = run(aws, _map(_FAIL_ON_TWO, ResultWriter=writer, ToleratedFailureCount=1), [1, 2, 3])
    output = _output(found)
    details = output["ResultWriterDetails"]
    s3 = aws.client("s3")

    def read(key: str) -> Any:
        return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    manifest = read(details["Key"])
    assert (manifest["DestinationBucket"], manifest["MapRunArn"]) == (bucket, output["MapRunArn"])
    files = manifest["ResultFiles"]
    [succeeded], [failed] = files["SUCCEEDED"], files["FAILED"]
    assert files["PENDING"] == []
    folder = details["Key"].removesuffix("manifest.json")
    assert (succeeded["Key"], failed["Key"]) == (f"{folder}SUCCEEDED_0.json", f"{folder}FAILED_0.json")
    assert [record["Output"] for record in read(succeeded["Key"])] == ["1", "3"]
    [record] = read(failed["Key"])
    assert (record["Input"], record["Error"], record["Cause"], record["Status"]) == ("2", "E", "c", "FAILED")


def test_results_that_cannot_be_written_fail_the_map(aws: Clients) -> None:
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": name("none"), "Prefix": "out"}}
    assert run(aws, _map(ResultWriter=writer), [1])["error"] == "States.ResultWriterFailed"


def test_results_are_flattened(aws: Clients) -> None:
    found = run(
        aws, _map(ResultWriter={"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}}), [[1, 2], [3]]
    )
    assert _output(found) == [1, 2, 3]


def test_a_map_run_counts_items_and_executions(aws: Clients) -> None:
    machine = _map(ItemBatcher={"MaxItemsPerBatch": 2}, ToleratedFailureCount=5, MaxConcurrency=3)
    found = run(aws, machine, [1, 2, 3])
    client = aws.client("stepfunctions")
    [listed] = client.list_map_runs(executionArn=found["executionArn"])["mapRuns"]
    run_ = client.describe_map_run(mapRunArn=listed["mapRunArn"])
    assert (run_["status"], run_["maxConcurrency"], run_["toleratedFailureCount"]) == ("SUCCEEDED", 3, 5)
    assert (run_["itemCounts"]["succeeded"], run_["itemCounts"]["total"]) == (3, 3)
    assert (run_["executionCounts"]["succeeded"], run_["executionCounts"]["total"]) == (2, 2)


def _activity_map(clients: Clients, **fields: Any) -> tuple[str, dict[str, Any]]:
    arn = clients.client("stepfunctions").create_activity(name=name("activity"))["activityArn"]
    return arn, _map(states("T", T={"Type": "Task", "Resource": arn, "End": True}), **fields)


def test_no_more_children_run_at_a_time_than_allowed_and_a_stop_aborts_them(aws: Clients) -> None:
    _, machine = _activity_map(aws, MaxConcurrency=2)
    execution = started(aws, created(aws, machine), [1, 2, 3, 4])
    wait_for_event(aws, execution, "MapRunStarted")
    client = aws.client("stepfunctions")
    [listed] = client.list_map_runs(executionArn=execution)["mapRuns"]
    arn = listed["mapRunArn"]

    def counts() -> dict[str, Any]:
        return dict(client.describe_map_run(mapRunArn=arn)["executionCounts"])

    wait_until(lambda: counts()["running"] == 2 or None, what="two children", seconds=SECONDS)
    client.update_map_run(mapRunArn=arn, maxConcurrency=3)
    wait_until(lambda: counts()["running"] == 3 or None, what="three children", seconds=SECONDS)
    client.stop_execution(executionArn=execution)
    wait_until(lambda: counts()["aborted"] == 3 or None, what="aborted children", seconds=SECONDS)
    assert client.describe_map_run(mapRunArn=arn)["status"] == "ABORTED"
    assert {child["status"] for child in _children(aws, execution)} == {"ABORTED"}


def test_a_map_inside_a_loop_has_a_run_for_each_round(aws: Clients) -> None:
    machine = _map(ItemsPath="$.items", ResultPath="$.out", Next="More", End=None)
    machine["States"]["M"].pop("End")
    machine["States"]["More"] = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.again", "IsPresent": True, "Next": "Once"}],
        "Default": "Done",
    }
    machine["States"]["Once"] = {"Type": "Pass", "Parameters": {"items.$": "$.items"}, "Next": "M"}
    machine["States"]["Done"] = {"Type": "Succeed"}
    found = run(aws, machine, {"items": [1, 2], "again": True})
    assert _output(found)["out"] == [1, 2]
    runs = aws.client("stepfunctions").list_map_runs(executionArn=found["executionArn"])["mapRuns"]
    assert len(runs) == 2


def test_a_map_inside_a_map_inside_parallel(aws: Clients) -> None:
    # the names of states are unique in the whole machine
    inner = json.loads(json.dumps(_map()).replace('"M"', '"Inner"'))
    outer = _map(inner, kind="STANDARD")
    machine = states("B", B={"Type": "Parallel", "Branches": [outer], "End": True})
    assert _output(run(aws, machine, [[1, 2], [3]])) == [[[1, 2], [3]]]
