"""Which batch of a stream an update of its event source mapping leaves to what reads on."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import pytest

from localstack_corrections.lambda_.kept_positions import KEPT_POSITIONS

RECORD = {"data": "poison"}


class Processor:
    """Fails, or not, attempt by attempt; the mapping is updated while it works on the last one."""

    def __init__(self, outcomes: list[bool], update: threading.Event) -> None:
        self._outcomes = outcomes
        self._update = update

    def process_events_batch(self, _events: object) -> None:
        """Process a batch once."""
        succeeds = self._outcomes.pop(0)
        if not self._outcomes:
            self._update.set()
        if not succeeds:
            raise ValueError("poison")


class StreamPoller:
    """Tries a batch until it succeeds or the mapping is updated, as LocalStack's does."""

    def __init__(self, outcomes: list[bool]) -> None:
        self._is_shutdown = threading.Event()
        self.processor: Any = Processor(outcomes, self._is_shutdown)

    def forward_events_to_target(self, _shard_id: str, records: list[dict[str, str]]) -> None:
        """Try a batch."""
        while True:
            try:
                self.processor.process_events_batch(records)
            except ValueError:
                if not self._is_shutdown.is_set():
                    continue
            return


@pytest.mark.parametrize(("outcomes", "kept"), [([True], []), ([False, True], []), ([False], [RECORD])])
def test_a_batch_is_left_to_the_next_reader_where_its_last_attempt_has_failed(
    outcomes: list[bool], kept: list[dict[str, str]]
) -> None:
    module = ModuleType("stream_poller")
    poller_class = type("Poller", (StreamPoller,), {})
    module.StreamPoller = poller_class  # type: ignore[attr-defined]
    (patch,) = [each for name, each in KEPT_POSITIONS.patches.items() if name.endswith(".stream_poller")]
    patch(module)
    poller: Any = poller_class(outcomes)

    poller.forward_events_to_target("shard", [RECORD])

    assert getattr(poller, "unfinished", {}).get("shard", []) == kept
