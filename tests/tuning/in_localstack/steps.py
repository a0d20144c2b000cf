"""Show what adjustments of steps do beside what LocalStack does; prints JSON, a pair for each question."""

import copy
import datetime as dt
import importlib
import json
import logging
import os
from types import SimpleNamespace
from typing import Any

from localstack.services.stepfunctions.asl.component import eval_component
from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import CustomErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.eval import environment as environments
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.program_state import ProgramEnded, ProgramError, ProgramRunning
from localstack.services.stepfunctions.asl.utils import encoding

from localstack_tuning.stepfunctions import evaluation_steps, execution_data

SHARED = {"oven": [1, 2.5, None, True]}
DATA = ({"a": SHARED, "b": SHARED, "c": [SHARED, "text", -0.0], 7: {"": []}}, [], "text", 3, None, (SHARED, {1}))


def copies(clone: Any) -> list[Any]:
    """Return copies, whether they share what the value shares, and whether they share anything with the value."""
    seen = []
    for value in DATA:
        new = clone(value)
        shares = isinstance(value, dict) and new["a"] is new["b"] is new["c"][0]
        seen.append([repr(new), type(new).__name__, new is value, shares])
    circle: dict[str, Any] = {"list": []}
    circle["list"].append(circle)
    new = clone(circle)
    return [*seen, new["list"][0] is new, new is circle, SHARED == {"oven": [1, 2.5, None, True]}]


def programs() -> list[Any]:
    """Return what an environment tells of its program: a copy, that later steps do not change."""
    seen = []
    running = ProgramRunning()
    running.next_state_name, running.next_field_name = "Oven", "Parameters"
    for program in (running, ProgramRunning(), ProgramEnded(), ProgramError({"error": "Burnt", "cause": "Too hot"})):
        reported = Environment.program_state(SimpleNamespace(_program_state=program))
        seen.append([type(reported).__name__, dict(vars(reported)), reported is program])
    running.next_state_name = "Table"
    return [*seen, running.next_state_name]


def written() -> list[Any]:
    day = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    values = ({"at": day, "what": {1}, "é": [1.5, None, "é"]}, "text", None, float("nan"), {(1,): 2})
    return [
        outcome(lambda value=value, separators=separators: encoding.to_json_str(value, separators))
        for value in values
        for separators in (None, (",", ":"))
    ]


def outcome(work: Any) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")


class Oven(eval_component.EvalComponent):
    """Step with a given effect, with or without a name."""

    def __init__(self, work: Any, name: str | None = "Oven") -> None:
        self._work, self._name = work, name

    def __repr__(self) -> str:
        return "an oven"

    def _field_name(self) -> str | None:
        return self._name

    def _eval_body(self, env: Any) -> None:
        env.stack.append("baked")
        self._work(env)


def fail(env: Any) -> None:
    raise FailureEventException(
        FailureEvent(env, CustomErrorName("Burnt"), None, {"taskFailedEventDetails": {"error": "Burnt"}})
    )


def steps() -> list[Any]:
    """Return how steps end, what is known of them and what is logged, with the log of every step and without."""
    seen = []
    for level in (logging.INFO, logging.DEBUG):
        eval_component.LOG.setLevel(level)
        for work in (lambda _: None, fail, lambda _: 1 / 0, lambda env: env.set_ended()):
            for name in ("Oven", None):
                programs = (ProgramRunning(), ProgramEnded(), None, running())
                seen += [step(Oven(work, name), program) for program in programs]
    return seen


def running() -> ProgramRunning:
    program = ProgramRunning()
    program.next_state_name = "Bake"
    return program


def step(oven: Oven, program: Any) -> list[Any]:
    lines = Lines()
    eval_component.LOG.addHandler(lines)
    env = Environment.__new__(Environment)
    env._program_state, env.stack, env._frames = program, [], []
    env.event_history_context = SimpleNamespace(source_event_id=1)
    env._state_mutex, env.program_state_event = environments.threading.RLock(), environments.threading.Event()
    ended = str(outcome(lambda: oven.eval(env))).split(" <")[0]
    eval_component.LOG.removeHandler(lines)
    return [ended, env.stack, env.next_field_name, type(env._program_state).__name__, lines.lines]


def found(clone: Any) -> dict[str, Any]:
    return {"copies": copies(clone), "programs": programs(), "json": written(), "steps": steps()}


eval_component.LOG.propagate = False
released = found(copy.deepcopy)
for name, change in {
    **execution_data.ADJUSTMENT.changes,
    **evaluation_steps.ADJUSTMENT.changes,
}.items():
    change(importlib.import_module(name))
print(json.dumps({"released": released, "adjusted": found(execution_data.copied)}), flush=True)
os._exit(0)
