"""Which engines the integration tests run on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from localdev.engines import docker_engine
from localdev.system.errors import LocaldevError
from tests.integration.conftest import pytest_localdev_engines


@pytest.mark.parametrize("answers", [True, False])
def test_docker_is_asked_once_for_all_tests(monkeypatch: pytest.MonkeyPatch, *, answers: bool) -> None:
    asked: list[bool] = []

    def connect() -> SimpleNamespace:
        asked.append(answers)
        if not answers:
            raise LocaldevError("No Docker Engine answers.")
        return SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(docker_engine, "connect", connect)
    config = cast(pytest.Config, SimpleNamespace(stash=pytest.Stash()))

    found = [pytest_localdev_engines(config) for _ in range(3)]

    assert found == [["embedded", "container"] if answers else ["embedded"]] * 3
    assert len(asked) == 1
