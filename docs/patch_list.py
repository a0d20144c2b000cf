"""Write ``docs/patches.md``: which modules of LocalStack are patched, by what and in which order."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from localdev.system.project import EMULATOR, EMULATOR_PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROGRAM = """
import json
from localstack_corrections.plugin import SERVICES
from localstack_process_executor.patches.service_patches import PATCHES
from localstack_rehearsals.patches import patched_modules
from localstack_rehearsals.record.control import patched_modules as recorded_modules
from localstack_tuning.registry import Phase, adjustments
print(json.dumps({
    "corrections": [[c.name, list(c.patches)] for service in SERVICES for c in service.CORRECTIONS],
    "executor": [[p.__module__.rpartition(".")[2], p.__name__, (p.__doc__ or "").splitlines()[0]] for p in PATCHES],
    **{phase: [[a.name, list(a.changes)] for a in adjustments(phase)] for phase in Phase},
    "rehearsals": patched_modules(),
    "record": recorded_modules(),
}))
"""
"""Run in LocalStack's environment: what is listed there is what applies."""
_BEGIN = """# Patches

LocalStack is patched while it runs; no file of it is changed. A patch of a module runs right after LocalStack has
imported it. Among the patches of one module the order is that of this page. Written by `./scripts/regenerate`.
"""


def page() -> str:
    """Return the page."""
    output = subprocess.run([EMULATOR_PYTHON, "-c", _PROGRAM], capture_output=True, text=True, check=True).stdout
    found = json.loads(output.splitlines()[-1])
    executor = ((f"`{module}.{name}`", text) for module, name, text in found["executor"])
    parts = (
        ("1. At the creation of the runtime: `localstack_tuning`", _modules(found["on_runtime_create"])),
        ("2. Before the first service is loaded: `localstack_corrections`", _modules(found["corrections"])),
        ("3. After these: `localstack_tuning`", _modules(found["on_infra_start"])),
        ("4. After these, for the record of traces: `localstack_rehearsals`", _modules(found["record"])),
        ("5. After these: the scripts of `emulator/start.d`", _table(("script", "what it does"), _scripts())),
        ("6. With the first function: `localstack_process_executor`", _table(("patch", "what it does"), executor)),
        ("7. With the first mock, fault or clock of a test: `localstack_rehearsals`", _modules(found["rehearsals"])),
    )
    return _BEGIN + "".join(f"\n## {title}\n\n{table}\n" for title, table in parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def _modules(patches: Iterable[tuple[str, list[str]]]) -> str:
    """Return a table of patches by name and the modules that each of them changes."""
    rows = ((f"`{name}`", "<br>".join(f"`{module}`" for module in modules) or "none") for name, modules in patches)
    return _table(("name", "modules"), rows)


def _scripts() -> Iterable[tuple[str, str]]:
    for path in sorted((EMULATOR / "start.d").glob("*.py")):
        yield f"`{path.name}`", path.read_text().removeprefix('"""').splitlines()[0].removesuffix('"""')


if __name__ == "__main__":
    (ROOT / "docs" / "patches.md").write_text(page())
