"""Run pip with the environment markers of a function's machine, not those of the one that installs.

``pip install --platform`` chooses wheels for another machine, but compares markers such as ``sys_platform == "linux"``
with this one: https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-platform

    python pip_for_lambda.py MACHINE PYTHON-VERSION PIP-ARGUMENT...
"""

from __future__ import annotations

import sys
from unittest.mock import patch

from pip._internal.cli.main import main
from pip._vendor.packaging import markers


def markers_of_lambda(machine: str, version: str) -> dict[str, str]:
    """Return the markers' values on Lambda, by PEP 508; the kernel's, which is not known beforehand, are empty."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": "linux",
    }


if __name__ == "__main__":
    machine, version, *arguments = sys.argv[1:]
    with patch.object(markers, "default_environment", lambda: markers_of_lambda(machine, version)):
        sys.exit(main(arguments))
