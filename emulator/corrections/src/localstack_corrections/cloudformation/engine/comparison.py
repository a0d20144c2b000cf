"""The comparison of two templates sees an intrinsic function whose arguments alone differ."""

from __future__ import annotations

from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import ChangeSetModel, ChangeType

_BLIND = ("fn_get_att", "fn_if")
"""Functions of which LocalStack compares what the old arguments name, and not the arguments themselves."""


def see_other_arguments() -> None:
    """Let another resource of ``Fn::GetAtt``, or another condition of ``Fn::If``, count as a change."""
    for name in _BLIND:
        _see_other_arguments(f"_resolve_intrinsic_function_{name}")


def _see_other_arguments(name: str) -> None:
    released = getattr(ChangeSetModel, name)

    def resolve(self: Any, arguments: Any) -> Any:
        found = released(self, arguments)
        if found != ChangeType.UNCHANGED or arguments.change_type == ChangeType.UNCHANGED:
            return found
        return ChangeType.MODIFIED

    setattr(ChangeSetModel, name, resolve)
