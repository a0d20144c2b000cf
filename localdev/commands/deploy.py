"""``deploy`` and ``cdk``: the CDK against an engine that is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of
from localdev.commands.consent import announce
from localdev.commands.deploying import Selection, deploy, print_outputs, require_up
from localdev.commands.templates import add_template_arguments, deploy_again, template_of
from localdev.deployment import cdk, context
from localdev.system.project import typed

if TYPE_CHECKING:
    import argparse

_PROG = typed("cdk").removeprefix("./")
_OFFLINE = frozenset({"acknowledge", "context", "docs", "ls", "list", "synth", "synthesize", "notices"})
"""CDK commands that need no environment to talk to."""


def _deploy(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    template = template_of(options)
    require_up(engine)
    announce(engine, "deploys")
    print_outputs(engine, deploy_again(engine, template) if template else deploy(engine, Selection.of(options)))
    return 0


def _cdk(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    arguments = options.rest or ["--help"]
    if not _OFFLINE & set(arguments) and not {"--help", "-h", "--version"} & set(arguments):
        require_up(engine)
        announce(engine, f"cdk {' '.join(arguments)}: works on")
    return cdk.run_cdk(engine, arguments, context.remembered(engine))


DEPLOY = Command(
    "Deploy the app's stacks on the engine that is up.", _deploy, add_template_arguments, takes_context=True
)
CDK = Command(
    "Run any command of the AWS CDK against the engine, with cdklocal (cdk for an AWS account).",
    _cdk,
    epilog="Examples:\n" + "\n".join(f"  {_PROG} {each}" for each in ("diff", "destroy --force", "synth")),
    passes_on=True,
)
