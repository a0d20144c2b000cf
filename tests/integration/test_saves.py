"""Test saving: ``./scripts/watch`` as a program, and the CDK CLI's own ways, in a copy of the project."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment import assemblies, cdk
from localdev.deployment.stack import reachable_api_url
from localdev.engines import EmbeddedEngine
from localdev.system.child_environment import tool_home
from localdev.system.processes import end_session, free_port
from localdev.system.project import ROOT
from localdev.system.waiting import WaitTimeoutError, wait_until
from localdev.testing.case import Case
from localdev.testing.reading import Reader
from pizzeria.orders import TERMINAL, OrderApi
from pizzeria.stack import stack_outputs
from tests.integration.conftest import Api
from tests.integration.ordering import all_the_while
from tests.source_edits import set_dict_value, set_keyword

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.only_on("embedded")

_COPIED = (
    ".npmrc",
    "app.py",
    "cdk.json",
    "infra",
    "lambdas",
    "localdev",
    "pizzeria",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "requirements.txt",
)
_LINKED = ("emulator", "node_modules", ".venv")
_SECONDS = 180.0
_HANDLER, _WORKFLOW = "lambdas/start_order.py", "infra/order_workflow.py"


class Checkout:
    """A copy of the project, to be edited, and the emulator that its stack is on."""

    def __init__(self, root: Path, engine: EmbeddedEngine) -> None:
        self.root = root
        self.api = Api(
            reachable_api_url(stack_outputs(engine.clients()).api_url, engine.endpoint_url),
            Reader(engine.clients()),
            Case("checkout"),
        )
        self._orders = OrderApi(self.api.base_url)
        self._port = str(engine.port)

    def localdev(self, *arguments: str) -> list[str]:
        """Return the command of a command, as its script runs it."""
        on_it = ["--engine", "external", "--port", self._port]
        return [str(self.root / ".venv" / "bin" / "python"), "-m", "localdev", *arguments, *on_it]

    def cdklocal(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """Return the command of the CDK CLI as a person types it, and the variables that name this emulator."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME")}
        temporary = self.root / "tmp"  # jsii's folder stays in it when the CLI is killed
        temporary.mkdir(exist_ok=True)
        return ["npx", "cdklocal", *arguments], environment | {"EDGE_PORT": self._port, "TMPDIR": str(temporary)}

    def answer_with(self, expression: str) -> None:
        """Let the function that takes orders give this as its message."""
        set_dict_value(self.root / _HANDLER, "message", expression)

    def refuse_with(self, cause: str) -> None:
        """Let the state machine give this as the cause."""
        set_keyword(self.root / _WORKFLOW, "cause", repr(cause))

    def waits_for_answer(self, message: str) -> None:
        """Wait until an order is answered with it; every one on the way there is accepted."""
        wait_until(
            lambda: self.api.order("pepperoni")["message"] == message or None, what=f"{message!r}", seconds=_SECONDS
        )

    def outcome(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return what the API says of an order that has ended."""

        def ended() -> dict[str, Any] | None:
            document = self._orders.status(order["orderId"])
            return document if document["status"] in TERMINAL else None

        return wait_until(ended, what=f"order {order['orderId']} to end", seconds=_SECONDS)

    def waits_for_cause(self, cause: str) -> None:
        """Wait until an order of pineapple is refused with it."""
        wait_until(
            lambda: self.outcome(self.api.order("pineapple"))["cause"] == cause or None, what=cause, seconds=_SECONDS
        )


class Running:
    """A program that goes on until interrupted, and what it has said."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self._process = process
        self._output = output

    def said(self) -> str:
        """Return all of it."""
        return self._output.read_text(errors="replace")

    def waits_to_say(self, text: str) -> None:
        """Wait until it has said so; it fails at once where the program has ended."""

        def has_said() -> bool | None:
            if text in self.said():
                return True
            assert self._process.poll() is None, self.said()
            return None

        try:
            wait_until(has_said, what=repr(text), seconds=_SECONDS)
        except WaitTimeoutError as error:
            raise AssertionError(f"{error} It said:\n{self.said()}") from error

    def interrupt(self) -> int:
        """Send Ctrl-C, and return the status it ends with."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=_SECONDS)


@contextmanager
def running(
    command: list[str], folder: Path, output: Path, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    """Run the program until the end of the block, after which nothing of it is left."""
    with output.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield Running(process, output)
    finally:
        end_session(process.pid)
        process.wait()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Provide a copy of the project, its stack on an emulator that nobody else uses."""
    root = tmp_path_factory.mktemp("checkout")
    for name in _COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    for name in _LINKED:
        (root / name).symlink_to(ROOT / name)
    # the CDK's library, unpacked already: it takes longer than a deployment
    (root / ".localdev").mkdir()
    (root / ".localdev" / "home").symlink_to(tool_home())
    hot = {"LAMBDA_HOT_RELOAD_FOLDERS": str(root / ".localdev" / "hot")}
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=hot)
    try:
        engine.start()
        cdk.deploy(engine, assemblies.assembly())
        yield Checkout(root, engine)
    finally:
        engine.stop()


