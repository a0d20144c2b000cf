"""A real browser on a real console, which reads an emulator of the suite's own with the stack on it."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from localdev.commands.console_pages import console_settings
from localdev.console.app import create_app
from localdev.console.services.stack import Stack
from localdev.deployment import assemblies, cdk
from localdev.deployment.executions import executions_client
from localdev.deployment.stack import reachable_api_url
from localdev.engines import EmbeddedEngine
from localdev.executions.control import ExecutionsControl
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from localdev.testing.engines import start_for_tests
from localdev.testing.lifeline import LIFELINE
from pizzeria.orders import OrderApi
from pizzeria.stack import stack_outputs
from tests.console.browsers import BROWSERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request

    from localdev.console.settings import Settings
    from localdev.engines import Engine
    from pizzeria.stack import StackOutputs

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
_WAIT_MS = 20_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the machine has it."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed. Hint: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def engine(browser: Browser) -> Iterator[Engine]:
    """Start an emulator with the stack on it; the browser first, without which nothing is to be started."""
    assert browser
    engine = start_for_tests("embedded")
    try:
        cdk.deploy(engine, assemblies.assembly(engine))
        with LIFELINE.held_to(engine):
            yield engine
    finally:
        engine.stop()


@pytest.fixture(scope="session")
def outputs(engine: Engine) -> StackOutputs:
    """Provide the deployed stack."""
    return stack_outputs(engine.clients(), engine.stack_name)


@pytest.fixture(scope="session")
def orders(engine: Engine, outputs: StackOutputs) -> OrderApi:
    """Provide the deployed API."""
    return OrderApi(reachable_api_url(outputs.api_url, engine.endpoint_url))


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve the console of these settings on a port of its own, and yield its address."""
    port = free_port()
    config = uvicorn.Config(
        create_app(settings), port=port, log_level="error", ws="none", timeout_graceful_shutdown=1, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or None, what="the console", seconds=20)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def settings(engine: Engine) -> Settings:
    """Provide the console's settings of the engine."""
    hosts = frozenset({"127.0.0.1"})
    return console_settings(engine, read_only=False, hosts=hosts)


@pytest.fixture(scope="session")
def console(settings: Settings) -> Iterator[str]:
    """Provide the console's address."""
    with served(settings) as url:
        yield url


@dataclass
class Visitor:
    """One person's browser: opens pages, and notes what ought not to happen."""

    context: BrowserContext
    console: str
    strangers: list[str] = field(default_factory=list)
    """Addresses that are not the console's."""
    complaints: list[str] = field(default_factory=list)
    """What pages said in the browser's console: violated policies, errors in scripts."""

    def open(self, path: str = "/") -> Page:
        """Return a page of the console, in a new tab."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        page.on("request", self._asked)
        page.goto(path if path.startswith("http") else f"{self.console}{path}")
        return page

    def _heard(self, message: Any) -> None:
        # an answer that is an error is logged there too; what the page makes of it is what the tests look at
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            self.strangers.append(request.url)


@pytest.fixture
def visitors_of(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors of a console; afterwards none may have been led elsewhere, or have heard a complaint."""
    visitors: list[Visitor] = []

    def make(at: str, *, width: int = 1280, height: int = 900, **options: Any) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        context.set_default_timeout(_WAIT_MS)
        visitors.append(Visitor(context, at))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()
        assert visitor.strangers == []
        assert visitor.complaints == []


@pytest.fixture
def visit(visitors_of: Callable[..., Visitor], console: str) -> Callable[..., Visitor]:
    """Makes visitors of the suite's console, or of a given one."""

    def make(*, at: str = console, **options: Any) -> Visitor:
        return visitors_of(at, **options)

    return make


@pytest.fixture(scope="session")
def pineapple(orders: OrderApi) -> str:
    """Provide the ARN of an order that has failed."""
    return orders.wait(orders.place("pineapple")).order.execution_arn


@pytest.fixture(scope="session")
def slow_machine(engine: Engine) -> Iterator[str]:
    """Provide the ARN of a state machine that takes a second for each of its steps, and that can be stopped."""
    states = engine.clients().client("stepfunctions")
    definition = (
        '{"StartAt": "Knead", "States": {'
        '"Knead": {"Type": "Wait", "Seconds": 1, "Next": "Bake"},'
        '"Bake": {"Type": "Wait", "Seconds": 1, "Next": "Serve"},'
        '"Serve": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Done"},'
        '"Done": {"Type": "Succeed"}}}'
    )
    role = "arn:aws:iam::000000000000:role/slow"
    arn = states.create_state_machine(name="slow", definition=definition, roleArn=role)["stateMachineArn"]
    yield arn
    states.delete_state_machine(stateMachineArn=arn)


