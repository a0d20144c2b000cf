"""Start engines, and deploy and destroy the app's stacks, saying so."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localdev.commands.terminal import DONE, WARNING, err, out, progress
from localdev.deployment import assemblies, cdk, checked, context
from localdev.deployment.addresses import reachable
from localdev.deployment.bootstrapping import ensure_bootstrapped, ensure_bootstrapped_for
from localdev.deployment.manifest import stacks_of
from localdev.deployment.places import Places
from localdev.deployment.services import check_services
from localdev.deployment.stack import is_made_export, stack_exists
from localdev.engines.elsewhere import holder_of
from localdev.engines.embedded import EmbeddedEngine, known_engines, sweep
from localdev.engines.naming import typed_for
from localdev.system import settings
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.file_lock import exclusive
from localdev.system.installation import ensure_installed
from localdev.system.project import RELEASE, STATE, make_state

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from localdev.deployment.addresses import Address
    from localdev.deployment.cdk import Outputs
    from localdev.deployment.deployed import DeployedStack
    from localdev.engines import Engine


@dataclass(frozen=True)
class Selection:
    """Choice of what to deploy of the app, and how."""

    context: tuple[str, ...] = ()
    """Values of the CDK's context, each ``KEY=VALUE``, beside those that are remembered for the engine."""
    stacks: tuple[str, ...] = ()
    """Ids of stacks; none: all stacks of the app."""
    strict: bool = False
    """Whether a resource that is not emulated is an error."""

    @classmethod
    def of(cls, options: argparse.Namespace) -> Selection:
        """Return what the options ``--context``, ``--stack`` and ``--strict`` say."""
        return cls(tuple(options.context), tuple(options.stack), options.strict)


EVERYTHING = Selection()


def start(engine: Engine) -> None:
    """Start the engine, saying so."""
    sweep()
    if not engine.kind.ends_with_us:
        with progress("looking at the engine", f"the {engine.kind.name} engine is ready at {engine.where}"):
            engine.start()
            ensure_bootstrapped(engine)
        return
    if engine.is_up():
        err.print(f"{DONE} the emulator is up already at {engine.where}")
        _warn_of_another_release(engine)
        return
    with progress("starting LocalStack", f"LocalStack is ready at {engine.where}") as say:
        engine.start(say)


def _warn_of_another_release(engine: Engine) -> None:
    """Say that the emulator that is up was started by another version of the tool, and the way out."""
    release = engine.other_release() if isinstance(engine, EmbeddedEngine) else None
    if release:
        err.print(
            f"{WARNING} it was started by another version of the tool: {release}, and this is {RELEASE}.\n"
            f"  Hint: {typed_for(engine, 'down')} and {typed_for(engine, 'up')} start it anew.",
            soft_wrap=True,
        )


def deploy(engine: Engine, selection: Selection = EVERYTHING) -> Outputs:
    """Deploy the stacks as they are now, saying so, and return their outputs."""
    with alone(engine):
        return _deploy(engine, selection)


def start_and_deploy(engine: Engine, selection: Selection = EVERYTHING) -> Outputs:
    """Start the engine and deploy, and return the stacks' outputs. An emulator started here ends with an interrupt."""
    ensure_installed()
    with alone(engine):
        was_up = not engine.kind.ends_with_us or engine.is_up()
        try:
            return _start_and_deploy(engine, selection)
        except KeyboardInterrupt:
            if not was_up:
                engine.stop()
            raise


def destroy(engine: Engine) -> None:
    """Remove the app's stacks, saying so, and forget what was remembered of them."""
    assembly = assemblies.assembly(engine, context=context.remembered(engine))
    places = Places(engine)
    there = [stack for stack in stacks_of(assembly) if stack_exists(places.at(*stack.place), stack.name)]
    if there:
        names = ", ".join(stack.name for stack in there)
        with progress(f"destroying {_counted(len(there))}", f"{names} is destroyed"):
            cdk.destroy(engine, assembly, *(stack.id for stack in there))
    else:
        out.print(f"There is no stack {', '.join(stack.name for stack in stacks_of(assembly))} in {engine.where}.")
    engine.forget()
    context.forget(engine)


def require_up(engine: Engine) -> None:
    """Check that an engine is up.

    :raises LocaldevError: nothing has been started on this port, or by another project.
    """
    if not engine.is_up():
        if engine.kind.ends_with_us and (other := holder_of(endpoint_port(str(engine.endpoint_url)))):
            raise other
        raise LocaldevError(f"Nothing is up at {engine.where}.", f"start it with {typed_for(engine, 'up')}{_others()}.")


def _others() -> str:
    """Return the options that mean those of this project's emulators that are up, if any; not those of test runs."""
    up = [engine for engine in known_engines() if engine.is_up() and not engine.instance().owner]
    if not up:
        return ""
    return f", or name the one that is up: {' or '.join(f'--port {engine.port}' for engine in up)}"


def print_outputs(engine: Engine, outputs: Outputs) -> None:
    """Print the outputs of the stacks that have any; addresses of APIs as they can be reached from here."""
    for stack, values in outputs.items():
        # what a person has named, and not what the CDK passes from stack to stack
        named = {name: value for name, value in values.items() if not is_made_export(name)}
        if not named:
            continue
        out.print(f"[bold]{stack}[/]")
        width = max(map(len, named))
        for name, value in named.items():
            out.print(f"  {name:<{width}}  {reachable(engine, value)}", soft_wrap=True, markup=False)


