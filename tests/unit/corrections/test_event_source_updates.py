"""An update of an event source mapping is over when its function reads from the source again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localstack_corrections.cloudformation.resources import lambda_


class _Lambda:
    """The service, with a mapping that goes through some states."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def update_event_source_mapping(self, **settings: Any) -> None:
        """Begin the update."""
        assert settings == {"UUID": "id", "BatchSize": 2}

    def get_event_source_mapping(self, **_: Any) -> dict[str, str]:
        """Return the next state."""
        return {"State": self.states.pop(0)}


@pytest.mark.parametrize(
    ("enabled", "states"),
    [
        ({}, ["Updating", "Disabled", "Enabled"]),
        ({"Enabled": "true"}, ["Disabled", "Enabled"]),
        ({"Enabled": False}, ["Enabled", "Disabling", "Disabled"]),
        ({"Enabled": "false"}, ["Enabled", "Disabled"]),
    ],
)
def test_an_update_waits_for_the_state_that_the_template_wants(enabled: dict[str, Any], states: list[str]) -> None:
    service = _Lambda(*states, "read too often")
    change: Any = SimpleNamespace(
        after={"Id": "id", "BatchSize": 2, **enabled},
        changed=lambda name: name == "BatchSize",
        client=lambda _: service,
    )

    lambda_.event_source_mapping(change)

    assert service.states == ["read too often"]
