"""Package a template as ``aws cloudformation package`` does, with the paths in SAM's ``Globals``.

A program of the emulator's Python, which has the AWS CLI. The CLI reads ``CodeUri`` of a function alone, and packs the
whole folder of the template for a function without one; ``sam build`` and SAM's transform read ``Globals`` too.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
"""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any, Final

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


def main() -> int:
    """Run the AWS CLI's command with the arguments of this process; return its exit status."""
    # the tool's own environment, where this module is imported to be checked, has no AWS CLI
    from awscli.clidriver import main as run
    from awscli.customizations.cloudformation.artifact_exporter import Template

    released = Template.__init__

    def read(self: Any, *arguments: Any, **settings: Any) -> None:
        """Read a template, and give its resources the local paths of its ``Globals``."""
        released(self, *arguments, **settings)
        take_over_globals(self.template_dict)
        self.template_dict = with_dates_as_text(self.template_dict)

    Template.__init__ = read
    status: int = run()
    return status


if __name__ == "__main__":
    sys.exit(main())
