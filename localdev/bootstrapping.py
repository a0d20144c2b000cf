"""Whether an environment is one that the CDK can deploy to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localdev.aws import Clients

_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""Where the CDK's bootstrap stack says that it is there; ``cdk deploy`` asks there, too.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"""


def is_bootstrapped(clients: Clients) -> bool:
    """Whether ``cdk bootstrap`` has been run in the clients' account and region."""
    ssm = clients.client("ssm")
    try:
        ssm.get_parameter(Name=_PARAMETER)
    except ssm.exceptions.ParameterNotFound:
        return False
    return True
