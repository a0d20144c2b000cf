"""``deploy`` and ``cdk``: the CDK against an engine that is up."""

import argparse

from localdev.commands import up
from localdev.commands.base import Command, engine_of
from localdev.commands.consent import announce
from localdev.deployment import cdk
from localdev.system.terminal import out

_OFFLINE = frozenset({"acknowledge", "context", "docs", "ls", "list", "synth", "synthesize", "notices"})
"""CDK commands that need no environment to talk to."""


def _deploy(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    up.require_up(engine)
    announce(engine, "deploys")
    out.print(f"The order API is at\n  {up.deploy(engine)}", soft_wrap=True)
    return 0


def _cdk(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    arguments = options.rest or ["--help"]
    if not _OFFLINE & set(arguments) and not {"--help", "-h", "--version"} & set(arguments):
        up.require_up(engine)
        announce(engine, f"cdk {' '.join(arguments)}: works on")
    return cdk.run_cdk(engine, arguments)


DEPLOY = Command("Deploy the stack on the engine that is up.", _deploy)
CDK = Command(
    "Run any command of the AWS CDK against the engine, with cdklocal (cdk for an AWS account).",
    _cdk,
    epilog="Examples:\n  scripts/cdk diff\n  scripts/cdk destroy --force\n  scripts/cdk synth",
    passes_on=True,
)
