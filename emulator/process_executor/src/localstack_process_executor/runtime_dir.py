"""What a function may import beside its own code: the runtime client and AWS's SDK, and what these need.

LocalStack's own packages live in the same environment and must stay invisible: a function that imports ``requests``
without packaging it has to fail here as it fails on AWS.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

_ROOTS = ("awslambdaric", "boto3")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@cache
def runtime_entries() -> dict[str, Path]:
    """Each entry of ``/var/runtime``: its name and where it is on this machine."""
    entries: dict[str, Path] = {}
    for distribution in _closure():
        for file in distribution.files or []:
            top = file.parts[0]
            if top not in {"..", "__pycache__"}:
                entries[top] = Path(str(distribution.locate_file(top)))
    return dict(sorted(entries.items()))


def _closure() -> Iterator[metadata.Distribution]:
    """The distributions of the roots and, transitively, of what they require without extras."""
    todo, done = list(_ROOTS), set[str]()
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
