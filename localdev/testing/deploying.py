"""Deploys stacks for a test run, and removes what would outlive it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from localdev.testing.found import was_found
from localdev.testing.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from localdev.engines import Engine
    from localdev.testing.deployables import Source


@contextmanager
def deployed(engine: Engine, source: Source, *, keep: bool = False) -> Iterator[Stacks]:
    """Deploy the stacks while the block runs; with ``keep`` they stay.

    An emulator that was found with the stacks on it is left as it is; one that ends with us takes them with it. From
    an engine that stays, only the stacks are removed that were not there before: the others are somebody's.

    :raises LocaldevError: the stacks cannot be made or deployed, or there is none of a wanted name.
    """
    if was_found(engine):
        with stacks_there(engine, source, ends=False) as stacks:
            yield stacks
        return
    before = stacks_there_now(engine, source)
    try:
        source.deploy(engine)
        with stacks_there(engine, source, ends=not keep) as stacks:
            yield stacks
    finally:
        if not keep:
            destroy_all_but(engine, source, before)


@contextmanager
def stacks_there(engine: Engine, source: Source, *, ends: bool) -> Iterator[Stacks]:
    """Return the stacks, which are on the engine; ``ends`` says that they end with the tests."""
    with source.read(engine) as found:
        yield Stacks(engine, found.stacks, found.folder, ends=ends)


def stacks_there_now(engine: Engine, source: Source) -> list[str]:
    """Return the names of the stacks that the engine has already; none for one that ends with the tests."""
    return [] if engine.kind.ends_with_us else source.names_on(engine)


def destroy_all_but(engine: Engine, source: Source, before: Collection[str]) -> None:
    """Remove the stacks that a test run has made, unless the engine ends with it.

    :raises LocaldevError: with what failed.
    """
    if engine.kind.ends_with_us:
        return
    made = [each for each in source.names_on(engine) if each not in before]
    if made:
        source.remove(engine, made)
