"""Remember the templates that were deployed from this project: what each is made from, for what looks at it later."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from localdev.system import project

_SUFFIX: Final = ".json"


@dataclass(frozen=True)
class Source:
    """A file or folder that a template names."""

    path: str
    logical_id: str
    type: str

    @property
    def place(self) -> Path:
        """Where it is."""
        return Path(self.path)


def remember(stack: str, sources: list[Source]) -> None:
    """Remember what the template of a stack is made from."""
    file = _folder() / f"{stack}{_SUFFIX}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(each) for each in sources], indent=2) + "\n", encoding="utf-8")


def sources_of(stack: str) -> list[Source]:
    """Return what the template of a stack is made from, as it was deployed last; nothing where it never was."""
    try:
        found = json.loads((_folder() / f"{stack}{_SUFFIX}").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Source(**each) for each in found]


def stack_names() -> frozenset[str]:
    """Return the names of the stacks whose templates were deployed from this project."""
    return frozenset(file.name.removesuffix(_SUFFIX) for file in _folder().glob(f"*{_SUFFIX}"))


def _folder() -> Path:
    return project.STATE / "templates"
