"""Messages good, bad and repeated."""

import uuid
from typing import Any


def _job(steps: object = 2) -> dict[str, object]:
    return {"id": f"job-{uuid.uuid4()}", "steps": steps}


def test_a_job_is_worked_on_step_by_step(queue: Any, state_machine: Any) -> None:
    job = _job(steps=3)

    queue("Jobs").send(job)
    outcome = state_machine().execution(job["id"]).wait()

    assert outcome.path.count("Do A Step") == 3
    assert outcome.output == {"left": 0}


def test_a_bad_message_is_set_aside_and_holds_up_no_other(queue: Any, state_machine: Any) -> None:
    good, bad, better = _job(), _job(steps="many"), _job()

    for job in (good, bad, better):
        queue("Jobs").send(job)

    assert state_machine().execution(good["id"]).wait().succeeded
    assert state_machine().execution(better["id"]).wait().succeeded
    assert queue("SetAside").wait_for(lambda message: message.document == bad).document == bad


def test_a_message_that_comes_twice_starts_one_execution(queue: Any, state_machine: Any, logs: Any) -> None:
    job = _job()
    queue("Jobs").send(job)
    state_machine().execution(job["id"]).wait()

    queue("Jobs").send(job)

    assert logs("Intake").wait_for(f"done before: {job['id']}")
