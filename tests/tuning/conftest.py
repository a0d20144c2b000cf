"""LocalStack as it is released and LocalStack with our adjustments, side by side."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localdev import cdk
from localdev.engines import EmbeddedEngine
from localdev.processes import free_port
from localdev.project import EMULATOR_PYTHON
from tests.tuning.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AS_RELEASED = {"TUNING": "0", "GATEWAY_SERVER": "twisted"}
_FOLDER = Path(__file__).parent / "in_localstack"


@pytest.fixture(scope="session")
def run_in_localstack() -> Callable[[str], Any]:
    """Run a script of ``in_localstack/`` in LocalStack's environment; the JSON it prints."""

    def run(script: str) -> Any:
        result = subprocess.run(
            [EMULATOR_PYTHON, _FOLDER / script], capture_output=True, text=True, check=False, timeout=60
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, EmbeddedEngine]]:
    """One emulator without any adjustment and one with all of them, the stack on both."""
    engines = {
        "released": EmbeddedEngine(free_port(), ends_with_us=True, settings=_AS_RELEASED),
        "adjusted": EmbeddedEngine(free_port(), ends_with_us=True),
    }
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(EmbeddedEngine.start, engines.values()))
        yield engines
    finally:
        for engine in engines.values():
            engine.stop()


@pytest.fixture(scope="session")
def sessions(engines: dict[str, EmbeddedEngine], tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Session]:
    """The same orders, placed on both."""
    assembly = cdk.synthesize(output=tmp_path_factory.mktemp("cdk.out"))
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda engine: cdk.deploy(engine, assembly), engines.values()))
        released, adjusted = pool.map(Session, engines.values())
    return released, adjusted
