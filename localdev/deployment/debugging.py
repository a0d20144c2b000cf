"""Let a debugger attach to deployed functions."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from localdev.deployment.resources import FUNCTION, find_resource, resources_of
from localdev.engines.embedded import EmbeddedEngine
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from localdev.system.debugged import Debugged

_UPDATE_SECONDS: Final = 30.0


def check(engine: Engine, debugged: Sequence[Debugged]) -> None:
    """Check that functions of an engine can be debugged, before it is started.

    :raises LocaldevError: the engine runs them elsewhere, or two are to have one port.
    """
    if not isinstance(engine, EmbeddedEngine):
        raise LocaldevError(
            f"--debug is not for --engine {engine.kind.name}: its functions do not run beside this machine's editor.",
            "use --engine embedded.",
        )
    ports = [each.port for each in debugged]
    for each in debugged:
        if ports.count(each.port) > 1:
            raise LocaldevError(
                f"Two functions are to be debugged at port {each.port}.", f"give each its own: {each.name}:5679."
            )


def require_debugger(function: str, runtime: str) -> None:
    """Check that there is a debugger for functions of a runtime; that of Node.js is a part of it.

    :raises LocaldevError: there is none.
    """
    if runtime.startswith("nodejs"):
        return
    if not runtime.startswith("python"):
        raise LocaldevError(
            f"{function} cannot be debugged: its runtime is {runtime or 'an image'}.",
            "--debug is for functions in Python and Node.js.",
        )
    program = "import importlib.util as u, sys; sys.exit(not u.find_spec('debugpy'))"
    if subprocess.run([project.EMULATOR_PYTHON, "-c", program], check=False).returncode:
        raise LocaldevError(
            "A function in Python is debugged with debugpy, and the emulator's environment has none.",
            f"install it: '{project.APP_PYTHON}' -m pip --python '{project.EMULATOR_PYTHON}' install debugpy",
        )


def let_debug(engine: EmbeddedEngine, stacks: Iterable[str], debugged: Sequence[Debugged]) -> list[str]:
    """Let each of these functions wait for a debugger from its next invocation on; return their names.

    :raises LocaldevError: no function of these stacks is called so.
    """
    clients = engine.clients()
    found = _functions(clients, stacks, debugged)
    lines = [f"{resource.name}:{each.port}:wait\n" for resource, each in zip(found, debugged, strict=True)]
    engine.debug_file.write_text("".join(lines), encoding="utf-8")
    for resource in found:
        _start_anew(clients, resource)
    return [resource.label() for resource in found]


def require_debuggers(engine: EmbeddedEngine, stacks: Iterable[str], debugged: Sequence[Debugged]) -> None:
    """Check that there is a debugger for each of these functions.

    :raises LocaldevError: no function of these stacks is called so, or there is no debugger for its runtime.
    """
    clients = engine.clients()
    for resource in _functions(clients, stacks, debugged):
        require_debugger(resource.label(), _runtime(clients, resource))


def _functions(clients: Clients, stacks: Iterable[str], debugged: Sequence[Debugged]) -> list[Resource]:
    resources = [resource for stack in stacks for resource in resources_of(clients, stack)]
    return [find_resource(resources, each.name, [FUNCTION], what="function") for each in debugged]


def _runtime(clients: Clients, function: Resource) -> str:
    return clients.client("lambda").get_function_configuration(FunctionName=function.name).get("Runtime", "")


def _start_anew(clients: Clients, function: Resource) -> None:
    """End what runs of a function: it was started without a debugger."""
    client = clients.client("lambda")
    timeout = client.get_function_configuration(FunctionName=function.name)["Timeout"]
    client.update_function_configuration(FunctionName=function.name, Timeout=timeout)

    def updated() -> bool | None:
        configuration = client.get_function_configuration(FunctionName=function.name)
        return configuration["LastUpdateStatus"] != "InProgress" or None

    wait_until(updated, what=f"the update of {function.name}", seconds=_UPDATE_SECONDS)