def print_deployed(engine: Engine, outputs: Outputs) -> None:
    """Print the outputs of the stacks that were deployed, and the addresses of their APIs that no output has.

    What else is on an emulator is named in one line.
    """
    from localdev.deployment import deployed, own_stacks

    there = [] if engine.kind.is_account else deployed.stacks_on(engine)
    addresses = _other_addresses(engine, outputs, [each for each in there if each.name in outputs])
    if addresses or not all(map(is_made_export, itertools.chain(*outputs.values()))):
        out.print()
    print_outputs(engine, outputs)
    if addresses:
        out.print("[bold]Addresses[/]")
    for each in addresses:
        out.print(f"  {each.resource.label()}  {each.url}", soft_wrap=True, markup=False)
    print_others(own_stacks.other_names(there, outputs))


def print_others(names: Sequence[str]) -> None:
    """Say in one line which other stacks are on the emulator, if any."""
    if names:
        err.print(f"[dim]Also deployed here: {', '.join(names)}[/]", highlight=False, soft_wrap=True)


def _other_addresses(engine: Engine, outputs: Outputs, stacks: Sequence[DeployedStack]) -> list[Address]:
    """Return the addresses of the stacks' APIs that no output has."""
    from localdev.deployment import addresses, deployed

    printed = {reachable(engine, value) for values in outputs.values() for value in values.values()}
    return [each for each in addresses.addresses(engine, deployed.resources_in(stacks)) if each.url not in printed]


def next_steps(engine: Engine, outputs: Outputs, options: str) -> list[str]:
    """Return the lines of the setting ``next-steps``, outputs filled in; ``options`` name the engine.

    :raises LocaldevError: a line names an output that no stack has.
    """
    values = {name: reachable(engine, value) for each in outputs.values() for name, value in each.items()}
    try:
        return [line.format(options=options, **values) for line in settings.current().next_steps]
    except (KeyError, IndexError, ValueError) as error:
        raise LocaldevError(
            f"next-steps in pyproject.toml names {error}, which is no output of a stack.",
            f"the outputs are {', '.join(values) or 'none'}.",
        ) from error


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Keep two commands from deploying to one emulator at once; an account's CloudFormation sees to that itself."""
    if engine.endpoint_url is None or engine.kind.is_account:
        yield
        return

    def say() -> None:
        err.print(f"Another deployment at {engine.where} has not ended; waiting for it.", soft_wrap=True)

    make_state()
    with exclusive(STATE / f"deployment-{endpoint_port(engine.endpoint_url)}.lock", say):
        yield


def _start_and_deploy(engine: Engine, selection: Selection) -> Outputs:
    """Start and deploy; while an emulator starts, the app is synthesised and the CDK CLI loaded."""
    if engine.kind.is_account:
        # a real account is looked at before anything begins there
        start(engine)
        return _deploy(engine, selection)

    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:

        def prepare() -> tuple[Path, cdk.Deployment]:
            assembly = _assembly(engine, selection)
            return assembly, stack.enter_context(cdk.prepared_deployment(engine, assembly, *selection.stacks))

        prepared = pool.submit(prepare)
        start(engine)
        with _deploying(engine):
            assembly, deployment = prepared.result()
            stacks = stacks_of(assembly, selection.stacks)
            check_services(engine, stacks)
            ensure_bootstrapped_for(engine, stacks)
            outputs = deployment.run()
            found = _check(engine, outputs, assembly, selection)
    print_shortfalls(found)
    return outputs


def _deploy(engine: Engine, selection: Selection) -> Outputs:
    with _deploying(engine):
        assembly = _assembly(engine, selection)
        stacks = stacks_of(assembly, selection.stacks)
        check_services(engine, stacks)
        ensure_bootstrapped_for(engine, stacks)
        outputs = cdk.deploy(engine, assembly, *selection.stacks)
        found = _check(engine, outputs, assembly, selection)
    print_shortfalls(found)
    return outputs


def _check(engine: Engine, outputs: Outputs, assembly: Path, selection: Selection) -> list[checked.Shortfall]:
    """Check that every API answers, and return what an emulator could not make; an account makes everything.

    :raises LocaldevError: an API does not answer, or the deployment is strict and not everything is emulated.
    """
    if engine.endpoint_url is None or engine.kind.is_account:
        return []
    for values in outputs.values():
        checked.require_answers(values, engine.endpoint_url)
    stacks = stacks_of(assembly, selection.stacks)
    found = [each for stack in stacks for each in checked.shortfalls(engine.endpoint_url, stack.name, stack.place)]
    if selection.strict:
        checked.refuse(found)
    return found


def print_shortfalls(found: Sequence[checked.Shortfall]) -> None:
    """Print what of a deployment is not emulated, if anything."""
    if found:
        err.print("[yellow]![/] not everything is emulated:")
    # the stages of an app have the same resources
    for each in dict.fromkeys(found):
        err.print(f"  {each}", markup=False, highlight=False, soft_wrap=True)


def _assembly(engine: Engine, selection: Selection) -> Path:
    values = context.remember(engine, selection.context)
    assembly = assemblies.assembly(engine, context=values)
    stacks_of(assembly, selection.stacks)  # a name that is none is said before anything is done
    return assembly


@contextmanager
def _deploying(engine: Engine) -> Iterator[None]:
    # also a deployment that fails leaves something to be destroyed
    engine.remember()
    with progress(f"deploying with {cdk.program(engine)}", "the app is deployed"):
        yield


def _counted(stacks: int) -> str:
    return "the stack" if stacks == 1 else f"{stacks} stacks"
