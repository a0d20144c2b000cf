"""Deploy what a test run is for, and remove it: the stacks of the app, or those of a template without the CDK."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from localdev.deployment import assemblies, cdk
from localdev.deployment.bootstrapping import ensure_bootstrapped_for
from localdev.deployment.manifest import Stack as Synthesised
from localdev.deployment.manifest import stacks_of
from localdev.deployment.packaging import require_template
from localdev.deployment.places import Places
from localdev.deployment.stack import stack_exists
from localdev.system.errors import LocaldevError
from localdev.system.project import STATE
from localdev.system.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pytest

    from localdev.engines import Engine
    from localdev.engines.clients import Clients

TEMPLATE_INI = "localdev_template"
PARAMETERS_INI = "localdev_template_parameters"


@dataclass(frozen=True)
class Deployable:
    """What there is to deploy: stacks, and the folder that describes them."""

    stacks: list[Synthesised]
    folder: Path
    """The synthesised app, or the template's folder."""


class Source(Protocol):
    """The app or a template."""

    def read(self, engine: Engine) -> AbstractContextManager[Deployable]:
        """Provide what is deployed to an engine."""

    def deploy(self, engine: Engine) -> None:
        """Deploy it. :raises LocaldevError: with what failed."""

    def names_on(self, engine: Engine) -> list[str]:
        """Return names of those of its stacks that an engine has already, whoever deployed them."""

    def remove(self, engine: Engine, names: Collection[str]) -> None:
        """Remove some of its stacks. :raises LocaldevError: with what failed."""


@dataclass(frozen=True)
class OfApp:
    """The app's stacks, or the ``wanted`` ones."""

    wanted: Sequence[str] = ()

    @contextmanager
    def read(self, engine: Engine) -> Iterator[Deployable]:
        """Provide the stacks. :raises LocaldevError: the app cannot be synthesised, or lacks a wanted stack."""
        with _assembly(engine) as assembly:
            yield Deployable(stacks_of(assembly, self.wanted), assembly)

    def deploy(self, engine: Engine) -> None:
        """Deploy the stacks. :raises LocaldevError: with what failed."""
        with _assembly(engine) as assembly:
            stacks = stacks_of(assembly, self.wanted)
            ensure_bootstrapped_for(engine, stacks)
            cdk.deploy(engine, assembly, *(each.id for each in stacks if self.wanted))

    def names_on(self, engine: Engine) -> list[str]:
        """Return the ids of the app's stacks that an engine has already."""
        with _assembly(engine) as assembly:
            return [stack.id for stack in stacks_of(assembly) if stack_exists(_clients(engine, stack), stack.name)]

    def remove(self, engine: Engine, names: Collection[str]) -> None:
        """Remove stacks, given their ids. :raises LocaldevError: with what failed."""
        with _assembly(engine) as assembly:
            cdk.destroy(engine, assembly, *names)


@dataclass(frozen=True)
class OfTemplate:
    """The stack of a template."""

    file: Path
    parameters: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The stack's name."""
        from localdev.deployment.template import stack_name_for

        return stack_name_for(self.file)

    @contextmanager
    def read(self, engine: Engine) -> Iterator[Deployable]:
        """Provide the stack."""
        del engine
        yield Deployable([Synthesised(self.name, self.name, self.file)], self.file.parent)

    def deploy(self, engine: Engine) -> None:
        """Deploy the template. :raises LocaldevError: there is none, or with what failed."""
        from localdev.deployment.template import deploy_template

        deploy_template(engine, self.file, self.parameters)

    def names_on(self, engine: Engine) -> list[str]:
        """Return the stack's name where an engine has it already."""
        return [self.name] if stack_exists(engine.clients(), self.name) else []

    def remove(self, engine: Engine, names: Collection[str]) -> None:
        """Remove the stack. :raises LocaldevError: with what failed."""
        from localdev.deployment.template import remove_template

        for name in names:
            remove_template(engine, name)


def source_of(config: pytest.Config) -> Source:
    """Return what the options and the settings of a run say that is tested.

    :raises LocaldevError: there is no such template, they choose stacks of the app as well, or parameters alone.
    """
    wanted: list[str] = config.getoption("--stack")
    named: str | None = config.getoption("--template")
    configured: str = config.getini(TEMPLATE_INI)
    parameters = [*config.getini(PARAMETERS_INI), *config.getoption("--template-parameter")]
    if named and wanted:
        raise LocaldevError(
            "--template takes a template, and --stack a part of the app: both were given.", "leave one of them out."
        )
    if named or (configured and not wanted):
        # an option's path is of where pytest was started, a setting's of where the settings are
        settings = config.inipath.parent if config.inipath else config.rootpath
        file = config.invocation_params.dir / named if named else settings / configured
        require_template(file)
        return OfTemplate(file, parameters)
    if parameters and not configured:
        raise LocaldevError(
            "--template-parameter is for a template, and none is named.",
            f"add --template FILE, or {TEMPLATE_INI} to pytest's settings.",
        )
    return OfApp(wanted)


def _clients(engine: Engine, stack: Synthesised) -> Clients:
    if not engine.kind.is_account:
        return Places(engine).at(*stack.place)
    from localdev.engines.clients import AccountClients

    return AccountClients(stack.region)


@contextmanager
def _assembly(engine: Engine) -> Iterator[Path]:
    if engine.stack_name is None:
        yield assemblies.assembly()
        return
    # of a name that is used once; not kept
    with scratch(STATE, "tests-assembly") as folder:
        yield cdk.synthesize(output=folder / "cdk.out", engine=engine)
