"""LocalStack as it is released and LocalStack with our adjustments, side by side."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment import assemblies, cdk
from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.project import EMULATOR_PYTHON
from tests.tuning.mixtures import AS_RELEASED, adjustments_of, mixtures, settings
from tests.tuning.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.tuning.session import Aspect

_AS_RELEASED = {"TUNING": "0"} | settings(AS_RELEASED)
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
    """Provide one emulator without any adjustment and one with all of them, the stack on both."""
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
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide the synthesised app; a copy, since of those that are kept the oldest go."""
    return shutil.copytree(assemblies.assembly(), tmp_path_factory.mktemp("assembly") / "cdk.out")


@pytest.fixture(scope="session")
def sessions(engines: dict[str, EmbeddedEngine], assembly: Path) -> tuple[Session, Session]:
    """Provide the same orders, placed on both."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda engine: cdk.deploy(engine, assembly), engines.values()))
        released, adjusted = pool.map(Session, engines.values())
    return released, adjusted


@pytest.fixture(scope="session")
def applied(engines: dict[str, EmbeddedEngine]) -> frozenset[str]:
    """Provide the adjustments of the plugin's list, as LocalStack says them at its start."""
    return adjustments_of(engines["adjusted"])


@pytest.fixture(scope="session")
def mixed(applied: frozenset[str], assembly: Path) -> Mapping[frozenset[str], Mapping[Aspect, Any]]:
    """Place the same orders on emulators with some adjustments, by what is switched off; see ``mixtures``."""
    # LocalStack's start is work for one core, so as many at once as there are: they would only wait for each other
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = pool.map(lambda off: (off, _seen_without(off, applied, assembly)), mixtures({*applied, *AS_RELEASED}))
        return dict(seen)


def _seen_without(off: frozenset[str], applied: frozenset[str], assembly: Path) -> Mapping[Aspect, Any]:
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings(off))
    try:
        engine.start()
        assert adjustments_of(engine) == applied - off
        cdk.deploy(engine, assembly)
        return Session(engine).seen()
    finally:
        engine.stop()
