"""Write what DescribeExecution answers at each moment of an execution's end: as released, and with our correction."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from localstack.services.stepfunctions.asl.eval.program_state import ProgramEnded, ProgramError
from localstack.services.stepfunctions.backend import execution

from localstack_corrections.stepfunctions import ends

ENDED = ProgramEnded()
FAILED = ProgramError({"error": "Failed To Make Pizza", "cause": "They asked for Pineapple"})


class Watched(execution.Execution):  # type: ignore[misc]  # LocalStack is not typed
    """An execution that is asked about after every change."""

    def __init__(self) -> None:  # no machine of its own
        self.reported: list[dict[str, Any]] = []
        self.sm_type = self.input_data = self.input_details = self.trace_header = self.exec_arn = None
        self.name = self.start_date = self.state_machine_arn = self.state_machine_version_arn = None
        self.state_machine_alias_arn = self.stop_date = self.output = self.error = self.cause = None
        self.output_details = {"included": True}
        self.exec_status = "RUNNING"

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if "exec_status" in self.__dict__ and name != "exec_worker":
            answer = self.to_describe_output()
            if answer["status"] != "RUNNING":
                self.reported.append({name: answer.get(name) for name in ("status", "output", "error", "cause")})


def reported(state: Any) -> list[dict[str, Any]]:
    """Return every answer about the end."""
    ending = Watched()
    states = SimpleNamespace(get_input=lambda: {"containsPineapple": False})
    ending.exec_worker = SimpleNamespace(env=SimpleNamespace(program_state=lambda: state, states=states))
    execution.BaseExecutionWorkerCommunication(ending)._reflect_execution_status()
    return ending.reported


def both() -> dict[str, list[dict[str, Any]]]:
    """Return the ends of an execution that succeeds and of one that fails."""
    return {"succeeds": reported(ENDED), "fails": reported(FAILED)}


released = both()
ends._end_once(execution)
print(json.dumps({"released": released, "ours": both()}))
