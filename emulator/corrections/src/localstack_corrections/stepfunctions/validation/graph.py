"""Transitions: every target exists, every state is one, and some state ends the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.validation.diagnostics import NO_END, TARGET, Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator


def transitions(scope: dict[str, Any], location: str = "") -> Iterator[Diagnostic]:
    """Check the machine, a branch or an item processor, and all within it."""
    states: dict[str, Any] = scope["States"]
    targets = [(scope["StartAt"], "/StartAt", None), *_targets(states)]
    for target, place, _ in targets:
        if target not in states:
            yield Diagnostic(TARGET, f"Missing 'Next' target: {target}", location + place)
    if not any(state.get("End") is True or state["Type"] in ("Succeed", "Fail") for state in states.values()):
        # AWS looks for states that nothing leads to only in a machine that can end
        yield Diagnostic(NO_END, "Workflow has no terminal state")
    else:
        reached = {target for target, _, source in targets if target != source}
        for name in states:
            if name not in reached:
                yield Diagnostic(TARGET, f'State "{name}" is not reachable.', f"{location}/States/{name}")
    for name, state in states.items():
        for inner, place in scopes_of(state):
            yield from transitions(inner, f"{location}/States/{name}{place}")


def _targets(states: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    for name, state in states.items():
        place = f"/States/{name}"
        for field in ("Next", "Default"):
            if field in state:
                yield state[field], f"{place}/{field}", name
        for field in ("Choices", "Catch"):
            for index, item in enumerate(state.get(field, ())):
                yield item["Next"], f"{place}/{field}[{index}]/Next", name


def scopes_of(state: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Return what a state runs inside itself, with its place."""
    for index, branch in enumerate(state.get("Branches", ())):
        yield branch, f"/Branches[{index}]"
    for name in ("ItemProcessor", "Iterator"):
        if name in state:
            yield state[name], f"/{name}"
