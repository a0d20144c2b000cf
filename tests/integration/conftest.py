"""An emulator of the suite's own, the stack on it, and what a test of it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import urllib3

from localdev.deployment import assemblies, cdk
from localdev.deployment.stack import reachable_api_url
from localdev.engines.embedded import sweep
from localdev.system.errors import LocaldevError
from localdev.system.waiting import wait_until
from localdev.testing.engines import start_for_tests
from localdev.testing.found import was_found
from pizzeria.orders import OrderApi
from pizzeria.stack import StackOutputs, stack_outputs
from tests.reporting import attach, executed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from localdev.engines import Engine
    from localdev.engines.clients import Clients

DESTROYS = "destroys"
ONLY_ON = "only_on"
_LOG_LINES = 40
_ORDERED = pytest.StashKey[list[str]]()
_ENGINE = pytest.StashKey["Engine"]()
_ENGINES = pytest.StashKey[list[str]]()
_WITHOUT_CONTAINER = pytest.StashKey[str]()


def engines_of(config: pytest.Config) -> list[str]:
    """Return the engines that were asked for, each once; else the embedded one, and the container where that can be."""
    if _ENGINES not in config.stash:
        config.stash[_ENGINES] = list(dict.fromkeys(config.getoption("--engine") or _possible_engines(config)))
    return config.stash[_ENGINES]


def _possible_engines(config: pytest.Config) -> list[str]:
    from localdev.engines import docker_engine

    try:
        docker_engine.connect().close()
    except LocaldevError as error:
        config.stash[_WITHOUT_CONTAINER] = str(error)
        return ["embedded"]
    return ["embedded", "container"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which engines the tests ran on, and why not on the container."""
    terminalreporter.section("engines")
    terminalreporter.line(f"The integration tests ran on: {', '.join(engines_of(config))}.")
    if reason := config.stash.get(_WITHOUT_CONTAINER, None):
        terminalreporter.line(f"Not on the container: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Add the suite's markers."""
    config.addinivalue_line("markers", f"{DESTROYS}: runs last, since it removes what the others use")
    config.addinivalue_line("markers", f"{ONLY_ON}(engine): is about this engine, or holds on it alone")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Return the tests of the container engine alone need Docker's SDK, which is slow to import."""
    is_for_docker = collection_path.name == "test_container_engine.py"
    return True if is_for_docker and "container" not in engines_of(config) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test on every engine that was asked for."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines_of(metafunc.config), indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take one engine after the other; what destroys the stack comes after everything else on its engine."""
    engines = engines_of(config)

    def place(item: pytest.Item) -> tuple[int, bool]:
        callspec = getattr(item, "callspec", None)
        engine = callspec.params.get("engine") if callspec else None
        return engines.index(engine) if engine in engines else -1, item.get_closest_marker(DESTROYS) is not None

    items.sort(key=place)
    _deselect_tests_of_other_engines(config, items)


def _deselect_tests_of_other_engines(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of an engine that was not asked for, and those of one engine on every other.

    What is to be kept is not destroyed.
    """
    others = [item for item in items if not _is_wanted(item, engines_of(config))]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


def _is_wanted(item: pytest.Item, engines: list[str]) -> bool:
    if item.get_closest_marker(DESTROYS) and item.config.getoption("--keep"):
        return False
    marker = item.get_closest_marker(ONLY_ON)
    if not marker:
        return True
    callspec = getattr(item, "callspec", None)
    return marker.args[0] in ([callspec.params["engine"]] if callspec and "engine" in callspec.params else engines)


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A running engine that nobody else uses."""
    sweep()
    engine = start_for_tests(
        request.param, request.config.getoption("--endpoint-url"), request.config.getoption("--stack-name")
    )
    request.session.stash[_ENGINE] = engine
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def clients(engine: Engine) -> Clients:
    """boto3 clients of the engine."""
    return engine.clients()


@pytest.fixture(scope="session")
def assembly(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesised app."""
    if engine.stack_name is None:
        return assemblies.assembly()
    return cdk.synthesize(output=tmp_path_factory.mktemp("cdk.out"), stack_name=engine.stack_name)


@pytest.fixture(scope="session")
def outputs(engine: Engine, clients: Clients, assembly: Path, request: pytest.FixtureRequest) -> Iterator[StackOutputs]:
    """The deployed stack; destroyed at the end where it would outlive the tests, unless it was there before them."""
    if was_found(engine):
        yield stack_outputs(clients, engine.stack_name)
        return
    try:
        cdk.deploy(engine, assembly)
        yield stack_outputs(clients, engine.stack_name)
    finally:
        if not engine.kind.ends_with_us and not request.config.getoption("--keep"):
            cdk.destroy(engine, assembly)


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object it carries."""
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document


class Api:
    """The deployed API, spoken to byte by byte; remembers the executions that were started."""

    def __init__(self, base_url: str, ordered: list[str]) -> None:
        self.base_url = base_url
        self._ordered = ordered
        self._http = urllib3.PoolManager(retries=False, timeout=30, maxsize=16)

    def request(
        self,
        method: str = "GET",
        path: str = "/",
        *,
        query: str | Mapping[str, str] = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return one request; a ``query`` given as text is sent as it is."""
        encoded = query if isinstance(query, str) else urlencode(query)
        return self.request_url(method, f"{self.base_url}{path}{'?' if encoded else ''}{encoded}", headers, body)

    def request_url(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Return one request to an address the API itself gave."""
        response = self._http.request(method, url, headers=headers, body=body, redirect=False)
        answer = Answer(response.status, dict(response.headers), response.data)
        if answer.status == 202:
            self._ordered.append(answer.document["executionArn"])
        return answer

    def order(self, flavour: str, **headers: str) -> dict[str, Any]:
        """Place an order that is to be accepted; the document of the answer."""
        answer = self.request("POST", query={"flavour": flavour}, headers=headers)
        assert answer.status == 202, answer
        return answer.document


@pytest.fixture
def api(outputs: StackOutputs, engine: Engine, request: pytest.FixtureRequest) -> Api:
    """The deployed API; a test's report shows the executions it started."""
    ordered = request.node.stash.setdefault(_ORDERED, [])
    return Api(reachable_api_url(outputs.api_url, engine.endpoint_url), ordered)


@pytest.fixture
def outcome_of(api: Api) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Wait until an order has ended, whichever way, and give what the API then says of it."""
    orders = OrderApi(api.base_url)

    def wait(order: Mapping[str, Any]) -> dict[str, Any]:
        from pizzeria.orders import TERMINAL

        def ended() -> dict[str, Any] | None:
            document = orders.status(order["orderId"])
            return document if document["status"] in TERMINAL else None

        return wait_until(ended, what=f"order {order['orderId']} to end", seconds=60)

    return wait


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what happened on the other side: the test's executions, and when it failed the emulator's log as well."""
    report = yield
    engine = item.session.stash.get(_ENGINE, None)
    is_skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    if engine is None or is_skipped or (call.when != "call" and not report.failed):
        return report
    ordered: list[str] = item.stash.get(_ORDERED, [])
    found = executed(engine.clients(), ordered)
    attach(report, found)
    if report.failed:
        report.sections += [(f"execution {each.name}", f"{each.told}\n\n{each.logged}") for each in found]
        report.sections.append(
            (f"the last lines of the {engine.kind.name} emulator's log", engine.log_tail(_LOG_LINES))
        )
    return report
