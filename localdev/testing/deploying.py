"""Deploys the app's stacks for a test run, and removes what would outlive it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from localdev.deployment import assemblies, cdk
from localdev.deployment.manifest import stacks_of
from localdev.deployment.places import Places
from localdev.deployment.stack import stack_exists
from localdev.system.project import STATE
from localdev.system.scratch import scratch
from localdev.testing.found import was_found
from localdev.testing.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from localdev.deployment.manifest import Stack as Synthesised
    from localdev.engines import Engine
    from localdev.engines.clients import Clients


@contextmanager
def deployed(engine: Engine, wanted: Sequence[str] = (), *, keep: bool = False) -> Iterator[Stacks]:
    """Deploy the app's stacks, or the ``wanted`` ones, while the block runs; with ``keep`` they stay.

    An emulator that was found with the stacks on it is left as it is; one that ends with us takes them with it. From
    an engine that stays, only the stacks are removed that were not there before: the others are somebody's.

    :raises LocaldevError: the app cannot be synthesised or deployed, or has no stack of a wanted name.
    """
    if was_found(engine):
        with stacks_there(engine, wanted, ends=False) as stacks:
            yield stacks
        return
    before = stacks_there_now(engine)
    try:
        deploy(engine, wanted)
        with stacks_there(engine, wanted, ends=not keep) as stacks:
            yield stacks
    finally:
        if not keep:
            destroy_all_but(engine, before)


@contextmanager
def stacks_there(engine: Engine, wanted: Sequence[str], *, ends: bool) -> Iterator[Stacks]:
    """Return the app's stacks, which are on the engine; ``ends`` says that they end with the tests."""
    with _assembly(engine) as assembly:
        yield Stacks(engine, stacks_of(assembly, wanted), assembly, ends=ends)


def deploy(engine: Engine, wanted: Sequence[str]) -> None:
    """Deploy the app's stacks, or the wanted ones. :raises LocaldevError: with what failed."""
    with _assembly(engine) as assembly:
        cdk.deploy(engine, assembly, *_ids(assembly, wanted))


def stacks_there_now(engine: Engine) -> list[str]:
    """Return the ids of the app's stacks that the engine has already; none for one that ends with the tests."""
    if engine.kind.ends_with_us:
        return []
    with _assembly(engine) as assembly:
        return [stack.id for stack in stacks_of(assembly) if stack_exists(_clients(engine, stack), stack.name)]


def destroy_all_but(engine: Engine, before: Collection[str]) -> None:
    """Remove the app's stacks that a test run has made, unless the engine ends with it.

    :raises LocaldevError: with what failed.
    """
    if engine.kind.ends_with_us:
        return
    made = [each for each in stacks_there_now(engine) if each not in before]
    if made:
        with _assembly(engine) as assembly:
            cdk.destroy(engine, assembly, *made)


def _clients(engine: Engine, stack: Synthesised) -> Clients:
    if not engine.kind.is_account:
        return Places(engine).at(*stack.place)
    from localdev.engines.clients import AccountClients

    return AccountClients(stack.region)


def _ids(assembly: Path, wanted: Sequence[str]) -> list[str]:
    return [each.id for each in stacks_of(assembly, wanted)] if wanted else []


@contextmanager
def _assembly(engine: Engine) -> Iterator[Path]:
    if engine.stack_name is None:
        yield assemblies.assembly()
        return
    # of a name that is used once; not kept
    with scratch(STATE, "tests-assembly") as folder:
        yield cdk.synthesize(output=folder / "cdk.out", stack_name=engine.stack_name)
