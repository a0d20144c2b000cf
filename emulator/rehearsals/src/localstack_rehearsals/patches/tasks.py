"""Attempts of tasks in a rehearsal: a fault, a mock's answer, or the task's own call.

An answer goes the way of LocalStack's own local mocking: each kind of task asks its environment whether the state is
mocked right after it has written that the task has started, and takes the response from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_rehearsals.answers import Answer
from localstack_rehearsals.patches.asl import ASL, TASK, rehearsal_of
from localstack_rehearsals.patches.troubles import befall, fail_as
from localstack_rehearsals.questions import UnansweredError
from localstack_rehearsals.rehearsal import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from localstack_rehearsals.rehearsal import Rehearsal


@dataclass
class Attempt:
    """One attempt of a task."""

    task: Any
    rehearsal: Rehearsal
    number: int
    """Which attempt of the state it is, from 1."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_decided: bool = False
    answer: Answer | None = None

    def is_mocked(self, env: Any) -> bool:
        """Return whether the attempt gets an answer in place of its task's own, which is decided once."""
        if not self.is_decided:
            self.is_decided = True
            befall(self, env)
            self.answer = self._choose(env)
        return self.answer is not None

    @classmethod
    def begin(cls, task: Any, rehearsal: Rehearsal, env: Any) -> Attempt:
        """Return a new attempt, which its environment knows."""
        retries = env.states.context_object.context_object_data["State"].get("RetryCount", 0)
        attempt: Attempt = cls(task, rehearsal, int(retries) + 1)
        env.rehearsed_attempt = attempt
        return attempt

    def note(self, env: Any, kind: str, what: str, detail: Any = None) -> None:
        """Add to the report what was done in place of the real thing."""
        self.rehearsal.note(
            kind=kind,
            what=what,
            state=self.task.name,
            attempt=self.number,
            executionArn=env.states.context_object.context_object_data["Execution"]["Id"],
            eventId=env.event_history_context.last_published_event_id,
            detail=detail,
        )

    def _choose(self, env: Any) -> Answer | None:
        document = env.states.get_input()
        try:
            answer = self.rehearsal.answer(self.task.name, document, self.number)
            if answer is not None and answer.kind == "ask":
                answer = Answer.from_document(self.rehearsal.questions.ask(answer.value, document))
        except (NoAnswerError, UnansweredError, ValueError) as error:
            self.note(env, "problem", str(error))
            fail_as(self.task, env, "States.Runtime", str(error))
        if answer is None:
            return None
        self.note(env, "mock", answer.kind, answer.value)
        if answer.after:
            self.rehearsal.pause(answer.after, env)
        if answer.kind == "raise":
            fail_as(self.task, env, str(answer.value.get("error")), answer.value.get("cause"))
        return None if answer.kind == "passthrough" else answer


def _ask_the_rehearsal(module: ModuleType) -> None:
    env_class = module.Environment
    is_mocked, response = env_class.is_local_mocked_mode, env_class.get_current_local_mocked_response

    @wraps(is_mocked)
    def is_local_mocked_mode(self: Any) -> bool:
        attempt: Attempt | None = self.__dict__.get("rehearsed_attempt")
        return bool(is_mocked(self)) if attempt is None else attempt.is_mocked(self)

    @wraps(response)
    def get_current_local_mocked_response(self: Any) -> Any:
        attempt: Attempt | None = self.__dict__.get("rehearsed_attempt")
        if attempt is None or attempt.answer is None:
            return response(self)
        return _response(attempt.task, attempt.answer)

    env_class.is_local_mocked_mode = is_local_mocked_mode
    env_class.get_current_local_mocked_response = get_current_local_mocked_response


def _response(task: Any, answer: Answer) -> Any:
    from localstack.services.stepfunctions.local_mocking.mock_config import LocalMockedResponseReturn

    # a task whose resource is a function's ARN takes what it returns out of the API's response
    is_function = type(task).__name__ == "StateTaskLambda"
    payload = {"Payload": answer.value} if is_function else answer.value
    return LocalMockedResponseReturn(range_start=0, range_end=0, payload=payload)


def _begin_attempts(class_name: str) -> Any:
    def patch(module: ModuleType) -> None:
        task = getattr(module, class_name)
        eval_execution = task._eval_execution

        @wraps(eval_execution)
        def evaluate(self: Any, env: Any) -> None:
            rehearsal = rehearsal_of(env)
            if rehearsal is not None and (rehearsal.mocks or rehearsal.faults):
                Attempt.begin(self, rehearsal, env)
            eval_execution(self, env)

        task._eval_execution = evaluate
        if class_name == "StateTaskService":
            _note_parameters(task)
        else:
            _note_resource(task)

    patch.__qualname__ = f"_begin_attempts.{class_name}"
    return patch


def _note_parameters(task: Any) -> None:
    before_execution = task._before_eval_execution

    @wraps(before_execution)
    def before(self: Any, env: Any, raw_parameters: Any, **options: Any) -> None:
        before_execution(self, env=env, raw_parameters=raw_parameters, **options)
        if (attempt := env.__dict__.get("rehearsed_attempt")) is not None and isinstance(raw_parameters, dict):
            attempt.parameters = raw_parameters

    task._before_eval_execution = before


def _note_resource(task: Any) -> None:
    eval_parameters = task._eval_parameters

    @wraps(eval_parameters)
    def evaluate(self: Any, env: Any) -> Any:
        parameters = eval_parameters(self, env=env)
        if (attempt := env.__dict__.get("rehearsed_attempt")) is not None:
            attempt.parameters = {"FunctionName": self.resource.resource_arn}
        return parameters

    task._eval_parameters = evaluate


def _answer_for_activities(module: ModuleType) -> None:
    """Answer for the worker of an activity: LocalStack's own mocking knows no activities."""
    task = module.StateTaskActivity
    eval_execution = task._eval_execution

    @wraps(eval_execution)
    def evaluate(self: Any, env: Any) -> None:
        rehearsal = rehearsal_of(env)
        if rehearsal is None or self.name not in rehearsal.mocks:
            eval_execution(self, env)
            return
        attempt = Attempt.begin(self, rehearsal, env)
        document = self._eval_parameters(env=env)
        text = document if isinstance(document, str) else json.dumps(document)
        _tell(env, "ActivityScheduled", resource=self.resource.resource_arn, input=text, inputDetails=_WHOLE)
        _tell(env, "ActivityStarted")
        if not attempt.is_mocked(env):
            message = "An activity's task that was begun by a mock cannot be passed through to a worker."
            attempt.note(env, "problem", message)
            fail_as(self, env, "States.Runtime", message)
        output = attempt.answer.value if attempt.answer is not None else None
        env.stack.append(output)
        _tell(env, "ActivitySucceeded", output=json.dumps(output), outputDetails=_WHOLE)

    task._eval_execution = evaluate


_WHOLE = {"truncated": False}


def _tell(env: Any, kind: str, **details: Any) -> None:
    from localstack.aws.api.stepfunctions import HistoryEventType

    name = f"{kind[0].lower()}{kind[1:]}EventDetails"
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType(kind),
        event_details={name: details} if details or kind == "ActivityStarted" else None,
    )


PATCHES = (
    (f"{ASL}.eval.environment", _ask_the_rehearsal),
    (f"{TASK}.service.state_task_service", _begin_attempts("StateTaskService")),
    (f"{TASK}.state_task_lambda", _begin_attempts("StateTaskLambda")),
    (f"{TASK}.state_task_activitiy", _answer_for_activities),
)
