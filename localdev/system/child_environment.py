"""The environment variables of the processes we start: chosen, never inherited whole.

Local work must not be able to reach a real account: no AWS setting, profile or credential of this machine may get
into a child, whichever way it is set.
"""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from localdev.system.project import REGION, STATE

_INHERITED = ("LANG", "LC_ALL", "LC_CTYPE", "NODE_EXTRA_CA_CERTS", "PATH", "SYSTEMROOT", "TERM", "TMPDIR", "TZ")
DUMMY_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""What LocalStack takes for account 000000000000."""

LOOPBACK_NAMES = "localhost,127.0.0.1,::1,.localhost.localstack.cloud,localhost.localstack.cloud"
"""For ``NO_PROXY``: this machine, by every name that is used for it. A proxy of macOS's settings counts as one, too."""


def child_environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return a clean environment with a home folder of its own, dummy credentials, and ``extra``."""
    home.mkdir(parents=True, exist_ok=True)
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    return {
        **inherited,
        "HOME": str(home),
        **DUMMY_CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": LOOPBACK_NAMES,
        "no_proxy": LOOPBACK_NAMES,
        **extra,
    }


def pass_loopback_by_proxies(environ: MutableMapping[str, str]) -> None:
    """Add this machine to ``NO_PROXY``, for what uses the person's own proxy: an AWS account's clients and tools."""
    for name in ("NO_PROXY", "no_proxy"):
        before = environ.get(name, "")
        if LOOPBACK_NAMES not in before:
            environ[name] = f"{before},{LOOPBACK_NAMES}" if before else LOOPBACK_NAMES


def tool_home() -> Path:
    """Return the home folder of the CDK CLI: its caches live there, and no ``~/.aws`` does."""
    return STATE / "home"


def endpoint_variables(endpoint_url: str) -> dict[str, str]:
    """Return the variables by which AWS's SDKs and cdklocal know an emulator's address.

    :raises LocaldevError: the endpoint is not of this machine.
    """
    from localdev.system.endpoints import loopback_endpoint  # help needs no addresses

    url = loopback_endpoint(endpoint_url)
    return {"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_S3": url}


def tool_environment(endpoint_url: str) -> dict[str, str]:
    """Return the environment of a tool that is to reach an emulator and nothing else.

    :raises LocaldevError: the endpoint is not of this machine.
    """
    return child_environment(
        tool_home(),
        {
            **endpoint_variables(endpoint_url),
            # the emulator's host has no other name, such as the `sync-` that StartSyncExecution puts before it
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            # the CDK CLI takes the user's home from the system's list of users, not from HOME
            "CDK_HOME": str(tool_home() / ".cdk"),
        },
    )
