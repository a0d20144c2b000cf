"""The packages that the handlers import: a layer of what ``lambdas/requirements.txt`` names."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_

from infra.handler_code import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct

_ID = "HandlerPackages"
_CACHE = CODE.parent / ".localdev" / "handler-packages"
"""One folder for each list of packages, Python version and architecture: what is there is not installed again."""
_TAGS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""What wheels say that run on Amazon Linux 2023, which has glibc 2.34.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
_PIP = Path(__file__).with_name("pip_for_lambda.py")
_OPTIONS = ("--quiet", "--no-input", "--no-compile", "--disable-pip-version-check", "--only-binary", ":all:")


def handler_packages(
    scope: Construct,
    requirements: Path = CODE / "requirements.txt",
    *,
    runtime: lambda_.Runtime = lambda_.Runtime.PYTHON_3_13,
    architecture: lambda_.Architecture = lambda_.Architecture.X86_64,
    cache: Path = _CACHE,
) -> list[lambda_.ILayerVersion]:
    """Return the layer for a function of ``scope``'s stack; none where the handlers need no package.

    A layer and not a part of the code, so that a changed handler is a small upload, and a changed package another one.

    :raises RuntimeError: a package cannot be installed.
    """
    if not requirements.is_file():
        return []
    stack = Stack.of(scope)
    if found := stack.node.try_find_child(_ID):
        return [cast(lambda_.ILayerVersion, found)]
    target = _target(runtime.name.removeprefix("python"), architecture.name)
    digest = hashlib.sha256(
        "\0".join([*target, _PIP.name, requirements.read_text(encoding="utf-8")]).encode()
    ).hexdigest()
    folder = cache / digest[:16]
    if not folder.is_dir():
        _install(requirements, target, folder)
    layer = lambda_.LayerVersion(
        stack,
        _ID,
        # the packages' own files name the machine that has installed them
        code=lambda_.Code.from_asset(str(folder), asset_hash=digest),
        compatible_runtimes=[runtime],
        compatible_architectures=[architecture],
        description="What lambdas/requirements.txt names",
    )
    return [cast(lambda_.ILayerVersion, layer)]


def _target(version: str, architecture: str) -> list[str]:
    """Return the arguments of ``pip_for_lambda`` for wheels that run on Lambda, whatever machine installs them."""
    machine = _MACHINES[architecture]
    platforms = _each("--platform", [f"{tag}_{machine}" for tag in _TAGS])
    return [machine, version, "install", "--python-version", version, "--implementation", "cp", *platforms]


def _each(option: str, values: list[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def _install(requirements: Path, target: list[str], folder: Path) -> None:
    """Install the packages for Lambda; the folder is whole or not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / "layer"
        options = [*_OPTIONS, "--target", str(made / "python"), "--requirement", str(requirements)]
        command = [sys.executable, str(_PIP), *target, *options]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=requirements.parent)
        if result.returncode:
            raise RuntimeError(
                f"The packages of {requirements.name} could not be installed:\n{result.stderr.strip()}\n"
                "Hint: correct the names and versions there. Installing them needs the network, and each needs a wheel "
                f"for Python {target[1]} on {target[-1]}, since nothing is compiled."
            )
        # programs for a command line, which name the Python of this machine
        shutil.rmtree(made / "python" / "bin", ignore_errors=True)
        if not folder.is_dir():
            made.rename(folder)
