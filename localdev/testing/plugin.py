"""The pytest plugin: an app's stacks on an emulator, and what a test of them needs, as fixtures.

It is loaded into every run of whoever has installed it, so that nothing but pytest is imported before it is used.
"""

from __future__ import annotations

import os
import random
import sys
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pytest

from localdev.engines.registry import DEFAULT, ENGINES
from localdev.testing.coverage import options
from localdev.testing.lifeline import LIFELINE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from xdist.workermanage import WorkerController

    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from localdev.testing.apis import Api
    from localdev.testing.case import Case
    from localdev.testing.coverage.plugin import CoveragePlugin
    from localdev.testing.finding import Evaluate, Find, Inspect
    from localdev.testing.functions import Function, Logs
    from localdev.testing.machines import StateMachine
    from localdev.testing.queues import Queue
    from localdev.testing.sharing import Shared
    from localdev.testing.stacks import Stack, Stacks

ENTRY_POINT: Final = "localdev"
"""The plugin's name where it is installed; in a checkout it is called as the module."""
SHOWS_EXECUTIONS: Final = pytest.StashKey[bool]()
"""Set in a run's configuration where something else than pytest-html shows every execution."""
_SHARED: Final = pytest.StashKey["TemporaryDirectory[str]"]()
_SHARED_INPUT: Final = "localdev_shared"
_CASE: Final = pytest.StashKey["Case"]()
_SEED: Final = pytest.StashKey[int]()
pytest_plugins = ("localdev.testing.rehearsal_fixtures",)


class Hooks:
    """Decisions that a project's ``conftest.py`` may make."""

    @pytest.hookspec(firstresult=True)
    def pytest_localdev_engines(self, config: pytest.Config) -> list[str] | None:
        """Return the engines to run the tests on, where ``--engine`` names none."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hooks of this plugin."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_plugin_registered(plugin: object, plugin_name: str, manager: pytest.PytestPluginManager) -> None:
    """Let the plugin be loaded once, where it is installed and a checkout's settings name it as well."""
    names = {__name__: ENTRY_POINT, ENTRY_POINT: __name__}
    if plugin_name in names and getattr(plugin, "__name__", None) == __name__:
        manager.set_blocked(names[plugin_name])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say what the tests run on."""
    group = parser.getgroup("localdev", "serverless workflows on an emulator")
    group.addoption(
        "--engine",
        action="append",
        choices=tuple(ENGINES),
        help=f"what the stacks are deployed to for the tests, may be given more than once (default: {DEFAULT})",
    )
    group.addoption("--endpoint-url", help="where the external engine is (default: http://127.0.0.1:4566)")
    group.addoption(
        "--stack",
        action="append",
        default=[],
        metavar="NAME",
        help="a stack of the app to deploy for the tests, may be given more than once (default: all)",
    )
    group.addoption(
        "--template",
        metavar="FILE",
        help="a CloudFormation or SAM template to deploy for the tests, not a CDK app",
    )
    group.addoption(
        "--template-parameter",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a value of a parameter of the template, may be given more than once",
    )
    parser.addini("localdev_template", "the template to deploy for the tests, where no option says otherwise")
    parser.addini("localdev_template_parameters", "values of its parameters, each KEY=VALUE", type="linelist")
    group.addoption(
        "--stack-name", help="what the app's one stack is called on the external engine or in the AWS account"
    )
    group.addoption("--keep", action="store_true", help="leave the emulator up, and the stacks where they are")
    group.addoption(
        "--share-emulator",
        action="store_true",
        help="with pytest-xdist: one emulator for all workers (default: one each)",
    )
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Let the run end when its emulator does, and collect the coverage where it is asked for."""
    config.pluginmanager.register(LIFELINE, "localdev-lifeline")
    if options.wants_coverage(config):
        from localdev.testing.coverage.plugin import CoveragePlugin

        config.pluginmanager.register(CoveragePlugin(config), options.NAME)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Give each worker of pytest-xdist the folder by which those that share an emulator know of each other."""
    config = node.config
    if config.getoption("--share-emulator"):
        if _SHARED not in config.stash:
            config.stash[_SHARED] = TemporaryDirectory(prefix="localdev-tests-")
        node.workerinput[_SHARED_INPUT] = [config.stash[_SHARED].name, os.getpid()]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the emulator that the workers have shared, and let none wait for this run."""
    if (starts := sys.modules.get("localdev.testing.starts")) is not None:
        starts.end_all()
    folder = config.stash.get(_SHARED, None)
    if folder is not None:
        from localdev.testing.deployables import source_of
        from localdev.testing.sharing import Shared

        with folder:
            Shared(folder.name, os.getpid()).end(partial(source_of, config), keep=config.getoption("--keep"))


