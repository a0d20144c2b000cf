"""One emulator for all workers of pytest-xdist: the first that needs it starts it, their controller stops it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localdev.engines.registry import ENGINES, Options
from localdev.system.endpoints import endpoint_port
from localdev.system.file_lock import exclusive
from localdev.system.processes import ENDS_WITH
from localdev.testing.deploying import destroy_all_but, stacks_there_now
from localdev.testing.engines import start_for_tests
from localdev.testing.found import was_found

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines import Engine
    from localdev.testing.deployables import Source

_ENGINE: Final = "engine.json"
_DEPLOYED: Final = "deployed"
_BEFORE: Final = "stacks-before.json"


class Shared:
    """Knowledge that the workers of one run share: files in a folder of the run."""

    def __init__(self, folder: str, controller: int) -> None:
        self._folder = Path(folder)
        self._controller = controller

    def engine(
        self, name: str, endpoint_url: str | None, stack_name: str | None, *, keep: bool, is_found: bool = True
    ) -> Engine:
        """Return the engine of all workers, started by the first. :raises LocaldevError: it could not be started."""
        file = self._place(name) / _ENGINE
        with exclusive(file.with_suffix(".lock")):
            if file.exists():
                return _engine(json.loads(file.read_text(encoding="utf-8")))
            # it outlives this worker, and ends with the process that runs all of them at the latest
            if not keep:
                os.environ.setdefault(ENDS_WITH, str(self._controller))
            engine = start_for_tests(name, endpoint_url, stack_name, keep=True, is_found=is_found)
            if not was_found(engine):
                file.write_text(json.dumps(_described(engine)), encoding="utf-8")
            return engine

    def deploy(self, engine: Engine, source: Source) -> None:
        """Deploy the stacks, unless another worker has. :raises LocaldevError: they could not be deployed."""
        if was_found(engine):
            return
        marker = self._place(engine.kind.name) / _DEPLOYED
        with exclusive(marker.with_suffix(".lock")):
            if not marker.exists():
                before = marker.with_name(_BEFORE)
                if not before.exists():
                    before.write_text(json.dumps(stacks_there_now(engine, source)), encoding="utf-8")
                source.deploy(engine)
                marker.touch()

    def end(self, source: Callable[[], Source], *, keep: bool) -> None:
        """Stop what was started, and remove what would outlive the run, unless it is to be kept."""
        for file in self._folder.glob(f"*/{_ENGINE}"):
            engine = _engine(json.loads(file.read_text(encoding="utf-8")))
            if keep:
                continue
            if engine.kind.ends_with_us:
                engine.stop()
            elif (before := file.with_name(_BEFORE)).exists():
                destroy_all_but(engine, source(), json.loads(before.read_text(encoding="utf-8")))

    def _place(self, engine: str) -> Path:
        place = self._folder / engine
        place.mkdir(parents=True, exist_ok=True)
        return place


def _described(engine: Engine) -> dict[str, Any]:
    return {"kind": engine.kind.name, "endpoint_url": engine.endpoint_url, "stack_name": engine.stack_name}


def _engine(described: dict[str, Any]) -> Engine:
    kind, endpoint = ENGINES[described["kind"]], described["endpoint_url"]
    if kind.ends_with_us:
        return kind.make(Options(port=endpoint_port(endpoint)))
    if kind.is_account:
        return kind.make(Options(stack_name=described["stack_name"]))
    return kind.make(Options(endpoint_url=endpoint, stack_name=described["stack_name"]))
