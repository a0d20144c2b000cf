"""State machines of the size and shape of real ones, which run on any engine without a function.

A task that works lists queues; one that fails sends a message to a queue that does not exist.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_ROLE = "arn:aws:iam::000000000000:role/workflow"
_SECONDS = 60

type States = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Workflow:
    """A definition, and the input of the execution that is looked at."""

    name: str
    states: States
    input: object = field(default_factory=dict)

    def definition(self) -> str:
        """Return the document; the first state is where it starts."""
        return json.dumps({"StartAt": next(iter(self.states)), "States": self.states})

    def run(self, clients: Clients) -> str:
        """Create the machine, run it to its end, and return the execution's ARN."""
        states = clients.client("stepfunctions")
        machine = states.create_state_machine(name=self.name, definition=self.definition(), roleArn=_ROLE)
        arn = states.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(self.input))
        execution = arn["executionArn"]
        wait_until(
            lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING" or None,
            what=f"the workflow {self.name} to end",
            seconds=_SECONDS,
        )
        return execution


def works(to: str | None, *, catch: str | None = None, retry: bool = False) -> dict[str, Any]:
    """Return a task that succeeds."""
    task: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues",
        "Parameters": {},
        "ResultPath": "$.last",
        **_after(to),
    }
    if retry:
        task["Retry"] = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    if catch:
        task["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": catch}]
    return task


def fails(to: str | None, *, catch: str | None = None) -> dict[str, Any]:
    """Return a task whose queue does not exist."""
    url = "http://localhost/000000000000/no-such-queue"
    return works(to, catch=catch) | {
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody": "x"},
    }


def _after(to: str | None) -> dict[str, Any]:
    return {"Next": to} if to else {"End": True}


def _pass(to: str | None) -> dict[str, Any]:
    return {"Type": "Pass", **_after(to)}


def _is(variable: str, value: str, to: str) -> dict[str, Any]:
    return {"Variable": variable, "StringEquals": value, "Next": to}


def booking() -> Workflow:
    """Return a saga of sixteen states: each reservation has its compensation."""
    return Workflow(
        "TravelBookingSaga",
        {
            "Validate booking request": _pass("Which payment method was chosen?"),
            "Which payment method was chosen?": {
                "Type": "Choice",
                "Choices": [
                    _is("$.payment", "card", "Authorise card"),
                    _is("$.payment", "invoice", "Check credit limit"),
                ],
                "Default": "Reject unknown payment method",
            },
            "Authorise card": works("Reserve hotel", catch="Notify support", retry=True),
            "Check credit limit": works("Reserve hotel", catch="Notify support"),
            "Reserve hotel": works("Reserve flight", catch="Cancel hotel"),
            "Reserve flight": works("Reserve rental car", catch="Cancel flight"),
            "Reserve rental car": works("Charge customer", catch="Cancel rental car"),
            "Charge customer": fails("Send confirmation e-mail", catch="Cancel rental car"),
            "Send confirmation e-mail": works("Booking complete", catch="Notify support"),
            "Booking complete": {"Type": "Succeed"},
            "Cancel rental car": works("Cancel flight", catch="Notify support"),
            "Cancel flight": works("Cancel hotel", catch="Notify support"),
            "Cancel hotel": works("Booking failed", catch="Notify support"),
            "Notify support": works("Booking failed"),
            "Reject unknown payment method": {"Type": "Fail", "Error": "UnknownPaymentMethod"},
            "Booking failed": {"Type": "Fail", "Error": "BookingFailed", "Cause": "A reservation could not be made"},
        },
        {"payment": "card", "customer": "c-20311", "trip": {"to": "Lisbon", "nights": 4}},
    )


def restock() -> Workflow:
    """Return a chain of three Catches: each fallback fails like the one before it."""
    return Workflow(
        "RestockWithFallbacks",
        {
            "Plan restock": _pass("Ask primary warehouse"),
            "Ask primary warehouse": fails("Reserve", catch="Ask secondary warehouse"),
            "Reserve": _pass("Restocked"),
            "Restocked": {"Type": "Succeed"},
            "Ask secondary warehouse": fails("Reserve", catch="Ask supplier"),
            "Ask supplier": fails("Reserve", catch="Write to backlog"),
            "Write to backlog": _pass("Restock failed"),
            "Restock failed": {"Type": "Fail", "Error": "RestockTimedOut", "Cause": "Neither had any"},
        },
        {"sku": "sku-9931"},
    )


def long_names() -> Workflow:
    """Return states whose names are as long as they may be: of words, of capitals, of dots, of one letter."""
    names = (
        "ValidateCustomerShippingAddressAndPaymentMethodThenNotifyWarehouseOfTheWholeOrde",
        "very.long.dotted.name.of.a.state.in.some.generated.machine.of.version.two.and.on",
        "W" * 80,
        "Überprüfung der Versicherungsnehmerstammdatenaktualisierungsberechtigung von uns",
    )
    return Workflow("LongNames", {name: _pass(after) for name, after in zip(names, (*names[1:], None), strict=True)})


