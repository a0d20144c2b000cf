"""What the README's pictures of the console were made from, so that a picture that has gone stale is noticed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from localdev.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGES: Final = ROOT / "docs" / "images"
RECORD: Final = IMAGES / "made-from.json"
COMMAND: Final = ".venv/bin/python -m tests.console.screenshots"
_SHOWN: Final = {"console": "*", "executions": "*.py", "infra": "order_workflow.py", "tests/console": "screenshots.py"}
"""What can be seen in a picture, or decides what is photographed: folders, and what of them."""
_NOT_SHOWN: Final = ("Dockerfile", "requirements")


def pictures() -> dict[str, str]:
    """Every picture that is there, and its hash."""
    return {path.name: _hash(path.read_bytes()) for path in sorted(IMAGES.glob("console*.png"))}


def made_from() -> str:
    """One hash of all that the pictures show."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(f"{path.relative_to(ROOT).as_posix()} {_hash(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def record() -> None:
    """Write down what the pictures that are there were made from: what there is now."""
    RECORD.write_text(json.dumps({"made_from": made_from(), "pictures": pictures()}, indent=2) + "\n")


def recorded() -> tuple[str, dict[str, str]]:
    """What was written down."""
    written = json.loads(RECORD.read_text())
    return written["made_from"], written["pictures"]


def _sources() -> Iterator[Path]:
    for folder, pattern in _SHOWN.items():
        for path in (ROOT / folder).rglob(pattern):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(_NOT_SHOWN):
                yield path


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
