"""Deploys the app's stacks for a test run, and removes what would outlive it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from localdev.deployment import assemblies, cdk
from localdev.deployment.manifest import stacks_of
from localdev.system.project import STATE
from localdev.system.scratch import scratch
from localdev.testing.found import was_found
from localdev.testing.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from localdev.engines import Engine


@contextmanager
def deployed(engine: Engine, wanted: Sequence[str] = (), *, keep: bool = False) -> Iterator[Stacks]:
    """Deploy the app's stacks, or the ``wanted`` ones, while the block runs; with ``keep`` they stay.

    An emulator that was found with the stacks on it is left as it is; one that ends with us takes them with it.

    :raises LocaldevError: the app cannot be synthesised or deployed, or has no stack of a wanted name.
    """
    with _assembly(engine) as assembly:
        chosen = stacks_of(assembly, wanted)
        stacks = Stacks(engine, [each.name for each in chosen], assembly, ends=not was_found(engine) and not keep)
        if was_found(engine):
            yield stacks
            return
        ids = [each.id for each in chosen] if wanted else []
        try:
            cdk.deploy(engine, assembly, *ids)
            yield stacks
        finally:
            if not engine.kind.ends_with_us and not keep:
                cdk.destroy(engine, assembly, *ids)


@contextmanager
def _assembly(engine: Engine) -> Iterator[Path]:
    if engine.stack_name is None:
        yield assemblies.assembly()
        return
    # of a name that is used once; not kept
    with scratch(STATE, "tests-assembly") as folder:
        yield cdk.synthesize(output=folder / "cdk.out", stack_name=engine.stack_name)
