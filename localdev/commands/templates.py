"""Take a template without the CDK in the place of the app: the options of it, and its deployment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from localdev.commands.deploying import alone, print_shortfalls, start
from localdev.commands.terminal import progress
from localdev.deployment import checked
from localdev.deployment.template import deploy_template, require_deployable
from localdev.system.errors import LocaldevError
from localdev.system.installation import ensure_installed

if TYPE_CHECKING:
    import argparse

    from localdev.deployment.cdk import Outputs
    from localdev.engines import Engine


@dataclass(frozen=True)
class Template:
    """Choice of a template, and how to deploy it."""

    file: Path
    parameters: tuple[str, ...] = ()
    """Values of its parameters, each ``KEY=VALUE``; an update keeps the others."""
    strict: bool = False
    """Whether a resource that is not emulated is an error."""


def add_template_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--template`` and ``--parameter``."""
    parser.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        help="take this CloudFormation or SAM template, with the local files it names, not a CDK app",
    )
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a value of a parameter of the template, may be given more than once",
    )


def template_of(options: argparse.Namespace) -> Template | None:
    """Return the template that the options name, or nothing: they mean the app.

    :raises LocaldevError: they mean both, or give a parameter and no template.
    """
    if options.template is None:
        if options.parameter:
            raise LocaldevError(
                "--parameter is for a template, and --template names none.",
                "add --template FILE; an app takes values of its context: -c KEY=VALUE.",
            )
        return None
    of_the_app = {"--stack": options.stack, "--context": options.context}
    if given := [name for name, values in of_the_app.items() if values]:
        raise LocaldevError(
            f"--template takes a template, and {' and '.join(given)} a part of the app: both were given.",
            "leave one of them out; a template takes --parameter KEY=VALUE.",
        )
    return Template(options.template, tuple(options.parameter), options.strict)


def start_and_deploy_template(engine: Engine, template: Template) -> Outputs:
    """Start the engine and deploy a template, saying so, and return the stack's outputs."""
    require_deployable(engine, template.file, template.parameters)
    ensure_installed()
    with alone(engine):
        start(engine)
        return _deploy(engine, template)


def deploy_again(engine: Engine, template: Template) -> Outputs:
    """Deploy a template on an engine that is up, saying so, and return the stack's outputs."""
    require_deployable(engine, template.file, template.parameters)
    with alone(engine):
        return _deploy(engine, template)


def _deploy(engine: Engine, template: Template) -> Outputs:
    with progress("deploying the template", "the template is deployed"):
        outputs = deploy_template(engine, template.file, template.parameters)
        endpoint = str(engine.endpoint_url)
        for values in outputs.values():
            checked.require_answers(values, endpoint)
        found = [each for name in outputs for each in checked.shortfalls(endpoint, name)]
        if template.strict:
            checked.refuse(found)
    print_shortfalls(found)
    return outputs
