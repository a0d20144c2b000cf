"""A request that is approved, rejected, answered twice, and forgotten."""

import uuid
from typing import Any

import pytest


@pytest.fixture
def request_id() -> str:
    return f"request-{uuid.uuid4()}"


def _answered(api: Any, request_id: str, answer: str) -> Any:
    """Answer as soon as the request has been asked: until then there is none."""
    return api.wait_for("POST", f"/requests/{request_id}/{answer}", lambda response: response.status != 404)


def test_an_approval_lets_the_workflow_go_on(state_machine: Any, api: Any, request_id: str) -> None:
    execution = state_machine().start({"id": request_id})

    assert _answered(api, request_id, "approve").status == 200
    outcome = execution.wait()

    assert outcome.path == ["Ask For Approval", "Approved"]
    assert outcome.output["answer"] == {"approved": True}


def test_a_rejection_ends_it(state_machine: Any, api: Any, request_id: str) -> None:
    execution = state_machine().start({"id": request_id})

    assert _answered(api, request_id, "reject").status == 200

    assert execution.wait().path == ["Ask For Approval", "Rejected"]


def test_a_second_answer_comes_too_late(state_machine: Any, api: Any, request_id: str) -> None:
    execution = state_machine().start({"id": request_id})
    _answered(api, request_id, "approve")
    execution.wait()

    assert _answered(api, request_id, "reject").status == 409


def test_after_a_day_without_an_answer_it_fails(state_machine: Any, clock: Any, request_id: str) -> None:
    machine = state_machine()
    clock.skip_waits(time_outs=True)

    outcome = machine.start({"id": request_id}).wait()

    assert outcome.path == ["Ask For Approval", "Unanswered"]
    assert outcome.error == "Unanswered"


@pytest.mark.parametrize(("path", "status"), [("/requests/nobody/approve", 404), ("/requests/nobody/perhaps", 400)])
def test_an_answer_that_fits_nothing_is_refused(api: Any, path: str, status: int) -> None:
    assert api.post(path).status == status
