"""Choose the environment that an app is synthesised in: the person's own, with nothing in it that leads to AWS."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from localdev.system import project
from localdev.system.child_environment import child_environment, tool_home

_NOT_PASSED_ON = frozenset({"NODE_OPTIONS", "NO_PROXY", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONSTARTUP", "no_proxy"})
_WITHOUT_ACCOUNTS = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""Every SDK of AWS, and its command line, would else find the files in ``~/.aws``."""


def app_environment() -> dict[str, str]:
    """Return the person's variables without those of AWS, their home, and the app's Python first on the ``PATH``.

    An app may install packages, compile, or read a variable of its own; it runs as it does under the CDK.
    """
    return child_environment(
        tool_home(),
        {
            **passed_on(),
            **_WITHOUT_ACCOUNTS,
            # what the CDK CLI keeps is not the app's
            "CDK_HOME": str(tool_home() / ".cdk"),
            "PATH": app_path(),
        },
    )


def app_path() -> str:
    """Return the ``PATH`` that an app is run with: its own Python comes first."""
    return os.pathsep.join([*_python_folder(), os.environ.get("PATH", os.defpath)])


def passed_on() -> dict[str, str]:
    """Return the person's variables that an app may read when it is synthesised."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_PASSED_ON and not name.startswith(("AWS_", "LOCALDEV_"))
    }


def _python_folder() -> list[str]:
    """Return the folder of the Python that an app in Python runs on, unless an environment has been activated.

    It is the app's own environment in ``.venv``, as ``cdk init`` makes it, or the one that the tool is installed in if
    that has the CDK's library.
    """
    if os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX"):
        return []
    own = project.ROOT / ".venv" / "bin"
    if (own / "python").exists():
        return [str(own)]
    return [str(Path(sys.executable).parent)] if importlib.util.find_spec("aws_cdk") else []