def delivery() -> Workflow:
    """Return an order's way to the door, whose failure is handed on as it was caught."""
    return Workflow(
        "OrderDelivery",
        {
            "Validate order": works("Is it paid?"),
            "Is it paid?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.paid", "BooleanEquals": True, "Next": "Reserve stock"},
                    {
                        "And": [
                            {"Variable": "$.credit", "IsPresent": True},
                            {"Variable": "$.credit", "NumericGreaterThan": 100},
                        ],
                        "Next": "Charge account",
                    },
                ],
                "Default": "Reject order",
            },
            "Charge account": works("Reserve stock", catch="Notify customer of problem"),
            "Reserve stock": works("Which warehouse?", catch="Back-order"),
            "Back-order": works("Wait for supplier"),
            "Wait for supplier": {"Type": "Wait", "Seconds": 0, "Next": "Reserve stock"},
            "Which warehouse?": {
                "Type": "Choice",
                "Choices": [
                    _is("$.country", "DE", "Pick in Leipzig"),
                    _is("$.country", "PT", "Pick in Porto"),
                ],
                "Default": "Pick in Rotterdam",
            },
            "Pick in Leipzig": works("Pack"),
            "Pick in Porto": works("Pack"),
            "Pick in Rotterdam": works("Pack"),
            "Pack": works("Book courier"),
            "Book courier": fails("Delivered", catch="Notify customer of problem"),
            "Delivered": {"Type": "Succeed"},
            "Notify customer of problem": works("Order failed"),
            "Reject order": {"Type": "Fail", "Error": "Unpaid"},
            "Order failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
        },
        {"order": "o-2001", "paid": True, "country": "DE"},
    )


def etl() -> Workflow:
    """Return an import with a Map in a Parallel, and one handler for all errors."""
    files = {
        "Read file": works("Which format?"),
        "Which format?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Parse CSV"}],
            "Default": "Parse JSON lines",
        },
        "Parse CSV": works("Validate rows"),
        "Parse JSON lines": works("Validate rows"),
        "Validate rows": works("Write partition"),
        "Write partition": works(None),
    }
    return Workflow(
        "NightlyWarehouseImport",
        {
            "List source files": works("Extract", catch="Raise incident"),
            "Extract": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "Each file", "States": {"Each file": {
                        "Type": "Map", "ItemsPath": "$.files", "MaxConcurrency": 4, "End": True,
                        "ItemProcessor": {"StartAt": "Read file", "States": files},
                    }}},
                    {"StartAt": "Snapshot dimensions", "States": {
                        "Snapshot dimensions": works("Diff with yesterday"), "Diff with yesterday": works(None),
                    }},
                    {"StartAt": "Refresh exchange rates", "States": {"Refresh exchange rates": works(None)}},
                ],
                "ResultPath": "$.extracted",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Raise incident"}],
                "Next": "Merge into warehouse",
            },
            "Merge into warehouse": works("Check row counts", catch="Raise incident", retry=True),
            "Check row counts": works("Publish data set", catch="Raise incident"),
            "Publish data set": works("Notify analysts", catch="Raise incident"),
            "Notify analysts": works("Done", catch="Raise incident"),
            "Done": {"Type": "Succeed"},
            "Raise incident": works("Import failed"),
            "Import failed": {"Type": "Fail", "Error": "ImportFailed"},
        },
        {"files": [{"n": number} for number in range(8)]},
    )  # fmt: skip


def pipeline(length: int, name: str) -> Workflow:
    """Return a chain with a decision at every fifth step, all of whose errors one state handles."""
    states: States = {}
    for number in range(length - 2):
        here, there = _step(number), _step(number + 1) if number < length - 3 else "Everything is done"
        if number % 5 == 4:
            states[here] = {
                "Type": "Choice",
                "Choices": [{"Variable": "$.skip", "IsPresent": True, "Next": "Everything is done"}],
                "Default": there,
            }
        else:
            states[here] = works(there, catch="Report the failure")
    states["Everything is done"] = {"Type": "Succeed"}
    states["Report the failure"] = {"Type": "Fail", "Error": "PipelineFailed"}
    return Workflow(name, states)


def _step(number: int) -> str:
    verbs = ("Prepare", "Enrich", "Transform", "Verify", "Is it finished after")
    return f"{verbs[number % 5]} batch section {number // 5 + 1}"


