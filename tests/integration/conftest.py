"""An emulator of the suite's own, the stack on it, and what a test of it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.errors import LocaldevError
from localdev.system.waiting import wait_until
from localdev.testing import apis
from localdev.testing.plugin import engines_of
from pizzeria.orders import OrderApi
from pizzeria.stack import StackOutputs, stack_outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from localdev.engines import Engine
    from localdev.testing.case import Case
    from localdev.testing.stacks import Stacks

DESTROYS = "destroys"
ONLY_ON = "only_on"
_PARAMETER = "localdev_engine"
_LOG_LINES = 40
_POSSIBLE = pytest.StashKey[list[str]]()
_ENGINE = pytest.StashKey["Engine"]()
_WITHOUT_CONTAINER = pytest.StashKey[str]()


def pytest_localdev_engines(config: pytest.Config) -> list[str]:
    """Take the embedded engine, and the container where that can be."""
    if _POSSIBLE not in config.stash:
        # asked once: every answer of Docker's takes longer than the collection of a test
        config.stash[_POSSIBLE] = _possible_engines(config)
    return config.stash[_POSSIBLE]


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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take one engine after the other; what destroys the stack comes after everything else on its engine."""
    engines = engines_of(config)

    def place(item: pytest.Item) -> tuple[int, bool]:
        callspec = getattr(item, "callspec", None)
        engine = callspec.params.get(_PARAMETER) if callspec else None
        return engines.index(engine) if engine in engines else -1, item.get_closest_marker(DESTROYS) is not None

    items.sort(key=place)
    _deselect_tests_of_other_engines(config, items)


def _deselect_tests_of_other_engines(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of an engine that was not asked for, and those of one engine on every other.

    What is to be kept is not destroyed.
    """
    engines = engines_of(config)
    others = [item for item in items if not _is_wanted(item, engines)]
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
    return marker.args[0] in ([callspec.params[_PARAMETER]] if callspec and _PARAMETER in callspec.params else engines)


@pytest.fixture(scope="session")
def engine(localdev_engine: Engine, request: pytest.FixtureRequest) -> Engine:
    """Provide the running engine."""
    request.session.stash[_ENGINE] = localdev_engine
    return localdev_engine


@pytest.fixture(scope="session")
def outputs(engine: Engine, stacks: Stacks) -> StackOutputs:
    """Provide the deployed stack."""
    assert stacks
    return stack_outputs(engine.clients(), engine.stack_name)


class Api(apis.Api):
    """The deployed API, and orders of it."""

    def order(self, flavour: str, **headers: str) -> dict[str, Any]:
        """Place an order that is to be accepted; the document of the answer."""
        answer = self.request("POST", query={"flavour": flavour}, headers=headers)
        assert answer.status == 202, answer
        return answer.document


@pytest.fixture
def api(stacks: Stacks, engine: Engine, localdev_case: Case) -> Api:
    """Provide the deployed API; a test's report shows the executions it started."""
    assert engine
    return Api(stacks.api_url(None), stacks.reader, localdev_case)


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
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the end of the emulator's log to the report of a test that failed."""
    report = yield
    engine = item.session.stash.get(_ENGINE, None)
    if engine is not None and report.failed:
        report.sections.append(
            (f"the last lines of the {engine.kind.name} emulator's log", engine.log_tail(_LOG_LINES))
        )
    return report