class Kitchen:
    """A state machine of two steps, *Knead* and *Bake*, each of which takes until the test says that it is done."""

    def __init__(self, engine: Engine) -> None:
        self._states = engine.clients().client("stepfunctions")
        self._activities = {
            step: self._states.create_activity(name=f"kitchen-{step}")["activityArn"] for step in ("Knead", "Bake")
        }
        task = {step: {"Type": "Task", "Resource": arn} for step, arn in self._activities.items()}
        states = {
            "Knead": {**task["Knead"], "Next": "Bake"},
            "Bake": {**task["Bake"], "Next": "Done"},
            "Done": {"Type": "Succeed"},
        }
        self.arn = self._states.create_state_machine(
            name="kitchen",
            definition=json.dumps({"StartAt": "Knead", "States": states}),
            roleArn="arn:aws:iam::000000000000:role/kitchen",
        )["stateMachineArn"]

    def start(self) -> str:
        """Start an execution; its ARN."""
        return self._states.start_execution(stateMachineArn=self.arn, input="{}")["executionArn"]

    def finish(self, *steps: str) -> None:
        """Finish the steps at which the one running execution is, one after the other."""
        for step in steps:
            task = self._states.get_activity_task(activityArn=self._activities[step])
            self._states.send_task_success(taskToken=task["taskToken"], output="{}")

    def close(self) -> None:
        """Stop what runs, and remove it all."""
        for execution in self._states.list_executions(stateMachineArn=self.arn, statusFilter="RUNNING")["executions"]:
            self._states.stop_execution(executionArn=execution["executionArn"])
        self._states.delete_state_machine(stateMachineArn=self.arn)
        for activity in self._activities.values():
            self._states.delete_activity(activityArn=activity)


@pytest.fixture
def kitchen(engine: Engine) -> Iterator[Kitchen]:
    """Provide a kitchen of the test's own."""
    kitchen = Kitchen(engine)
    yield kitchen
    kitchen.close()


@pytest.fixture(scope="session")
def map_of_many(engine: Engine) -> Iterator[str]:
    """Provide the ARN of an execution with a Map of more items than fit."""
    states = engine.clients().client("stepfunctions")
    definition = (
        '{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {'
        '"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}}}}}'
    )
    role = "arn:aws:iam::000000000000:role/many"
    machine = states.create_state_machine(name="many", definition=definition, roleArn=role)["stateMachineArn"]
    arn = states.start_execution(stateMachineArn=machine, input=str(list(range(60))))["executionArn"]
    wait_until(
        lambda: states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED" or None,
        what="the Map to end",
        seconds=60,
    )
    yield arn
    states.delete_state_machine(stateMachineArn=machine)


class Relay:
    """Passes connections on to the engine until it is closed: an engine that goes away and comes back."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self.port = free_port()
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._flows = threading.Event()
        self._flows.set()
        self.open()

    def freeze(self) -> None:
        """Take connections and pass nothing on."""
        self._flows.clear()

    def thaw(self) -> None:
        """Go on where it was."""
        self._flows.set()

    def open(self) -> None:
        """Come back."""
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=True)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        """Go away, in the middle of whatever is said."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            self._listener = None
            for connection in self._open:
                # a thread that reads from it would keep it open after a mere close
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                here, _ = listener.accept()
            except OSError:
                return
            there = socket.create_connection(self._target)
            with self._lock:
                if self._listener is not listener:
                    # gone since it was accepted: it would be the one connection that goes on
                    here.close()
                    there.close()
                    return
                self._open += [here, there]
            for source, target in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(source, target, self._flows), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, flows: threading.Event) -> None:
    try:
        while data := source.recv(65_536):
            flows.wait()
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def relay(engine: Engine, settings: Settings) -> Iterator[tuple[Relay, str]]:
    """Provide an engine that can go away, and the address of a console that reads it."""
    assert isinstance(engine, EmbeddedEngine)
    relay = Relay(("127.0.0.1", engine.port))
    away = EmbeddedEngine(relay.port)
    stack = Stack(away.clients().client, emulator=away.endpoint_url)
    control = ExecutionsControl(away.clients().client("stepfunctions"))
    client = executions_client(away.clients())
    with served(replace(settings, client=client, control=control, stack=stack)) as url:
        yield relay, url
    relay.close()
