"""``init``: a new project, or tests for one that is there."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localdev import __version__
from localdev.commands.base import Command
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_SUFFIX: Final = ".j2"
_IN_NOBODYS_WAY: Final = frozenset(
    {".git", ".venv", "venv", ".localdev", "LICENSE", ".idea", ".vscode", ".DS_Store", ".pytest_cache"}
)
"""What an empty folder may have in it."""
_TEST_OF_A_STRANGER: Final = "tests/test_deployment.py"
_NEXT: Final = """
Next:
  pip install -r requirements.txt -r requirements-dev.txt
  localdev up
  pytest"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tests", action="store_true", help="add tests to the project that is there, and nothing else")
    parser.add_argument("--name", help="the stack's name (default: the folder's)")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _run(options: argparse.Namespace) -> int:
    from localdev.commands.terminal import out

    folder = Path.cwd()
    files = files_for_tests(folder) if options.tests else files_for_project(folder, options.name)
    if not files:
        out.print("Nothing is missing.")
        return 0
    out.print(f"In {folder}:", markup=False, soft_wrap=True)
    for name in files:
        out.print(f"  + {name}", markup=False)
    _ask(is_agreed=options.yes)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:  # never over what somebody has made meanwhile
            file.write(text)
    out.print(_NEXT if not options.tests else "\nNext:\n  pip install -r requirements-dev.txt\n  pytest", markup=False)
    return 0


def files_for_project(folder: Path, name: str | None = None) -> dict[str, str]:
    """Return the files of a new project, by their path; ``name`` is its stack's.

    :raises LocaldevError: the folder is not empty, or the name is none that a stack can have.
    """
    there = sorted(path.name for path in folder.iterdir() if path.name not in _IN_NOBODYS_WAY)
    if there:
        raise LocaldevError(
            f"{folder} is not empty: it has {', '.join(there[:5])}{' and more' if len(there) > 5 else ''}.",
            "make a project in an empty folder; in one that has an app 'localdev init --tests' adds tests.",
        )
    named = name or _name_of(folder)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", named):
        raise LocaldevError(f"{named!r} is no name of a stack.", "use letters, digits and hyphens, a letter first.")
    values = {"name": named, "version": __version__, "requirements": True, "node": False}
    files = {**_rendered("project", values), **_rendered("tests", values)}
    del files[_TEST_OF_A_STRANGER]
    return dict(sorted(files.items()))


def files_for_tests(folder: Path) -> dict[str, str]:
    """Return the files that tests of an app need and that the folder does not have, by their path.

    :raises LocaldevError: there is no CDK app.
    """
    if not (folder / "cdk.json").is_file():
        raise LocaldevError(f"There is no cdk.json in {folder}.", "run it in the folder of a CDK app.")
    values = {
        "version": __version__,
        "requirements": (folder / "requirements.txt").is_file(),
        "node": (folder / "package-lock.json").is_file(),
    }
    files = {name: text for name, text in _rendered("tests", values).items() if not (folder / name).exists()}
    if any((folder / "tests").glob("**/test_*.py")):
        files.pop(_TEST_OF_A_STRANGER, None)
    if any((folder / ".github" / "workflows").glob("*.y*ml")):
        files = {name: text for name, text in files.items() if not name.startswith(".github/")}
    return files


def _rendered(kind: str, values: Mapping[str, object]) -> dict[str, str]:
    import jinja2

    folder = _TEMPLATES / kind
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it is no HTML
    )
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*{_SUFFIX}"))
    return {name.removesuffix(_SUFFIX): environment.get_template(name).render(values) for name in names}


def _name_of(folder: Path) -> str:
    # letters without what is above and below them: "Jürgen" is "Jurgen", as a stack may be called
    plain = "".join(each for each in unicodedata.normalize("NFKD", folder.name) if not unicodedata.combining(each))
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lstrip("0123456789-") or "app"


def _ask(*, is_agreed: bool) -> None:
    """Ask whether to go on. :raises LocaldevError: the answer is no, or nobody is there to give one."""
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise LocaldevError("Nothing was written: nobody can be asked.", "say so with --yes.")
    if input("Write them? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise LocaldevError("Nothing was written.")


COMMAND = Command(
    "Start a project: write a small app with tests into an empty folder, or --tests into a project.",
    _run,
    _add_arguments,
    uses_engine=False,
)
