"""Projects of strangers."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.examples.projects import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.examples.strangers import Stranger


@pytest.fixture
def project_of(stranger: Stranger, request: pytest.FixtureRequest) -> Iterator[Callable[..., Project]]:
    """Make a project of files, given by their paths; what is up in its folder ends with the test."""
    made: list[Project] = []

    def make(**files: str) -> Project:
        project = Project(stranger, stranger.app / f"{request.node.name[:40]} ü {len(list(stranger.app.iterdir()))}")
        project.folder.mkdir()
        made.append(project)
        for name, text in files.items():
            path = project.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return project

    yield make
    for project in made:
        project.localdev("down")