def pizza() -> Workflow:
    """Return the pattern that the pizzeria is made of: five states, one decision."""
    return Workflow(
        "Pizzeria",
        {
            "Order Pizza Job": works("With Pineapple?"),
            "With Pineapple?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.pineapple", "IsPresent": True, "Next": "Sorry, We Dont add Pineapple"}],
                "Default": "Lets make your pizza",
            },
            "Lets make your pizza": {"Type": "Succeed"},
            "Sorry, We Dont add Pineapple": {"Type": "Fail", "Error": "Failed To Make Pizza"},
        },
        {"pineapple": True},
    )


def job() -> Workflow:
    """Return a job that is polled until it has ended: a loop with two ways out."""
    return Workflow(
        "TranscodeVideo",
        {
            "Submit job": works("Wait for the job", catch="Job could not be submitted", retry=True),
            "Wait for the job": {"Type": "Wait", "Seconds": 0, "Next": "Get job status"},
            "Get job status": works("Has it ended?"),
            "Has it ended?": {
                "Type": "Choice",
                "Choices": [
                    _is("$.status", "FAILED", "Job failed"),
                    _is("$.status", "SUCCEEDED", "Publish renditions"),
                ],
                "Default": "Wait for the job",
            },
            "Publish renditions": works("Invalidate cache"),
            "Invalidate cache": works("Video is available"),
            "Video is available": {"Type": "Succeed"},
            "Job failed": {"Type": "Fail", "Error": "TranscodingFailed"},
            "Job could not be submitted": {"Type": "Fail", "Error": "SubmissionFailed"},
        },
        {"status": "SUCCEEDED", "video": "v-1020"},
    )


def claim() -> Workflow:
    """Return an insurance claim: decisions after decisions, with people in between."""
    return Workflow(
        "InsuranceClaim",
        {
            "Register claim": works("Is the policy active?", catch="Hand to a person"),
            "Is the policy active?": {
                "Type": "Choice",
                "Choices": [_is("$.policy", "lapsed", "Write a refusal")],
                "Default": "Check documents",
            },
            "Check documents": works("Are they complete?", catch="Hand to a person"),
            "Are they complete?": {
                "Type": "Choice",
                "Choices": [_is("$.documents", "missing", "Ask for documents")],
                "Default": "Score for fraud",
            },
            "Ask for documents": works("Check documents"),
            "Score for fraud": works("How likely is fraud?", catch="Hand to a person"),
            "How likely is fraud?": {
                "Type": "Choice",
                "Choices": [
                    _is("$.fraud", "high", "Hand to a person"),
                    _is("$.fraud", "some", "Second opinion"),
                ],
                "Default": "Estimate damage",
            },
            "Second opinion": works("Estimate damage", catch="Hand to a person"),
            "Estimate damage": works("Is it small?", catch="Hand to a person"),
            "Is it small?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.amount", "NumericLessThan": 1000, "Next": "Pay at once"}],
                "Default": "Approve by a person",
            },
            "Approve by a person": works("Pay at once", catch="Write a refusal"),
            "Pay at once": works("Tell the customer", retry=True),
            "Tell the customer": works("Claim is settled"),
            "Claim is settled": {"Type": "Succeed"},
            "Hand to a person": works("Write a refusal"),
            "Write a refusal": works("Claim is refused"),
            "Claim is refused": {"Type": "Fail", "Error": "ClaimRefused"},
        },
        {"policy": "active", "documents": "complete", "fraud": "some", "amount": 420},
    )


def onboarding() -> Workflow:
    """Return an onboarding: three checks beside each other, each with a decision of its own."""

    def check(name: str) -> dict[str, Any]:
        rule = {"Variable": "$.last", "IsPresent": True, "Next": f"{name} is fine"}
        return {
            "StartAt": f"Look up {name}",
            "States": {
                f"Look up {name}": works(f"Is {name} known?", retry=True),
                f"Is {name} known?": {"Type": "Choice", "Choices": [rule], "Default": f"{name} is unknown"},
                f"{name} is fine": {"Type": "Pass", "End": True},
                f"{name} is unknown": {"Type": "Fail", "Error": "Unknown"},
            },
        }

    return Workflow(
        "CustomerOnboarding",
        {
            "Create record": works("Checks", catch="Undo everything"),
            "Checks": {
                "Type": "Parallel",
                "Branches": [check("identity"), check("address"), check("credit history")],
                "ResultPath": "$.checks",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo everything"}],
                "Next": "Open account",
            },
            "Open account": works("Send welcome letter", catch="Undo everything"),
            "Send welcome letter": works("Customer is welcome"),
            "Customer is welcome": {"Type": "Succeed"},
            "Undo everything": works("Onboarding failed"),
            "Onboarding failed": {"Type": "Fail", "Error": "OnboardingFailed"},
        },
        {"customer": "c-7"},
    )


