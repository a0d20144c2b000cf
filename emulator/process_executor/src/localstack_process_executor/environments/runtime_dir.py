"""Collect what a function may import beside its code: the runtime client, AWS's SDK, and their needs.

LocalStack's own packages live in the same environment and must stay invisible: a function that imports ``requests``
without packaging it has to fail here as it fails on AWS.
"""

import contextlib
import csv
import logging
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from localstack_process_executor.environments.interpreters import OWN_VERSION

LOG = logging.getLogger(__name__)
_CLIENT, _SDK = "awslambdaric", "boto3"
_OLDEST_PYTHON = re.compile(r">=\s*3\.(\d+)")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
SANDBOX = Path(__file__).parent.parent / "sandbox"
"""The folder of the programs that run outside LocalStack's interpreter."""
BOOTSTRAP = "bootstrap.py"
"""The function's program, in the runtime folder."""


@cache
def runtime_entries(version: str = OWN_VERSION) -> dict[str, Path]:
    """Return each entry of ``/var/runtime`` for a Python version: its name and where it is on this machine.

    The runtime client has a native half, ``runtime_client``, built for LocalStack's own Python only; any other gets
    ours, which speaks to the same API in plain Python.
    """
    entries: dict[str, Path] = {}
    for distribution in {each.name: each for root in _roots(version) for each in _closure(root)}.values():
        for name in _top_level(distribution) - {"..", "__pycache__"}:
            path = Path(str(distribution.locate_file(name)))
            if path.exists():
                entries[name] = path
    if version != OWN_VERSION:
        entries = {name: path for name, path in entries.items() if not name.endswith(".so")}
        entries["runtime_client.py"] = SANDBOX / "plain_runtime_client.py"
    entries[BOOTSTRAP] = SANDBOX / BOOTSTRAP
    return dict(sorted(entries.items()))


def _top_level(distribution: metadata.Distribution) -> set[str]:
    """Return the names of what has been installed, without what is below them.

    ``distribution.files`` looks whether each file is there: for the SDK two thousand, a tenth of a second while the
    stack is being deployed.
    """
    record = distribution.read_text("RECORD")
    files = (row[0] for row in csv.reader(record.splitlines())) if record else map(str, distribution.files or [])
    return {file.partition("/")[0] for file in files}


def _roots(version: str) -> list[str]:
    """Return what a Python gets: AWS's client, the SDK where that runs on it, and debugpy where it is there."""
    roots = [_CLIENT]
    if all(_runs_on(version, each) for each in _closure(_SDK)):
        roots.append(_SDK)
    else:
        LOG.warning(
            "The SDK of this LocalStack does not run on Python %s: its functions have no boto3. "
            "Hint: put an older one into the package (pip install --target FOLDER 'boto3<1.43' 'urllib3<2').",
            version,
        )
    with contextlib.suppress(metadata.PackageNotFoundError):
        roots.append(metadata.distribution("debugpy").metadata["Name"])
    return roots


def _runs_on(version: str, distribution: metadata.Distribution) -> bool:
    """Return whether a distribution says that it runs on this Python."""
    oldest = _OLDEST_PYTHON.search(distribution.metadata.get("Requires-Python", ""))
    return not oldest or int(version.partition(".")[2]) >= int(oldest[1])


def _closure(root: str) -> Iterator[metadata.Distribution]:
    """Yield a distribution and, transitively, what it requires without extras."""
    todo, done = [root], set[str]()
    while todo:
        name = todo.pop()
        if name in done:
            continue
        done.add(name)
        distribution = metadata.distribution(name)
        yield distribution
        for requirement in distribution.requires or []:
            match = _NAME.match(requirement)
            if match and "extra ==" not in requirement:
                todo.append(match[0])
