"""Package a template as ``aws cloudformation package`` does, with the paths in SAM's ``Globals``.

The first argument is a file for the local files and folders that the template names, the others are the AWS CLI's.
A program of the emulator's Python, which has the AWS CLI. The CLI reads ``CodeUri`` of a function alone, and packs the
whole folder of the template for a function without one; ``sam build`` and SAM's transform read ``Globals`` too.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

_TRANSFORM: Final = "Fn::Transform"
_STATE: Final = ".localdev"
_HAS_NO_FILES: Final = frozenset({"ImageUri", "InlineCode"})

_PATHS: Final = {
    "AWS::Serverless::Function": ("Function", "CodeUri", ("InlineCode", "ImageUri")),
    "AWS::Serverless::Api": ("Api", "DefinitionUri", ("DefinitionBody",)),
}
"""By type: its section of ``Globals``, the property with a local path, and what a resource has instead of it."""


def take_over_globals(template: dict[str, Any]) -> None:
    """Move each local path from ``Globals`` to the resources that it is for."""
    sections = template.get("Globals") or {}
    for resource in (template.get("Resources") or {}).values():
        if not isinstance(resource, dict) or resource.get("Type") not in _PATHS:
            continue
        section, name, instead = _PATHS[resource["Type"]]
        path = (sections.get(section) or {}).get(name)
        properties = resource.setdefault("Properties", {})
        if path is not None and not {name, *instead} & properties.keys():
            properties[name] = path
    for section, name, _ in _PATHS.values():
        (sections.get(section) or {}).pop(name, None)


def with_dates_as_text(value: Any) -> Any:
    """Return a template with ``Version: 2012-10-17`` as the text that CloudFormation takes it for."""
    match value:
        case dict():
            return type(value)((key, with_dates_as_text(each)) for key, each in value.items())
        case list():
            return [with_dates_as_text(each) for each in value]
        case dt.date():
            return value.isoformat()
    return value


class Sources:
    """Every local file or folder that a template and those nested in it name."""

    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []

    def add(self, place: str, logical_id: str, type_: str) -> None:
        """Add a file or folder that a resource names, if it is one."""
        if Path(place).exists():
            self.found.append({"path": str(Path(place).resolve()), "logical_id": logical_id, "type": type_})

    def follow(self, exporter: Any) -> None:
        """Let the AWS CLI's module that uploads each of them add it here first."""
        export, include = exporter.Resource.export, exporter.GLOBAL_EXPORT_DICT[_TRANSFORM]

        def export_and_add(resource: Any, logical_id: str, properties: Any, folder: str) -> None:
            named = _value_at(properties, resource.PROPERTY_NAME)
            if named is None and _HAS_NO_FILES & (properties or {}).keys():
                return  # the AWS CLI would upload the whole folder of the template
            if isinstance(named, str) or (named is None and properties and resource.PACKAGE_NULL_PROPERTY):
                self.add(os.path.join(folder, named or ""), logical_id, resource.RESOURCE_TYPE)  # noqa: PTH118 - a URL
            export(resource, logical_id, properties, folder)

        def include_and_add(transform: Any, uploader: Any, folder: str) -> Any:
            named = _value_at(transform, "Parameters.Location")
            if isinstance(named, str):
                self.add(os.path.join(folder, named), "", _TRANSFORM)  # noqa: PTH118 - a URL
            return include(transform, uploader, folder)

        exporter.Resource.export = export_and_add
        exporter.GLOBAL_EXPORT_DICT[_TRANSFORM] = include_and_add


def _value_at(properties: Any, names: str) -> Any:
    """Return the value at a path such as ``Command.ScriptLocation``."""
    for name in names.split("."):
        properties = properties.get(name) if isinstance(properties, dict) else None
    return properties


def leave_out_state(walk: Any) -> Any:
    """Return :func:`os.walk` that leaves out what a run makes in the project's folder: sockets, logs, packages."""

    def without_state(*arguments: Any, **settings: Any) -> Any:
        for folder, folders, files in walk(*arguments, **settings):
            folders[:] = [name for name in folders if name != _STATE]
            yield folder, folders, files

    return without_state


def main(arguments: list[str]) -> int:
    """Run the AWS CLI's command; return its exit status."""
    # the tool's own environment, where this module is imported to be checked, has no AWS CLI
    from awscli.clidriver import main as run
    from awscli.customizations.cloudformation import artifact_exporter

    released = artifact_exporter.Template.__init__

    def read(self: Any, *arguments: Any, **settings: Any) -> None:
        """Read a template, and give its resources the local paths of its ``Globals``."""
        released(self, *arguments, **settings)
        if not isinstance(self.template_dict, dict) or not isinstance(self.template_dict.get("Resources"), dict):
            sys.exit("It is no template: expected an object with Resources.")
        take_over_globals(self.template_dict)
        self.template_dict = with_dates_as_text(self.template_dict)

    artifact_exporter.Template.__init__ = read
    sources = Sources()
    sources.follow(artifact_exporter)
    os.walk = leave_out_state(os.walk)
    sys.argv[1:] = arguments[1:]
    status: int = run()
    Path(arguments[0]).write_text(json.dumps(sources.found), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
