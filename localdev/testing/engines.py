"""Engines for a test run: its own, on a port nobody has, ended with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from localdev.deployment.bootstrapping import ensure_bootstrapped
from localdev.engines.local import PortTakenError
from localdev.engines.registry import ENGINES, Options
from localdev.system.child_environment import pass_loopback_by_proxies
from localdev.system.processes import free_port
from localdev.system.settings import unique_stack_name
from localdev.testing import found
from localdev.testing.found import was_found

if TYPE_CHECKING:
    from localdev.engines.base import Engine

_ATTEMPTS = 3


def start_for_tests(
    name: str,
    endpoint_url: str | None = None,
    stack_name: str | None = None,
    *,
    keep: bool = False,
    is_found: bool = True,
) -> Engine:
    """Return a started engine that ends when this process does, unless it is to be kept; else a stack of its own name.

    ``external`` without an endpoint or a name is the emulator that ``up`` started and deployed this very app
    to, if there is one: a :class:`localdev.testing.found.FoundEngine`. ``is_found`` says whether to look for it.

    :raises LocaldevError: it could not be started.
    """
    pass_loopback_by_proxies(os.environ)
    for attempt in range(1, _ATTEMPTS + 1):
        engine = _find(name, endpoint_url, stack_name) if is_found else None
        engine = engine or _make(name, endpoint_url, stack_name or unique_stack_name(), keep=keep)
        try:
            engine.start()
            if not was_found(engine):
                ensure_bootstrapped(engine)
        except PortTakenError:
            # between finding a free port and listening on it somebody else was faster
            engine.stop()
            if attempt == _ATTEMPTS:
                raise
        else:
            return engine
    raise AssertionError


def _find(name: str, endpoint_url: str | None, stack_name: str | None) -> Engine | None:
    kind = ENGINES[name]
    if kind.ends_with_us or kind.is_account or endpoint_url or stack_name:
        return None
    return found.find()


def _make(name: str, endpoint_url: str | None, stack_name: str | None, *, keep: bool) -> Engine:
    kind = ENGINES[name]
    if kind.ends_with_us:
        return kind.make(Options(port=free_port(), ends_with_us=not keep))
    return kind.make(Options(endpoint_url=endpoint_url, stack_name=stack_name))
