"""Write the generated parts of the documentation: ``python -m localdev.commands.documentation``.

A generated part of a page stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executions.definition import read_definition
from executions.diagram import mermaid
from localdev.commands import COMMANDS
from localdev.commands.cli import build_parser
from localdev.deployment import cdk
from localdev.system.project import ROOT, STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

README = ROOT / "README.md"
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
_PART = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def resolved_definition(template: Mapping[str, Any]) -> dict[str, Any]:
    """The state machine's definition in a synthesised template, each reference replaced by its name."""
    (machine,) = (
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::StepFunctions::StateMachine"
    )
    document: dict[str, Any] = json.loads(_text(machine["Properties"]["DefinitionString"]))
    return document


def _text(value: Any) -> str:
    """A string of a template, where it is one or is joined from parts."""
    if isinstance(value, str):
        return value
    (function, argument), *_ = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(_text(part) for part in parts)
    return str(argument[0] if isinstance(argument, list) else argument)


def with_parts(page: str, parts: Mapping[str, str]) -> str:
    """A page with its generated parts replaced.

    :raises KeyError: the page asks for a part nobody generates.
    """
    return _PART.sub(lambda match: f"{match[1]}{parts[match['name']]}\n{match[3]}", page)


def readme_parts(template: Mapping[str, Any]) -> dict[str, str]:
    """What the README's generated parts have to say."""
    picture = mermaid(read_definition(resolved_definition(template)))
    rows = [f"| `./scripts/{name}` | {command.description.splitlines()[0]} |" for name, command in COMMANDS.items()]
    return {
        "picture": f"```mermaid\n{picture.rstrip()}\n```",
        "figures": figures(),
        "commands": "\n".join(["| command | what it does |", "|---|---|", *rows]),
    }


def figures() -> str:
    """The last run of ``./scripts/bench``, as a table and a chart."""
    from benchmarks import report

    chart = report.CHART.relative_to(ROOT)
    return f"{report.markdown(report.read())}\n\n![The same as a chart]({chart})"


def commands_page() -> str:
    """``docs/commands.md``: what every script says when it is asked for help."""
    texts = [
        f"## {name}\n\n```\n{build_parser(name, command).format_help().rstrip()}\n```\n"
        for name, command in COMMANDS.items()
    ]
    return "\n".join(["# Commands\n", *texts])


def main() -> None:
    """Write every generated part."""
    with tempfile.TemporaryDirectory() as folder:
        assembly = cdk.synthesize(output=Path(folder))
        template = json.loads((assembly / f"{STACK_NAME}.template.json").read_text())
    README.write_text(with_parts(README.read_text(), readme_parts(template)))
    COMMANDS_PAGE.parent.mkdir(exist_ok=True)
    COMMANDS_PAGE.write_text(commands_page())


if __name__ == "__main__":
    main()