def _shared(config: pytest.Config) -> Shared | None:
    """Return what this worker shares with the others, if it does."""
    given = getattr(config, "workerinput", {}).get(_SHARED_INPUT)
    if given is None:
        return None
    from localdev.testing.sharing import Shared

    return Shared(*given)


def engines_of(config: pytest.Config) -> list[str]:
    """Return the engines to run the tests on, each once."""
    named = config.getoption("--engine") or config.hook.pytest_localdev_engines(config=config) or [DEFAULT]
    return list(dict.fromkeys(named))


def seed_of(config: pytest.Config) -> int:
    """Return the seed of what is left to chance in this run."""
    if (seed := config.getoption("--localdev-seed")) is None:
        seed = config.stash.setdefault(_SEED, random.randrange(2**31))  # noqa: S311 - no secret
    return int(seed)


def case_of(item: pytest.Item) -> Case | None:
    """Return what the kit knows of a test that uses it."""
    return item.stash.get(_CASE, None)


def _coverage(config: pytest.Config) -> CoveragePlugin | None:
    return config.pluginmanager.get_plugin(options.NAME)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a test's report the executions that it started."""
    report = yield
    case = case_of(item)
    if case is not None:
        from localdev.testing.reporting import complete

        complete(report, case, executions=wants_executions(item.config))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Let a worker of pytest-xdist report what UTF-8 cannot have, e.g. what a function logged: it ended all of them."""
    return _encodable((yield))


def _encodable(data: Any) -> Any:
    from localdev.executions.text import encodable

    match data:
        case str():
            return encodable(data)
        case dict():
            return {_encodable(name): _encodable(value) for name, value in data.items()}
        case list() | tuple():
            return type(data)(map(_encodable, data))
        case _:
            return data


def wants_executions(config: pytest.Config) -> bool:
    """Return whether a report of this run shows every execution with its graph."""
    return bool(getattr(config.option, "htmlpath", None)) or config.stash.get(SHOWS_EXECUTIONS, False)


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(prefix: list[str]) -> None:
    """Add to pytest-html's report what draws the executions' graphs as the console does."""
    from localdev.testing.report import page_parts

    prefix.extend(page_parts())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what is to be known of tests that passed, too."""
    if "localdev.testing.reporting" in sys.modules or terminalreporter.config.pluginmanager.hasplugin("dsession"):
        from localdev.testing.reporting import print_notes

        print_notes(terminalreporter)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Show where a path is another one than was expected."""
    outcomes = sys.modules.get("localdev.testing.outcomes")
    if outcomes is None or op != "==" or not isinstance(left, outcomes.Path) or not isinstance(right, list):
        return None
    from localdev.testing.explaining import path_difference

    return path_difference(left, right)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of the stacks on every engine."""
    if "localdev_engine" in metafunc.fixturenames:
        metafunc.parametrize("localdev_engine", engines_of(metafunc.config), indirect=True, scope="session")


@pytest.fixture(scope="session")
def localdev_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Provide a running engine that ends with the tests."""
    from localdev.engines.embedded import sweep
    from localdev.testing.deployables import OfApp, source_of
    from localdev.testing.engines import start_for_tests

    sweep()
    option = request.config.getoption
    keep, is_found = option("--keep"), isinstance(source_of(request.config), OfApp)
    named = request.param, option("--endpoint-url"), option("--stack-name")
    if shared := _shared(request.config):
        yield shared.engine(*named, keep=keep, is_found=is_found)
        return
    engine = start_for_tests(*named, keep=keep, is_found=is_found)
    try:
        with LIFELINE.held_to(engine):
            yield engine
    finally:
        if not keep:
            engine.stop()


@pytest.fixture(scope="session")
def clients(localdev_engine: Engine) -> Clients:
    """Provide boto3 clients of the engine: ``clients.client("dynamodb")``."""
    return localdev_engine.clients()


@pytest.fixture(scope="session")
def stacks(localdev_engine: Engine, request: pytest.FixtureRequest) -> Iterator[Stacks]:
    """Provide every stack of the app, those of ``--stack`` or that of ``--template``, deployed once a session."""
    from localdev.testing.deployables import source_of
    from localdev.testing.deploying import deployed, stacks_there

    source, keep = source_of(request.config), request.config.getoption("--keep")
    shared, coverage = _shared(request.config), _coverage(request.config)
    with ExitStack() as while_tested:
        if shared:
            shared.deploy(localdev_engine, source)
            stacks = while_tested.enter_context(stacks_there(localdev_engine, source, ends=not keep))
        else:
            stacks = while_tested.enter_context(deployed(localdev_engine, source, keep=keep))
        alone = stacks.reader.is_alone = localdev_engine.kind.ends_with_us and not shared
        if coverage:
            while_tested.enter_context(coverage.collecting(stacks, alone=alone))
        yield stacks


@pytest.fixture(scope="session")
def stack(stacks: Stacks) -> Stack:
    """Provide the app's one stack: its outputs are ``stack.ApiUrl`` or ``stack["ApiUrl"]``."""
    return stacks.only()