def training() -> Workflow:
    """Return the training of a model: a Map of experiments in it, and a gate at the end."""
    experiment = {
        "Prepare split": works("Train"),
        "Train": works("Evaluate", retry=True),
        "Evaluate": works("Is it better?"),
        "Is it better?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.score", "NumericGreaterThan": 0.9, "Next": "Keep model"}],
            "Default": "Drop model",
        },
        "Keep model": {"Type": "Pass", "End": True},
        "Drop model": {"Type": "Pass", "End": True},
    }
    return Workflow(
        "TrainRecommender",
        {
            "Load features": works("Are there enough?", catch="Tell the team"),
            "Are there enough?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.experiments[0]", "IsPresent": True, "Next": "Each experiment"}],
                "Default": "Tell the team",
            },
            "Each experiment": {
                "Type": "Map", "ItemsPath": "$.experiments", "MaxConcurrency": 2, "Next": "Choose the best",
                "ItemProcessor": {"StartAt": "Prepare split", "States": experiment}, "ResultPath": "$.results",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell the team"}],
            },
            "Choose the best": works("Shadow deployment", catch="Tell the team"),
            "Shadow deployment": works("Compare with live"),
            "Compare with live": fails("Promote", catch="Roll back"),
            "Promote": works("Model is live", catch="Roll back"),
            "Model is live": {"Type": "Succeed"},
            "Roll back": works("Tell the team"),
            "Tell the team": works("Training failed"),
            "Training failed": {"Type": "Fail", "Error": "TrainingFailed"},
        },
        {"experiments": [{"score": 0.5 + number / 10} for number in range(6)]},
    )  # fmt: skip


def fan_out() -> Workflow:
    """Return a dispatcher with eight ways, which meet again."""
    kinds = ("e-mail", "text message", "push", "letter", "call", "webhook", "chat", "fax")
    ways = {f"Send {kind}": works("Record delivery", catch="Delivery failed") for kind in kinds}
    return Workflow(
        "NotifyCustomer",
        {
            "Load preferences": works("Which channel?", catch="Delivery failed"),
            "Which channel?": {
                "Type": "Choice",
                "Choices": [_is("$.channel", kind, f"Send {kind}") for kind in kinds],
                "Default": "Delivery failed",
            },
            **ways,
            "Record delivery": works("Delivered"),
            "Delivered": {"Type": "Succeed"},
            "Delivery failed": {"Type": "Fail", "Error": "DeliveryFailed"},
        },
        {"channel": "push"},
    )


def suppliers(failing: int) -> Workflow:
    """Return a Parallel of two dozen branches, of which one fails."""

    def branch(number: int) -> dict[str, Any]:
        check, reserve = f"Prüfe Lieferant {number}: Verfügbarkeit und Preis", f"Reserve at supplier {number}"
        last = fails(None) if number == failing else works(None)
        return {"StartAt": check, "States": {check: works(reserve), reserve: last}}

    ask = {"Type": "Parallel", "Branches": [branch(number) for number in range(24)], "Next": "Ordered"}
    states = {"Load order": _pass("Ask all suppliers"), "Ask all suppliers": ask, "Ordered": {"Type": "Succeed"}}
    return Workflow(f"AskSuppliers{failing}", states)


def compensations() -> Workflow:
    """Return a dozen steps, each with a way of its own to undo it, of which one leads to a failure of its own."""
    states: States = {}
    for number in range(12):
        step, undo = f"Step {number}", f"Compensate {number}"
        after = f"Step {number + 1}" if number < 11 else "Done"
        states[step] = fails(after, catch=undo) if number == 7 else works(after, catch=undo)
        told = f"Tell customer service about {number}"
        states |= {undo: works(told), told: fails("Sorry") if number == 7 else works("Sorry")}
    return Workflow("Compensations", {**states, "Done": {"Type": "Succeed"}, "Sorry": {"Type": "Fail"}})


def last_row(way: int) -> Workflow:
    """Return a long row of steps that ends in one of six failures, beside one another."""
    steps = [f"Step {each}" for each in range(9)]
    chain: States = {each: _pass(after) for each, after in zip(steps, [*steps[1:], "Why?"], strict=True)}
    failures: States = {f"Refused for reason {each}": {"Type": "Fail", "Error": "Refused"} for each in range(6)}
    rules = [_is("$.way", name, name) for name in failures]
    states = {**chain, "Why?": {"Type": "Choice", "Choices": rules}, **failures}
    return Workflow(f"LastRow{way}", states, {"way": f"Refused for reason {way}"})


WORKFLOWS = (
    pizza(), job(), claim(), booking(), onboarding(), training(), fan_out(), etl(),
    pipeline(50, "FiftyStates"), pipeline(200, "TwoHundredStates"),
)  # fmt: skip
"""Ten in the shapes of real ones, of four to two hundred states."""