@pytest.fixture
def watch(checkout: Checkout, tmp_path: Path) -> Iterator[Running]:
    """Start ``./scripts/watch``, and wait until it sees what is saved."""
    with running(checkout.localdev("watch"), checkout.root, tmp_path / "said") as program:
        program.waits_to_say("Watching lambdas/")
        seen = checkout.root / "lambdas" / "seen.py"

        def sees() -> bool | None:
            seen.write_text(f"# {time.monotonic()}\n")
            return "seen.py live" in program.said() or None

        wait_until(sees, what="the watch to see a save", seconds=_SECONDS)
        yield program
        assert program.interrupt() == 0, program.said()
        assert "The functions keep the code as it is." in program.said()
    assert not list((checkout.root / ".localdev" / "hot").iterdir())


def test_a_handler_that_is_half_written_is_not_run_and_whole_it_is(checkout: Checkout, watch: Running) -> None:
    checkout.answer_with('"before"')
    checkout.waits_for_answer("before")
    handler = checkout.root / _HANDLER
    whole = handler.read_text().replace('"before"', '"whole"')

    handler.write_text(whole[: whole.index('"message"')])
    watch.waits_to_say(f"{_HANDLER}:")
    half_way = [checkout.api.order("pepperoni")["message"] for _ in range(3)]
    handler.write_text(whole)

    checkout.waits_for_answer("whole")
    assert half_way == ["before"] * 3
    assert "the functions go on with what they have" in watch.said()


@pytest.mark.usefixtures("watch")
def test_a_second_watch_is_refused_and_the_first_goes_on(checkout: Checkout) -> None:
    second = subprocess.run(
        checkout.localdev("watch"), cwd=checkout.root, capture_output=True, text=True, check=False, timeout=_SECONDS
    )

    assert second.returncode == 1
    assert "Another ./scripts/watch is running" in second.stderr
    checkout.answer_with('"from the first"')
    checkout.waits_for_answer("from the first")


def test_of_two_saves_in_a_moment_the_second_is_what_runs(checkout: Checkout, watch: Running) -> None:
    for number in range(3):
        checkout.answer_with(f'"first of {number}"')
        checkout.answer_with(f'"second of {number}"')
        checkout.waits_for_answer(f"second of {number}")
    assert "✗" not in watch.said()


@pytest.mark.usefixtures("watch")
def test_a_module_that_is_renamed_is_found_under_its_new_name_alone(checkout: Checkout) -> None:
    lambdas = checkout.root / "lambdas"
    (lambdas / "problem.py").rename(lambdas / "complaint.py")
    for module in lambdas.glob("*.py"):
        module.write_text(module.read_text().replace("from problem import", "from complaint import"))
    checkout.answer_with('f"problem is at {__import__("importlib.util").util.find_spec("problem")}"')

    wait_until(lambda: checkout.api.request().status == 202 or None, what="an order to be accepted", seconds=_SECONDS)

    checkout.waits_for_answer("problem is at None")
    refused = checkout.api.request(query="flavour=")
    assert refused.status == 400
    assert refused.document["field"] == "flavour"


def test_cdklocal_deploys_the_functions_code_hot(checkout: Checkout) -> None:
    checkout.answer_with('"swapped"')
    command, environment = checkout.cdklocal("deploy", "--hotswap")

    result = subprocess.run(
        command, cwd=checkout.root, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "hotswapped!" in result.stdout + result.stderr
    assert checkout.api.order("pepperoni")["message"] == "swapped"


def test_cdklocal_watches_the_functions_code(checkout: Checkout, tmp_path: Path) -> None:
    checkout.answer_with('"from the start"')
    command, environment = checkout.cdklocal("watch")

    with running(command, checkout.root, tmp_path / "said", environment) as program:
        checkout.waits_for_answer("from the start")
        checkout.answer_with('"saved since"')
        checkout.waits_for_answer("saved since")
        assert "hotswapped!" in program.said()


def test_a_change_of_the_app_is_deployed_while_orders_run_and_none_is_lost(checkout: Checkout, watch: Running) -> None:
    checkout.answer_with('"edited before"')
    checkout.waits_for_answer("edited before")

    def order_and_follow() -> dict[str, Any]:
        order = checkout.api.order("pineapple")
        return order | checkout.outcome(order)

    with all_the_while(order_and_follow, callers=2, pause=0.2) as orders:
        checkout.refuse_with("Deployed while orders ran")
        watch.waits_to_say("✓ deployed")
        checkout.waits_for_cause("Deployed while orders ran")

    assert {order["status"] for order in orders} == {"FAILED"}
    assert {order["error"] for order in orders} == {"Failed To Make Pizza"}
    assert {order["message"] for order in orders} == {"edited before"}
    checkout.answer_with('"edited after"')
    checkout.waits_for_answer("edited after")


def test_an_app_that_cannot_be_deployed_is_said_and_what_is_there_goes_on(checkout: Checkout, watch: Running) -> None:
    workflow = checkout.root / _WORKFLOW
    original = workflow.read_text()
    try:
        workflow.write_text(original + "\nrefuse(\n")
        watch.waits_to_say("not deployed; what was there goes on")
        assert checkout.outcome(checkout.api.order("pepperoni"))["status"] == "SUCCEEDED"
        assert "order_workflow.py" in watch.said()
    finally:
        workflow.write_text(original)
