"""Transitions: every target exists, every state is one, and some state ends the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.validation.diagnostics import NO_END, TARGET, Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator


def transitions(scope: dict[str, Any], location: str = "") -> Iterator[Diagnostic]:
    """Check the machine, a branch or an item processor, and all within it."""
    states = _states(scope)
    if states is None:
        return
    targets = [*_start(scope), *_targets(states)]
    for target, place, _ in targets:
        if target not in states:
            yield Diagnostic(TARGET, f"Missing 'Next' target: {target}", location + place)
    if any(map(_ends, states.values())):
        # AWS looks for states that nothing leads to only in a machine that can end
        reached = {target for target, _, source in targets if target != source}
        for name in [name for name in states if name not in reached]:
            yield Diagnostic(TARGET, f'State "{name}" is not reachable.', f"{location}/States/{name}")
    else:
        yield Diagnostic(NO_END, "Workflow has no terminal state")
    for name, state in states.items():
        for inner, place in scopes_of(state):
            yield from transitions(inner, f"{location}/States/{name}{place}")


def _ends(state: dict[str, Any]) -> bool:
    return state.get("End") is True or state.get("Type") in ("Succeed", "Fail")


def _states(scope: Any) -> dict[str, dict[str, Any]] | None:
    """Return the states that are objects; what is wrong with the others is said elsewhere."""
    found = scope.get("States") if isinstance(scope, dict) else None
    if not isinstance(found, dict):
        return None
    return {name: state for name, state in found.items() if isinstance(state, dict)}


def _start(scope: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    if isinstance(scope.get("StartAt"), str):
        yield scope["StartAt"], "/StartAt", None


def _targets(states: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    for name, state in states.items():
        place = f"/States/{name}"
        for field in ("Next", "Default"):
            if isinstance(state.get(field), str):
                yield state[field], f"{place}/{field}", name
        for field in ("Choices", "Catch"):
            for index, item in enumerate(_list(state.get(field))):
                if isinstance(item, dict) and isinstance(item.get("Next"), str):
                    yield item["Next"], f"{place}/{field}[{index}]/Next", name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def scopes_of(state: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Return what a state runs inside itself, with its place."""
    for index, branch in enumerate(_list(state.get("Branches"))):
        yield branch, f"/Branches[{index}]"
    for name in ("ItemProcessor", "Iterator"):
        if name in state:
            yield state[name], f"/{name}"
