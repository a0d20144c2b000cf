"""Prepare an environment for the CDK's deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.deployment import cdk
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localdev.deployment.manifest import Stack
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""Parameter by which the CDK's bootstrap stack is known; ``cdk deploy`` reads it, too.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"""


def ensure_bootstrapped(engine: Engine) -> None:
    """Bootstrap the engine's environment for the CDK, unless that has been done.

    An emulator that is started here bootstraps itself (``emulator/ready.d``). A real account is never changed unasked.

    :raises LocaldevError: the account has not been bootstrapped, or the bootstrapping of an emulator failed.
    """
    if engine.kind.ends_with_us or is_bootstrapped(engine.clients()):
        return
    if engine.kind.is_account:
        raise LocaldevError(
            f"The CDK has not been bootstrapped for {engine.where}.",
            "run 'npx cdk bootstrap' for it once (docs/aws.md).",
        )
    cdk.bootstrap(engine)


def ensure_bootstrapped_for(engine: Engine, stacks: Iterable[Stack]) -> None:
    """Bootstrap an emulator's other accounts and regions that stacks name; in a real account that is for a person.

    :raises LocaldevError: with what the CDK said.
    """
    if engine.kind.is_account or engine.endpoint_url is None:
        return
    named = {stack.place for stack in stacks}
    others = sorted(named - {(DEFAULT_ACCOUNT, REGION)})
    if not others:
        return
    from localdev.engines.clients import Clients  # boto3 is half a second

    for account, region in others:
        if not is_bootstrapped(Clients(engine.endpoint_url, account, region)):
            cdk.bootstrap(engine, account, region)


def is_bootstrapped(clients: Clients) -> bool:
    """Return whether ``cdk bootstrap`` has been run in the clients' account and region."""
    ssm = clients.client("ssm")
    try:
        ssm.get_parameter(Name=_PARAMETER)
    except ssm.exceptions.ParameterNotFound:
        return False
    return True
