"""The input of an execution as it was given: AWS keeps its spaces and line breaks."""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import EXECUTION, PROVIDER, WORKER

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_given = threading.local()
"""The text that this thread begins an execution with, or writes the first event of."""


def _note_texts(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider

    def noting(name: str) -> None:
        operation = getattr(provider, name)

        @wraps(operation)
        def noted(self: Any, context: Any, **options: Any) -> Any:
            _given.text = options.get("input")
            try:
                return operation(self, context, **options)
            finally:
                _given.text = None

        setattr(provider, name, noted)

    noting("start_execution")
    noting("start_sync_execution")


def _keep_texts(module: ModuleType) -> None:
    execution = module.Execution
    init = execution.__init__
    execution.input_text = None

    @wraps(init)
    def begin(self: Any, *arguments: Any, **options: Any) -> None:
        init(self, *arguments, **options)
        self.input_text = getattr(_given, "text", None)

    execution.__init__ = begin
    _tell_text(execution, "to_describe_output")
    _tell_text(module.SyncExecution, "to_start_sync_execution_output")
    _hand_on_text(execution)
    _hand_on_text(module.SyncExecution)


def _tell_text(execution: Any, name: str) -> None:
    tell: Callable[[Any], dict[str, Any]] = getattr(execution, name)

    @wraps(tell)
    def as_given(self: Any) -> dict[str, Any]:
        output = tell(self)
        if self.input_text is not None:
            output["input"] = self.input_text
        return output

    setattr(execution, name, as_given)


def _hand_on_text(execution: Any) -> None:
    make = execution._get_start_execution_worker

    @wraps(make)
    def make_with_text(self: Any) -> Any:
        worker = make(self)
        worker.input_text = self.input_text
        return worker

    execution._get_start_execution_worker = make_with_text


def _begin_with_texts(module: ModuleType) -> None:
    worker, write = module.ExecutionWorker, module.to_json_str
    logic = worker._execution_logic
    worker.input_text = None

    @wraps(logic)
    def begin(self: Any) -> None:
        before = getattr(_given, "text", None)
        _given.text = self.input_text
        try:
            logic(self)
        finally:
            _given.text = before

    def to_json_str(value: Any) -> str:
        """Write the only thing that this module writes: the input in the first event."""
        text, _given.text = getattr(_given, "text", None), None
        return str(write(value) if text is None else text)

    worker._execution_logic, module.to_json_str = begin, to_json_str  # type: ignore[attr-defined]


CORRECTION = Correction(
    name="input-texts",
    localstack="Tells an execution's input without the spaces and line breaks that it was given with.",
    aws="Tells it as it was given, in DescribeExecution and the first event.",
    source="an event of EventBridge that AWS delivered, in a public test's data: its `input` has the line breaks of the"
    " console's editor",
    patches={PROVIDER: _note_texts, EXECUTION: _keep_texts, WORKER: _begin_with_texts},
)
