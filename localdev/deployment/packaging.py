"""Package a template: upload the local files that it and the templates nested in it name.

The AWS CLI, a part of the emulator's environment, does so: see ``package_template.py``.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localdev.deployment.failures import lines_of_error
from localdev.deployment.template_records import Source
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.scratch import scratch

if TYPE_CHECKING:
    from localdev.engines import Engine

BUCKET: Final = "localdev-packages"
_PACKAGER: Final = Path(__file__).with_name("package_template.py")
_USUAL: Final = ("template.yaml", "template.yml", "template.json")


@dataclass(frozen=True)
class Package:
    """A template that names uploaded files in the place of local ones."""

    body: str
    sources: list[Source]
    """The local ones."""


def require_template(template: Path) -> None:
    """Check that there is a file, before anything is started for it. :raises LocaldevError: there is none."""
    if template.is_file():
        return
    if template.is_dir():
        inside = [str(template / name) for name in _USUAL if (template / name).is_file()]
        raise LocaldevError(
            f"{template} is a folder: expected a template.",
            f"did you mean {' or '.join(inside)}?" if inside else "name a CloudFormation or SAM template in it.",
        )
    raise LocaldevError(f"There is no template {template}.", "name a CloudFormation or SAM template.")


def package(engine: Engine, template: Path) -> Package:
    """Upload the local files that a template names, and return the template that names the uploaded ones.

    :raises LocaldevError: it is no template, or names what is not there.
    """
    with scratch(project.STATE, "template") as folder:
        packaged, sources = folder / "packaged.json", folder / "sources.json"
        done = subprocess.run(
            [project.EMULATOR_PYTHON, "-I", _PACKAGER, sources, "cloudformation", "package",
             "--template-file", template.resolve(),
             "--s3-bucket", BUCKET, "--output-template-file", packaged, "--use-json"],
            # the CLI takes a single file of code for one of this folder
            cwd=template.resolve().parent,
            env=engine.tool_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )  # fmt: skip
        if done.returncode:
            # the name that the YAML library has for what it was given
            said = lines_of_error(done.stdout.replace('"<unicode string>"', template.name))
            raise LocaldevError(f"{said}\n{template} could not be packaged.", "mend what is named above.")
        found = [Source(**each) for each in json.loads(sources.read_text(encoding="utf-8"))]
        own = Source(str(template.resolve()), "", "")
        return Package(packaged.read_text(encoding="utf-8"), [own, *found])
