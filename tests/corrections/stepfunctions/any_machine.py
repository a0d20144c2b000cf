"""Random state machines that the service accepts: all kinds of states, nested, with retries, catches and time-outs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.corrections.stepfunctions.running import states

if TYPE_CHECKING:
    from random import Random

_DEPTH: Final = 2
"""How deep Parallel and Map states are nested."""
CHILD: Final = states(
    "Which",
    Which={
        "Type": "Choice",
        "Choices": [{"Variable": "$.fails", "BooleanEquals": True, "Next": "Fails"}],
        "Default": "Waits",
    },
    Fails={"Type": "Fail", "Error": "Child", "Cause": "as it was told"},
    Waits={"Type": "Wait", "Seconds": 1, "End": True},
)
"""The machine that ``startExecution`` starts."""


@dataclass
class Machines:
    """Draws definitions; their tasks start the machine ``child`` and send tokens to ``queue``."""

    random: Random
    child: str
    queue: str
    _names: int = field(default=0, init=False)

    def definition(self, depth: int = 0) -> dict[str, Any]:
        """Return a chain of up to six states: a Choice jumps ahead in it, its last state catches some errors."""
        kinds = ["Pass", "Wait", "Choice", "Token", "Child", "Call"] + ["Parallel", "Map", "Map"] * (depth < _DEPTH)
        chosen = self.random.choices(kinds, k=self.random.randint(1, 4 if depth else 6))
        names = [self._name(kind) for kind in chosen] + [self._name("Last")]
        made = {names[-1]: self._last()}
        for place, kind in enumerate(chosen):
            following = names[place + 1 :]
            state = getattr(self, f"_{kind.lower()}")(depth, following)
            made[names[place]] = state if kind == "Choice" else state | {"Next": following[0]}
            if state["Type"] in {"Task", "Parallel", "Map"}:
                made[names[place]] |= self._handlers(names[-1])
        machine = states(names[0], **made)
        if not depth and self._rarely():
            machine["TimeoutSeconds"] = self.random.randint(1, 4)
        return machine

    def document(self) -> dict[str, Any]:
        """Return an input."""
        return {"number": self.random.randint(0, 9), "items": list(range(self.random.randint(0, 5)))}

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind} {self._names}"

    def _rarely(self) -> bool:
        return self.random.random() < 0.2

    def _last(self) -> dict[str, Any]:
        return {"Type": "Fail", "Error": "Own", "Cause": "because"} if self._rarely() else {"Type": "Succeed"}

    def _pass(self, _depth: int, _following: list[str]) -> dict[str, Any]:
        return {"Type": "Pass", "Result": self.random.randint(0, 9), "ResultPath": "$.passed"}

    def _wait(self, _depth: int, _following: list[str]) -> dict[str, Any]:
        return {"Type": "Wait", "Seconds": self.random.choice([0, 0, 1])}

    def _choice(self, _depth: int, following: list[str]) -> dict[str, Any]:
        below = {"Variable": "$.number", "NumericLessThan": self.random.randint(0, 10)}
        return {
            "Type": "Choice",
            "Choices": [below | {"Next": self.random.choice(following)}],
            "Default": following[0],
        }

    def _task(self, resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, "ResultPath": "$.result"}

    def _token(self, _depth: int, _following: list[str]) -> dict[str, Any]:
        parameters = {"QueueUrl": self.queue, "MessageBody.$": "$$.Task.Token"}
        return self._task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", parameters) | {
            "TimeoutSeconds": self.random.randint(1, 3)
        }

    def _child(self, _depth: int, _following: list[str]) -> dict[str, Any]:
        how = self.random.choice(["", ".sync", ".sync:2"])
        parameters = {"StateMachineArn": self.child, "Input": {"fails": self._rarely()}}
        return self._task(f"arn:aws:states:::states:startExecution{how}", parameters)

    def _call(self, _depth: int, _following: list[str]) -> dict[str, Any]:
        if self._rarely():
            return self._task("arn:aws:states:::aws-sdk:dynamodb:describeTable", {"TableName": "no-such-table"})
        return self._task("arn:aws:states:::aws-sdk:sqs:getQueueUrl", {"QueueName": self.queue.rpartition("/")[2]})

    def _parallel(self, depth: int, _following: list[str]) -> dict[str, Any]:
        branches = [self.definition(depth + 1) for _ in range(self.random.randint(1, 3))]
        return {"Type": "Parallel", "Branches": branches, "ResultPath": "$.branches"}

    def _map(self, depth: int, _following: list[str]) -> dict[str, Any]:
        processor = self.definition(depth + 1)
        if not depth and self._rarely():
            processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
        return {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {"number.$": "$$.Map.Item.Value", "items.$": "$.items"},
            "MaxConcurrency": self.random.randint(0, 3),
            "ItemProcessor": processor,
            "ResultPath": "$.mapped",
        }

    def _handlers(self, last: str) -> dict[str, Any]:
        handlers: dict[str, Any] = {}
        if self._rarely():
            handlers["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
        if not self._rarely():
            caught = self.random.choice(["States.ALL", "States.TaskFailed", "States.Timeout", "Own"])
            handlers["Catch"] = [{"ErrorEquals": [caught], "Next": last, "ResultPath": "$.error"}]
        return handlers