@pytest.fixture
def localdev_case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """Provide the record of this test; for what extends the kit."""
    from localdev.testing.case import Case

    case = request.node.stash[_CASE] = Case(request.node.nodeid, seed_of(request.config))
    yield case
    if coverage := _coverage(request.config):
        coverage.tests.take_executions(case.nodeid, case.executions)
    case.end()


@pytest.fixture
def state_machine(stacks: Stacks, localdev_case: Case) -> Find[StateMachine]:
    """Provide a state machine by name, or the only one: ``state_machine("Orders").start({…}).wait()``."""
    from localdev.testing.machines import StateMachine

    def find(name: str | None = None) -> StateMachine:
        found = stacks.machine(name)
        return StateMachine(found.physical_id, stacks.reader_of(found), localdev_case)

    return find


@pytest.fixture
def apis(stacks: Stacks, localdev_case: Case) -> Find[Api]:
    """Provide an API by name, or the only one: ``apis("Orders").get("/path")``."""
    from localdev.testing.apis import Api

    def find(name: str | None = None) -> Api:
        return Api(stacks.api_url(name), stacks.reader, localdev_case)

    return find


@pytest.fixture
def api(apis: Find[Api]) -> Api:
    """Provide the only API: ``api.get("/path")``."""
    return apis()


@pytest.fixture
def function(stacks: Stacks, localdev_case: Case) -> Find[Function]:
    """Provide a function by name, or the only one: ``function("Notify").invoke({…}).payload``."""
    from localdev.testing.functions import Function

    def find(name: str | None = None) -> Function:
        found = stacks.function(name)
        return Function(found.physical_id, stacks.reader_of(found).clients, localdev_case)

    return find


@pytest.fixture
def queue(stacks: Stacks) -> Find[Queue]:
    """Provide a queue by name, or the only one: ``queue("Failed").wait_for(lambda message: …)``."""
    from localdev.testing.queues import Queue

    def find(name: str | None = None) -> Queue:
        found = stacks.queue(name)
        return Queue(found.physical_id, stacks.reader_of(found).clients)

    return find


@pytest.fixture
def logs(stacks: Stacks, localdev_case: Case) -> Find[Logs]:
    """Provide the log lines of a function, or of all, since the test began: ``logs("Notify").wait_for("sent")``."""
    from localdev.testing.functions import Function, Logs

    def find(name: str | None = None) -> Logs:
        found = [stacks.function(name)] if name else stacks.functions()
        functions = {each.physical_id: Function(each.physical_id, stacks.reader_of(each).clients) for each in found}
        return Logs(functions, localdev_case.began)

    return find


@pytest.fixture(scope="session")
def test_state() -> Inspect:
    """Provide a call that runs one state by itself: ``test_state(machine, "Pay", input={…}, mock={…}).output``."""
    from localdev.testing.units import inspect_state

    return inspect_state


@pytest.fixture(scope="session")
def evaluate(clients: Clients) -> Evaluate:
    """Provide a call that evaluates a JSONata expression: ``evaluate("{% $states.input.a + 1 %}", input={"a": 1})``."""
    from localdev.testing import units

    return partial(units.evaluate, clients)


@pytest.fixture(scope="session")
def jsonpath(clients: Clients) -> Evaluate:
    """Provide a call that evaluates a JSONPath or an intrinsic function: ``jsonpath("$.a[0]", input={"a": [1]})``."""
    from localdev.testing import units

    return partial(units.jsonpath, clients)
