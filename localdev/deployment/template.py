"""Deploy a CloudFormation or SAM template without the CDK, as ``aws cloudformation package`` and ``deploy`` do it.

The AWS CLI is a part of the emulator's environment; the emulator itself expands what SAM adds to CloudFormation.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final

from localdev.deployment.stack import failed_resources, stack_outputs
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.installation import ensure_installed
from localdev.system.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localdev.deployment.cdk import Outputs
    from localdev.engines import Engine

_BUCKET: Final = "localdev-packages"
_CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_GENERAL: Final = frozenset({"template", "packaged", "main", "index"})
"""Names of files that say nothing of the app."""
_ERROR_LINES: Final = 15


def stack_name_for(template: Path) -> str:
    """Return a stack's name for a template: that of its file, or of its folder where every app calls the file so."""
    name = template.resolve().parent.name if template.stem.lower() in _GENERAL else template.stem
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lstrip("0123456789-") or "app"


def deploy_template(engine: Engine, template: Path, parameters: Sequence[str] = ()) -> Outputs:
    """Deploy a template with the local files it names, and return the stack's outputs.

    ``parameters`` are values of its parameters, each ``KEY=VALUE``.

    :raises LocaldevError: there is no such file, or with what the AWS CLI or the failing resource said.
    """
    if not template.is_file():
        raise LocaldevError(f"There is no template {template}.", "name a CloudFormation or SAM template.")
    if engine.kind.is_account:
        raise LocaldevError(
            "--template is not for --engine aws.", "deploy it there with 'sam deploy' or 'aws cloudformation deploy'."
        )
    ensure_installed()
    name = stack_name_for(template)
    clients = engine.clients()
    clients.client("s3").create_bucket(Bucket=_BUCKET)
    with scratch(project.STATE, "template") as folder:
        packaged = folder / "packaged.yaml"
        _aws(engine, "package", "--template-file", template, "--s3-bucket", _BUCKET, "--output-template-file", packaged)
        given = ["--parameter-overrides", *parameters] if parameters else []
        try:
            _aws(engine, "deploy", "--template-file", packaged, "--stack-name", name, "--no-fail-on-empty-changeset",
                 "--capabilities", *_CAPABILITIES, *given)  # fmt: skip
        except LocaldevError as error:
            if reasons := failed_resources(clients, name):
                what = "\n".join(f"  {reason}" for reason in reasons)
                raise LocaldevError(f"The stack {name} could not be deployed. What failed:\n{what}") from error
            raise
    return {name: stack_outputs(clients, name)}


def _aws(engine: Engine, command: str, *arguments: str | Path) -> None:
    """Run ``aws cloudformation COMMAND`` against an engine. :raises LocaldevError: with what it said."""
    done = subprocess.run(
        [project.EMULATOR_PYTHON, "-I", "-m", "awscli", "cloudformation", command, *arguments],
        env=engine.tool_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()][-_ERROR_LINES:]
        said = "\n".join(f"  {line}" for line in lines)
        raise LocaldevError(f"{said}\nThe template could not be {_DONE[command]}.", "mend what is named above.")


_DONE: Final = {"package": "packaged", "deploy": "deployed"}
