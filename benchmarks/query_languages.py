"""What an order takes with a machine in JSONata, beside the pizzeria's own, which is in JSONPath.

Both are executions of the deployed function and differ in the query language alone. They take turns on one emulator;
the figure is processor time of LocalStack's own process, where expressions are evaluated.
"""

from __future__ import annotations

import argparse
import json
import statistics
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks import machine
from benchmarks.orders import FLAVOURS
from localdev.deployment import cdk
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from pizzeria.stack import stack_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients

RESULTS = Path(__file__).parent / "results" / "query_languages.json"
_WARM_UP, _ROUNDS, _ORDERS = 40, 24, 40
_ENDED = {"pepperoni": "SUCCEEDED", "margherita": "SUCCEEDED", "pineapple": "FAILED", "hawaiian": "FAILED"}


def in_jsonata(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the pizzeria's definition with each path as an expression.

    :raises LocaldevError: it has a path that this does not know.
    """
    states = {name: _in_jsonata(state) for name, state in definition["States"].items()}
    written = {**definition, "QueryLanguage": "JSONata", "States": states}
    if '"$' in json.dumps(written):
        raise LocaldevError(f"The pizzeria's machine has a path that is not known here: {json.dumps(written)}")
    return written


def _in_jsonata(state: dict[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in state.items() if not name.endswith("Path")}
    if state["Type"] == "Task":
        output = "{% $merge([$states.input, {'pineappleAnalysis': $states.result}]) %}"
        return {**others, "Arguments": "{% $states.input.flavour %}", "Output": output}
    if state["Type"] == "Choice":
        condition = "{% $states.input.pineappleAnalysis.containsPineapple = true %}"
        return {**others, "Choices": [{"Condition": condition, "Next": rule["Next"]} for rule in state["Choices"]]}
    if state["Type"] == "Succeed":
        return {**others, "Output": "{% $states.input.pineappleAnalysis %}"}
    return others


class Machine:
    """One of the two."""

    def __init__(self, clients: Clients, arn: str) -> None:
        self._states = clients.client("stepfunctions")
        self._arn = arn

    def order(self, number: int) -> str:
        """Run one order to its end, and return what came out of it.

        :raises LocaldevError: it ended otherwise than its flavour has it.
        """
        flavour = FLAVOURS[number % len(FLAVOURS)]
        document = json.dumps({"flavour": flavour})
        execution = self._states.start_execution(stateMachineArn=self._arn, input=document)["executionArn"]

        def end() -> Any:
            found = self._states.describe_execution(executionArn=execution)
            return None if found["status"] == "RUNNING" else found

        ended = wait_until(end, what=f"the end of {execution}", seconds=60.0)
        if ended["status"] != _ENDED[flavour]:
            raise LocaldevError(f"An order of {flavour} ended {ended['status']}: {ended.get('cause')}")
        return str(ended.get("output", ended.get("cause")))


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def measure(machines: dict[str, Machine], process: psutil.Process) -> dict[str, list[float]]:
    """Return milliseconds of processor time for an order, by machine, round by round."""
    for number in range(_WARM_UP):
        if len({machine.order(number) for machine in machines.values()}) != 1:
            raise LocaldevError("The two machines do not come to the same result.")
    samples: dict[str, list[float]] = {name: [] for name in machines}
    for number in range(_ROUNDS):
        # there and back, so that neither is always the first
        for name in sorted(machines, reverse=bool(number % 2)):
            before = _processor_seconds(process)
            for order in range(_ORDERS):
                machines[name].order(order)
            samples[name].append((_processor_seconds(process) - before) * 1000 / _ORDERS)
    return samples


@contextmanager
def _deployed() -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    try:
        engine.start()
        with TemporaryDirectory(prefix="cdk.out-") as folder:
            cdk.deploy(engine, cdk.synthesize(output=Path(folder)))
        yield engine
    finally:
        engine.stop()


def _machines(clients: Clients) -> dict[str, Machine]:
    """Make two machines of the deployed one that differ in their language and in nothing else."""
    states = clients.client("stepfunctions")
    deployed = states.describe_state_machine(stateMachineArn=stack_outputs(clients).state_machine_arn)
    definition = json.loads(deployed["definition"])
    made = {}
    for name, written in {"jsonpath": definition, "jsonata": in_jsonata(definition)}.items():
        arn = states.create_state_machine(
            name=f"bench-{name}",
            definition=json.dumps(written),
            roleArn=deployed["roleArn"],
            loggingConfiguration=deployed["loggingConfiguration"],
        )["stateMachineArn"]
        made[name] = Machine(clients, arn)
    return made


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.query_languages", description=__doc__)
    parser.parse_args()
    with _deployed() as engine:
        process = psutil.Process(engine.instance().pid)
        samples = measure(_machines(engine.clients()), process)
    medians = {name: statistics.median(values) for name, values in samples.items()}
    figures = {f"{name}_ms": round(value, 2) for name, value in medians.items()}
    figures["factor"] = round(sum(samples["jsonata"]) / sum(samples["jsonpath"]), 3)
    results = {"made": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine.described(), **figures}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
