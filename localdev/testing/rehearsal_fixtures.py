"""The fixtures ``faults``, ``clock`` and ``schedules``, and the mark ``sfn_chaos``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from localdev.testing.case import Case
    from localdev.testing.clocks import Clock
    from localdev.testing.faults import Fault, Faults
    from localdev.testing.schedules import Schedules
    from localdev.testing.stacks import Stacks

_MARK: Final = "sfn_chaos"
_FIXTURE: Final = "localdev_chaos"
_SAYINGS: Final = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that repeats a run with the same faults."""
    parser.getgroup("localdev").addoption(
        "--localdev-seed",
        type=int,
        metavar="N",
        help="inject the faults that a run with this seed has injected (default: others each time)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks of this plugin known."""
    config.addinivalue_line(
        "markers",
        f"{_MARK}(faults): run the test under each fault, and name states without a Retry or Catch",
    )
    config.stash[_SAYINGS] = []


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, obj: object) -> None:
    """Give a test that is marked the fixture that injects the fault."""
    if callable(obj) and not isinstance(obj, type) and hasattr(obj, "__code__"):
        own = any(mark.name == _MARK for mark in getattr(obj, "pytestmark", ()))
        if own or collector.get_closest_marker(_MARK):
            pytest.mark.usefixtures(_FIXTURE)(obj)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked under each single fault."""
    mark = metafunc.definition.get_closest_marker(_MARK)
    if mark is None:
        return
    from localdev.testing.chaos import faults_of

    faults = faults_of(mark.args)
    metafunc.parametrize(_FIXTURE, faults, ids=[str(fault) for fault in faults], indirect=True)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Note that a test has failed, before its fixtures end."""
    if call.when == "call" and call.excinfo is not None and call.excinfo.type is not pytest.skip.Exception:
        from localdev.testing.plugin import case_of

        if (case := case_of(item)) is not None:
            case.has_failed = True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which states no Retry or Catch would help."""
    said = config.stash[_SAYINGS]
    if found := sorted(set(said)):
        terminalreporter.section("states without a Retry or Catch that helps")
        for line in found:
            terminalreporter.line(line)


@pytest.fixture
def faults(stacks: Stacks, localdev_case: Case) -> Faults:
    """Faults for the executions that this test starts: ``faults.throttle("lambda", times=2)``."""
    from localdev.testing.fault_scope import resolved
    from localdev.testing.faults import Faults
    from localdev.testing.rehearsals import rehearsals_of

    rehearsals = rehearsals_of(localdev_case, stacks.reader)
    resolve = partial(resolved, stacks)
    found = Faults(rehearsals.faults.append, resolve)
    found.everywhere = Faults(rehearsals.add_everywhere, resolve)
    return found


@pytest.fixture
def clock(stacks: Stacks, localdev_case: Case) -> Clock:
    """Provide the time of this test's own executions: ``clock.skip_waits()``, ``clock.advance(hours=2)``."""
    from localdev.testing.clocks import Clock
    from localdev.testing.rehearsals import rehearsals_of

    rehearsals = rehearsals_of(localdev_case, stacks.reader)
    rehearsals.clock = Clock(rehearsals.names, rehearsals.turn)
    return rehearsals.clock


@pytest.fixture
def schedules(stacks: Stacks) -> Schedules:
    """Rules with a schedule, and Scheduler's: ``schedules.advance(days=1)`` runs those that come due."""
    from localdev.testing.schedules import Schedules

    return Schedules(stacks)


@pytest.fixture
def localdev_chaos(request: pytest.FixtureRequest, faults: Faults, localdev_case: Case) -> Fault:
    """Provide the fault that a test marked with ``sfn_chaos`` runs under."""
    from localdev.testing.chaos import sayings_of

    fault: Fault = request.param
    faults.add(fault)
    rehearsals = localdev_case.rehearsals
    assert rehearsals is not None
    rehearsals.at_report(lambda: _say(request.config, localdev_case, sayings_of(rehearsals, fault)))
    return fault


def _say(config: pytest.Config, case: Case, lines: list[str]) -> None:
    config.stash[_SAYINGS] += lines
    if lines:
        case.note("states without a Retry or Catch that helps", "\n".join(lines))
