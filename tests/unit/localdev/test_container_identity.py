"""Which containers are an engine's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.engines.container import ContainerEngine
from localdev.engines.image import CHECKOUT_LABEL
from localdev.system import project

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Containers:
    """A Docker Engine's containers, of which it is asked."""

    def __init__(self) -> None:
        self.containers = self
        self.asked: list[str] = []

    def list(self, *, filters: dict[str, list[str]], **_options: object) -> list[object]:
        """Note which labels are asked for, and find nothing."""
        self.asked += filters["label"]
        return []


def test_an_engine_keeps_to_the_checkout_that_it_was_made_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ContainerEngine(4999)
    engine.__dict__["docker"] = docker = Containers()
    made_in = project.ROOT

    # as a test may do while the run's own emulator is watched by another thread
    monkeypatch.setattr(project, "ROOT", tmp_path)
    engine.is_up()

    assert f"{CHECKOUT_LABEL}={made_in}" in docker.asked
