"""The packages that the handlers import: a layer of what ``lambdas/requirements.txt`` names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from infra.handler_code import CODE

if TYPE_CHECKING:
    from constructs import Construct

_ID = "HandlerPackages"


def handler_packages(scope: Construct, requirements: Path = CODE / "requirements.txt") -> list[lambda_.ILayerVersion]:
    """Return the layer for a function of ``scope``'s stack; none where the handlers need no package.

    A layer and not a part of the code, so that a changed handler is a small upload, and a changed package another one.

    :raises RuntimeError: a package cannot be installed.
    """
    if not requirements.is_file():
        return []
    stack = Stack.of(scope)
    if found := stack.node.try_find_child(_ID):
        return [cast(lambda_.ILayerVersion, found)]
    folder = Path(App.of(stack).outdir) / "handler-packages"  # type: ignore[union-attr]
    _install(requirements, folder / "python")
    layer = lambda_.LayerVersion(
        stack,
        _ID,
        code=lambda_.Code.from_asset(str(folder)),
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
        description="What lambdas/requirements.txt names",
    )
    return [cast(lambda_.ILayerVersion, layer)]


def _install(requirements: Path, folder: Path) -> None:
    options = ["--quiet", "--no-input", "--no-compile", "--disable-pip-version-check", "--target", str(folder)]
    command = [sys.executable, "-m", "pip", "install", *options, "--requirement", str(requirements)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(
            f"The packages of {requirements.name} could not be installed:\n{result.stderr.strip()}\n"
            "Hint: correct the names and versions there; installing them needs the network."
        )
