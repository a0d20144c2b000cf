"""Write all that is generated: ``./scripts/regenerate``, and with ``--check`` see whether the pages are current.

A generated part of a page stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs import patch_list, reference, resource_schemas
from localdev.commands import COMMANDS
from localdev.commands.cli import help_of
from localdev.deployment import cdk
from localdev.deployment.manifest import stacks_of
from localdev.engines import EmbeddedEngine
from localdev.executions.definition import read_definition
from localdev.executions.diagram import mermaid
from localdev.system.processes import free_port
from localdev.system.project import EMULATOR_PYTHON, ROOT
from tests.console.browsers import BROWSERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

README = ROOT / "README.md"
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
PATCHES_PAGE = ROOT / "docs" / "patches.md"
DIFFERENCES_PAGE = ROOT / "docs" / "differences.md"
REFERENCE_PAGE = ROOT / "docs" / "reference.md"
BENCHMARKS_PAGE = ROOT / "benchmarks" / "README.md"
_PART = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def resolved_definition(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state machine's definition in a synthesised template, each reference replaced by its name."""
    (machine,) = (
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::StepFunctions::StateMachine"
    )
    document: dict[str, Any] = json.loads(_text(machine["Properties"]["DefinitionString"]))
    return document


def _text(value: Any) -> str:
    """Return a string of a template, where it is one or is joined from parts."""
    if isinstance(value, str):
        return value
    (function, argument), *_ = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(_text(part) for part in parts)
    return str(argument[0] if isinstance(argument, list) else argument)


def with_parts(page: str, parts: Mapping[str, str]) -> str:
    """Return a page with its generated parts replaced.

    :raises KeyError: the page asks for a part nobody generates.
    """
    return _PART.sub(lambda match: f"{match[1]}{parts[match['name']]}\n{match[3]}", page)


def readme_parts(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the README's generated parts by name."""
    picture = mermaid(read_definition(resolved_definition(template)))
    rows = [f"| `./scripts/{name}` | {command.description.splitlines()[0]} |" for name, command in COMMANDS.items()]
    return {
        "picture": f"```mermaid\n{picture.rstrip()}\n```",
        "figures": figures(),
        "commands": "\n".join(["| command | what it does |", "|---|---|", *rows]),
    }


def figures() -> str:
    """Return the last run of ``./scripts/bench``, as a table and a chart."""
    from benchmarks import report

    chart = report.CHART.relative_to(ROOT)
    return f"{report.markdown(report.read())}\n\n![The same as a chart]({chart})"


def campaign() -> str:
    """Return the last campaign that was kept, as a table."""
    from benchmarks.campaign import report

    return report.table()


def commands_page() -> str:
    """Return ``docs/commands.md``: what every command says when it is asked for help."""
    texts = [f"## {name}\n\n```\n{help_of(name).rstrip()}\n```\n" for name in COMMANDS]
    return "\n".join(["# Commands\n", *texts])


def pages() -> dict[Path, str]:
    """Return every page with generated parts as it has to be."""
    with tempfile.TemporaryDirectory() as folder:
        (stack, *_) = stacks_of(cdk.synthesize(output=Path(folder)))
        template = stack.template
    return {
        README: with_parts(README.read_text(), readme_parts(template)),
        COMMANDS_PAGE: commands_page(),
        PATCHES_PAGE: patch_list.page(),
        DIFFERENCES_PAGE: _differences_page(),
        REFERENCE_PAGE: reference.page(),
        resource_schemas.SCHEMAS: resource_schemas.schemas(),
        BENCHMARKS_PAGE: with_parts(BENCHMARKS_PAGE.read_text(), {"campaign": campaign()}),
    }


def _differences_page() -> str:
    """Return ``docs/differences.md``, which the corrections write in LocalStack's environment."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "differences.md"
        subprocess.run([EMULATOR_PYTHON, "-m", "localstack_corrections.differences", page], check=True)
        return page.read_text()


def record_orders() -> None:
    """Record the orders that every engine is held to, on the embedded engine."""
    _run("pytest", "-q", "tests/integration/test_parity.py", "--engine", "embedded", "--record")


def record_executions() -> None:
    """Record the executions that ``executions`` is tested with, on an emulator of their own."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    engine.start()
    try:
        _run("tests.unit.executions.record", engine.endpoint_url)
    finally:
        engine.stop()


def take_pictures() -> None:
    """Take the README's pictures of the console; leave them where no browser is there."""
    if any(shutil.which(name) for name in BROWSERS):
        _run("tests.console.screenshots")
    else:
        print(f"The pictures stay as they are: none of {', '.join(BROWSERS)} is installed.", file=sys.stderr)


_RECORDINGS = {"orders": record_orders, "executions": record_executions, "pictures": take_pictures}
"""What is recorded from a running emulator: other ids and times every time, so that it cannot be checked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all that is generated, or check the pages; the exit status."""
    parser = argparse.ArgumentParser(
        prog="scripts/regenerate",
        description="Write all that is generated: pages, recorded orders and executions, pictures.",
    )
    parser.add_argument(
        "only",
        nargs="*",
        metavar="WHAT",
        help=f"some of it alone: pages, {', '.join(_RECORDINGS)} (default: all)",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 when a page is not current")
    options = parser.parse_args(arguments)
    if unknown := set(options.only) - {"pages", *_RECORDINGS}:
        parser.error(f"expected pages, {', '.join(_RECORDINGS)}, found {', '.join(sorted(unknown))}")
    if not options.only or "pages" in options.only or options.check:
        stale = {path: text for path, text in pages().items() if not path.exists() or path.read_text() != text}
        if options.check:
            return _report(sorted(path.relative_to(ROOT) for path in stale))
        for path, text in stale.items():
            path.write_text(text)
    for name, record in _RECORDINGS.items():
        if not options.only or name in options.only:
            record()
    return 0


def _report(stale: Sequence[Path]) -> int:
    for path in stale:
        print(f"{path} is not current.\nHint: run ./scripts/regenerate pages.", file=sys.stderr)
    return 1 if stale else 0


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
