"""Pollers of a table's stream are woken by what DynamoDB in this process writes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb import in_process, stream_records
from localstack_corrections.lambda_ import woken_pollers
from localstack_corrections.lambda_.woken_pollers import WOKEN_POLLERS, Interruptible

if TYPE_CHECKING:
    import pytest

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
TABLES = "moto.dynamodb.models.table"


class Poller(Interruptible):
    """What a poller waits for; it counts how often it was woken."""

    def __init__(self) -> None:
        """Create one that was never woken."""
        super().__init__()
        self.wakes = 0

    def wake(self) -> None:
        """Count."""
        self.wakes += 1


def test_a_record_of_a_tables_stream_wakes_its_pollers_though_its_class_was_replaced_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Shard(stream_records.StreamShard):
        def __init__(self) -> None:
            self.table = SimpleNamespace(table_arn=TABLE)
            self.label = "2026-11-29T00:00:00.000"

        def add(self, old: Any, new: Any, *, expired: bool = False) -> None:
            del old, new, expired

    monkeypatch.setenv(in_process.SETTING, in_process.IN_PROCESS)
    monkeypatch.setattr(stream_records, "StreamShard", Shard)
    monkeypatch.setattr(woken_pollers, "_WOKEN_SERVICES", set())
    poller = Poller()
    woken_pollers._WAITING[f"{TABLE}/stream/2026-11-29T00:00:00.000"].add(poller)
    motos: Any = SimpleNamespace(StreamShard=SimpleNamespace(add=lambda *_: None), Table=SimpleNamespace)
    WOKEN_POLLERS.patches[TABLES](motos)

    Shard().add(None, {})

    assert poller.wakes == 1
