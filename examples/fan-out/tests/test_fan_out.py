"""A file that arrives is priced, row by row."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

Deliver = Callable[[str], str]


@pytest.fixture
def deliver(stack: Any, clients: Any) -> Deliver:
    """Put a file into the bucket as its owner would, and return its key."""

    def put(text: str) -> str:
        key = f"incoming/{uuid.uuid4()}.csv"
        clients.client("s3").put_object(Bucket=stack.BucketName, Key=key, Body=text.encode())
        return key

    return put


def test_a_file_that_arrives_is_priced_and_its_results_lie_beside_it(
    state_machine: Any, stack: Any, clients: Any, deliver: Deliver
) -> None:
    key = deliver("item,count\npen,3\nbook,2\n")

    outcome = state_machine().execution_with({"key": key}).wait()

    assert outcome.path == ["Each Row", "Write Results"]
    written = clients.client("s3").get_object(Bucket=stack.BucketName, Key=f"results/{key}.json")["Body"].read()
    assert json.loads(written) == [{"item": "pen", "total": 6}, {"item": "book", "total": 30}]


def test_a_file_without_rows_has_no_results(state_machine: Any, deliver: Deliver) -> None:
    outcome = state_machine().execution_with({"key": deliver("item,count\n")}).wait()

    assert outcome.output["rows"] == []


def test_one_bad_row_in_ten_is_a_failed_result_among_the_others(state_machine: Any, deliver: Deliver) -> None:
    outcome = state_machine().execution_with({"key": deliver("item,count\n" + "pen,1\n" * 9 + "pen,many\n")}).wait()

    assert outcome.succeeded
    (failed,) = (row for row in outcome.output["rows"] if "total" not in row)
    assert failed["Error"] == "ValueError"


def test_more_bad_rows_fail_the_whole_file(state_machine: Any, deliver: Deliver) -> None:
    outcome = state_machine().execution_with({"key": deliver("item,count\npen,1\nstone,1\n")}).wait()

    assert outcome.error == "States.ExceedToleratedFailureThreshold"


def test_a_file_that_is_not_there_is_an_error_of_the_reader(state_machine: Any) -> None:
    outcome = state_machine().start({"key": "incoming/nothing.csv"}).wait()

    assert outcome.error == "States.ItemReaderFailed"
