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
from localdev.system.new_files import write_new_files

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_SUFFIX: Final = ".j2"
_IN_NOBODYS_WAY: Final = frozenset(
    {".git", ".venv", "venv", ".localdev", "LICENSE", ".idea", ".vscode", ".DS_Store", ".pytest_cache"}
)
"""What an empty folder may have in it."""
_TEST_OF_A_STRANGER: Final = "tests/test_deployment.py"
_FIXTURES: Final = frozenset(
    {"api", "apis", "clients", "function", "localdev_engine", "logs", "queue", "stack", "stacks", "state_machine"}
)
"""What a test takes that is about the deployed app."""
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
    to_do = left_to_do(folder, files) if options.tests else []
    if files:
        out.print(f"In {folder}:", markup=False, soft_wrap=True)
        for name in files:
            out.print(f"  + {name}", markup=False)
    elif not to_do:
        out.print("Nothing is missing.")
    for line in to_do:
        out.print(f"  ! {line}", markup=False, soft_wrap=True)
    if not files:
        return 0
    _ask(is_agreed=options.yes)
    write_new_files(folder, files)
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
    if _takes_fixtures(folder / "tests"):
        files.pop(_TEST_OF_A_STRANGER, None)
    if _workflows(folder):
        files = {name: text for name, text in files.items() if not name.startswith(".github/")}
    return files


def left_to_do(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Return what a project's own files lack for the tests to run, which is not for us to write into them."""
    lines = []
    requirements = [*folder.glob("requirements*.txt"), *folder.glob("pyproject.toml"), *folder.glob("Pipfile")]
    if "requirements-dev.txt" not in files and not _any_has(requirements, "cdk-localdev"):
        lines.append(f"requirements-dev.txt is yours: it lacks the line cdk-localdev>={__version__}")
    workflows = _workflows(folder)
    if workflows and not _any_has(workflows, "pytest"):
        lines.append(".github/workflows is yours: no workflow in it runs pytest")
    return lines


def _workflows(folder: Path) -> list[Path]:
    return list((folder / ".github" / "workflows").glob("*.y*ml"))


def _any_has(files: Iterable[Path], text: str) -> bool:
    return any(text in path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file())


def _takes_fixtures(tests: Path) -> bool:
    """Return whether a test takes one of our fixtures, and not one of the same name that the project has."""
    text = "\n".join(
        path.read_text(encoding="utf-8", errors="replace") for path in tests.rglob("*.py") if path.is_file()
    )
    signatures = re.findall(r"\bdef test\w*\(([^)]*)\)", text)
    taken = {name for signature in signatures for name in re.findall(r"\w+", signature)}
    return bool(taken & _FIXTURES - set(re.findall(r"\bdef (\w+)\(", text)))


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
