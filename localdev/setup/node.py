"""See whether the Node.js that is there will do."""

import shutil
import subprocess

from localdev.setup.errors import SetupError

LEAST_NODE = 20
LEAST_SUPPORTED_NODE = 22
"""Older ones work, though neither Node's makers nor the CDK's support them any more."""


def check_node() -> str | None:
    """Return a warning of a Node that still works, or nothing.

    :raises SetupError: Node is missing, or older than the CDK CLI needs.
    """
    hint = f"Hint: install Node {LEAST_NODE} or newer (nodejs.org) and run this again."
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        raise SetupError(f"Node.js is not installed, and the AWS CDK needs it.\n{hint}")
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = found.stdout.strip()
    major = version.removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < LEAST_NODE:
        raise SetupError(f"Node.js is {version or 'broken'}; the AWS CDK needs {LEAST_NODE}.\n{hint}")
    if int(major) < LEAST_SUPPORTED_NODE:
        return f"Node.js {version} works, but neither Node.js nor the AWS CDK supports it any more; 24 is current."
    return None
