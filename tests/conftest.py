"""Options of the whole suite."""

import gc
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localdev.system.child_environment import pass_loopback_by_proxies
from localdev.system.processes import ENDS_WITH
from localdev.system.project import JSII_CACHE, ROOT
from localdev.testing import plugin, report
from localdev.testing.temporary import own_temporary_folder
from tests import everyday, parallel, report_files

if TYPE_CHECKING:
    from xdist.remote import Producer

# read when aws_cdk is imported: the Node versions jsii will support next year are no news; its cache is the scripts'
os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "22")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(JSII_CACHE))


def leave_the_person_out(config: pytest.Config) -> None:
    """Let no client of a test use the person's AWS settings, but on their account, or their proxy for this machine."""
    pass_loopback_by_proxies(os.environ)
    if "aws" in (config.option.engine or ()):
        return
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def keep_temporary_files_together(config: pytest.Config) -> None:
    """Give the run a temporary folder of its own; ``--basetemp`` puts the tests' folders elsewhere, and keeps them."""
    run = ExitStack()
    folder = run.enter_context(own_temporary_folder())
    if not config.option.basetemp:
        config.option.basetemp = folder / "t"
    config.add_cleanup(run.close)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the plugin in ``localdev/testing`` has no use for."""
    parser.addoption("--all", action="store_true", help="run every test, not the everyday ones alone")
    parser.addoption("--record", action="store_true", help="make the record every engine is held to, in test_parity")
    parser.addoption("--summary", metavar="FILE", help="append a Markdown summary, each execution's graph included")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """End with the tests what they start with scripts; reports get a place, and the summary where one is wanted."""
    if not config.getoption("--keep"):
        os.environ.setdefault(ENDS_WITH, str(os.getpid()))
    config.stash[plugin.SHOWS_EXECUTIONS] = bool(config.getoption("--summary"))
    leave_the_person_out(config)
    # a worker is given the run's options, and the places that it collects as if somebody had named them
    if everyday.is_everyday(config) or getattr(config.option, "everyday", False):
        config.option.everyday = True
        config.pluginmanager.register(everyday.Everyday(ROOT), "everyday")
    # a polite end from outside, e.g. of a cancelled job, is a Ctrl-C: what was started is stopped
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    if parallel.is_worker(config):
        # the run's folder, which it is given in its environment
        config.add_cleanup(parallel.say_that_a_worker_is_there(Path(tempfile.gettempdir())))
        return
    keep_temporary_files_together(config)
    # the scheduler's order is ours: see tests/parallel.py
    config.option.loadscopereorder = False
    if config.option.numprocesses:
        config.pluginmanager.register(parallel.Workers(Path(tempfile.gettempdir())), "our-workers")
    if place := report_files.settle(config.option, ROOT / "reports"):
        config.add_cleanup(place.leave)
    path = config.getoption("--summary")
    if path:
        config.pluginmanager.register(report.Summary(Path(path)), "summary")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return as many workers as there are cores, and memory for; none for a few tests."""
    options = config.option
    # the last two are the cache's, which can be switched off
    chosen = ("keyword", "collectonly", "record", "lf", "failedfirst")
    is_chosen = any(getattr(options, name, False) for name in chosen)
    return parallel.workers(config.args, is_chosen=is_chosen)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> parallel.Scheduling:
    """Let tests that share an emulator share a worker."""
    return parallel.Scheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start the tests that take longest first, where several run at a time."""
    if parallel.is_worker(config):
        parallel.order(items)


def pytest_collection_finish() -> None:
    """Freeze what is imported by now, which is no garbage: pytest looks through all there is five times at the end."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop Hypothesis's plugin where unused: it imports all of it for its summary, a second of a run."""
    if "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(name="hypothesispytest")
