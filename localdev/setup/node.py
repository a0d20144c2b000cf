"""See whether the Node.js that is there will do."""

import os
import shutil
import subprocess

from localdev.setup.errors import SetupError

LEAST_NODE = 20
LEAST_SUPPORTED_NODE = 22
"""Older ones work, though neither Node's makers nor the CDK's support them any more."""
_HINT = f"Hint: install Node {LEAST_NODE} or newer (nodejs.org) and run this again."


def check_node() -> str | None:
    """Return a warning of a Node that still works, or nothing.

    :raises SetupError: Node or npm is missing, or Node is older than the CDK CLI needs.
    """
    version = _version_of(find_node())
    if not shutil.which("npm"):
        raise SetupError(
            "npm is not installed, and the AWS CDK is installed with it.\n"
            "Hint: install it ('npm' is a package of its own on Debian; nodejs.org has both) and run this again."
        )
    if int(version.removeprefix("v").split(".")[0]) < LEAST_SUPPORTED_NODE:
        return f"Node.js {version} works, but neither Node.js nor the AWS CDK supports it any more; 24 is current."
    return None


def find_node(path: str | None = None) -> str:
    """Return Node's program on a ``PATH``, this process's by default; it costs no process. :raises SetupError: none."""
    if node := shutil.which("node", path=path):
        return node
    raise SetupError(f"Node.js is not installed, and the AWS CDK needs it.\n{_HINT}")


def check_version(path: str) -> None:
    """Check that the Node on a ``PATH`` is new enough. :raises SetupError: it is not, cannot be run or is missing."""
    _version_of(find_node(path))


def _version_of(node: str) -> str:
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    except OSError as error:
        # another machine's program, for example
        raise SetupError(f"Node.js, {node}, cannot be run: {os.strerror(error.errno or 0)}.\n{_HINT}") from error
    major = version.removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < LEAST_NODE:
        raise SetupError(f"Node.js is {version or 'broken'}; the AWS CDK needs {LEAST_NODE}.\n{_HINT}")
    return version
