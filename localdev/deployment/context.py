"""Remember the values of the CDK's context that an engine's stacks were deployed with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localdev.system import project
from localdev.system.endpoints import endpoint_port

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localdev.engines import Engine


def remembered(engine: Engine) -> tuple[str, ...]:
    """Return the context values, each ``KEY=VALUE``, that were remembered for an engine."""
    try:
        values: dict[str, str] = json.loads(_file(engine).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return ()
    return tuple(f"{key}={value}" for key, value in sorted(values.items()))


def remember(engine: Engine, given: Sequence[str]) -> tuple[str, ...]:
    """Add context values to those that are remembered, and return all; a value replaces one of the same key."""
    if not given:
        return remembered(engine)
    values = dict(each.split("=", 1) for each in [*remembered(engine), *given])
    file = _file(engine)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return remembered(engine)


def forget(engine: Engine) -> None:
    """Forget an engine's context values."""
    _file(engine).unlink(missing_ok=True)


def _file(engine: Engine) -> Path:
    place = engine.kind.name if engine.kind.is_account else str(endpoint_port(str(engine.endpoint_url)))
    return project.STATE / "context" / f"{place}.json"
