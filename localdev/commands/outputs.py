"""``outputs`` and ``url``: what the deployed stacks give to the outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of
from localdev.commands.choosing import chosen_stacks
from localdev.commands.deploying import print_others, print_outputs, require_up
from localdev.deployment.addresses import reachable
from localdev.deployment.stack import is_made_export
from localdev.system.errors import LocaldevError
from localdev.system.project import typed
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    import argparse

    from localdev.deployment.cdk import Outputs
    from localdev.deployment.deployed import DeployedStack
    from localdev.engines import Engine


def _add_output_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("output", nargs="?", metavar="OUTPUT", help="print the value of this output alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object, the stacks by name")


def _add_url_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("api", nargs="?", metavar="API", help="its name, logical id or construct path (default: all)")


def _outputs(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    require_up(engine)
    stacks, others = chosen_stacks(engine, options.stack)
    if options.output is not None:
        print(_value(_read(engine, stacks), _read(engine, others), options.output))
    elif options.json:
        print(json.dumps(_read(engine, stacks), ensure_ascii=False))
    else:
        print_outputs(engine, _read(engine, stacks))
        print_others([each.name for each in others])
    return 0


def _read(engine: Engine, stacks: list[DeployedStack]) -> Outputs:
    from localdev.deployment.stack import stack_outputs

    found: Outputs = {}
    for stack in stacks:
        # two of one name are in different accounts or regions
        name = f"{stack.name} ({stack.clients.region})" if stack.name in found else stack.name
        outputs = stack_outputs(stack.clients, stack.name)
        found[name] = {key: reachable(engine, value) for key, value in outputs.items()}
    return found


def _value(own: Outputs, others: Outputs, output: str) -> str:
    """Return an output of the project's own stacks, or else of another. :raises LocaldevError: not one has it."""
    found = own if any(output in outputs for outputs in own.values()) else own | others
    values = [outputs[output] for outputs in found.values() if output in outputs]
    if len(values) == 1:
        return values[0]
    if values:
        raise LocaldevError(f"{len(values)} stacks have an output {output!r}.", "choose one with --stack.")
    names = [name for outputs in found.values() for name in outputs if not is_made_export(name)]
    hint = f"{suggest(output, names)} There is {', '.join(names) or 'none'}.".lstrip()
    raise LocaldevError(f"No stack has an output {output!r}.", hint)


def _url(options: argparse.Namespace) -> int:
    from localdev.commands.terminal import out
    from localdev.deployment.addresses import ADDRESSED, addresses
    from localdev.deployment.deployed import resources_in
    from localdev.deployment.resources import find_resource, labels

    engine = engine_of(options)
    require_up(engine)
    stacks, others = chosen_stacks(engine, options.stack)
    there = resources_in(stacks)
    if options.api is not None:
        try:
            api = find_resource(there, options.api, ADDRESSED, what="API")
        except LocaldevError:
            there += resources_in(others)
            api = find_resource(there, options.api, ADDRESSED, what="API")
    found = addresses(engine, there)
    if options.api is not None:
        found = [each for each in found if each.resource == api]
    if not found:
        raise LocaldevError("No API and no function URL is deployed.", f"{typed('outputs')} prints what there is.")
    if options.api is not None or len(found) == 1:
        # bare, for curl $(localdev url)
        print("\n".join(each.url for each in found))
        return 0
    named = labels([each.resource for each in found])
    width = max(map(len, named))
    for name, each in zip(named, found, strict=True):
        out.print(f"{name:<{width}}  {each.url}", markup=False, soft_wrap=True)
    return 0


OUTPUTS = Command(
    "Print the outputs of the deployed stacks, addresses as they are reached from here.\n"
    "Without --stack they are the stacks of this project; others on its emulator are named.\n"
    "Exports that the CDK makes for other stacks are left out; --json and a name give them as well.",
    _outputs,
    _add_output_arguments,
    takes_stacks=True,
)
URL = Command(
    "Print the address of each deployed API and function URL; of a single one nothing else.\n"
    "Without API and --stack they are those of this project's stacks.",
    _url,
    _add_url_arguments,
    takes_stacks=True,
)
