"""Kinesis without a program to download: moto's streams, in LocalStack's process.

LocalStack forwards Kinesis's requests to kinesis-mock, which it downloads with npm when the first request comes. Here
they go to moto, unless kinesis-mock is installed or ``KINESIS_ENGINE=kinesis-mock`` asks for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from localstack_corrections import model_constraints
from localstack_corrections.correction import Correction
from localstack_corrections.in_process import InProcessBackend, dispatch_in_process

SETTING = "KINESIS_ENGINE"
IN_PROCESS, KINESIS_MOCK = "in-process", "kinesis-mock"
_PACKAGE = "kinesis-local"
_MAX_RECORDS = 10_000


def is_chosen() -> bool:
    """Return whether moto serves Kinesis: by the setting, else because kinesis-mock is not installed."""
    choice = os.environ.get(SETTING, "").strip().lower()
    if choice in (IN_PROCESS, KINESIS_MOCK):
        return choice == IN_PROCESS
    return not is_installed()


def is_installed() -> bool:
    """Return whether kinesis-mock is in one of the folders LocalStack installs packages to."""
    from localstack import config

    return any(Path(folder, _PACKAGE).is_dir() for folder in (config.dirs.static_libs, config.dirs.var_libs))


def _dispatch(module: Any) -> None:
    if is_chosen():
        backend = InProcessBackend(before=model_constraints.check)
        dispatch_in_process(module, "kinesis", lambda _provider: backend)


def _read_quickly(module: Any) -> None:
    """Read a shard from its end: moto goes through all its records with each write and each poll.

    :param module: ``moto.kinesis.models``
    """
    module.Shard.get_records = _get_records
    module.Shard.get_max_sequence_number = lambda self: next(reversed(self.records), 0)
    original = module.KinesisBackend.get_shard_iterator

    def get_shard_iterator(self: Any, stream_arn: str | None, stream_name: str | None, *args: Any) -> Any:
        # the iterator holds the stream's name, which GetRecords finds it by
        name = stream_name or self.describe_stream(stream_arn=stream_arn, stream_name=None).stream_name
        return original(self, stream_arn, name, *args)

    module.KinesisBackend.get_shard_iterator = get_shard_iterator
    decompose = module.decompose_shard_iterator

    def decompose_shard_iterator(shard_iterator: str) -> Any:
        from moto.kinesis.exceptions import InvalidArgumentError

        try:
            stream, shard, number = decompose(shard_iterator)
        except ValueError as error:
            raise InvalidArgumentError("Invalid ShardIterator.") from error
        return stream, shard, number

    module.decompose_shard_iterator = decompose_shard_iterator


def _get_records(self: Any, last_sequence_id: str, limit: int | None) -> tuple[list[Any], int, int]:
    last = int(last_sequence_id)
    newer = []
    for number in reversed(self.records):
        if number <= last:
            break
        newer.append(self.records[number])
    if not newer:
        return [], last, 0
    found = newer[::-1][: limit or _MAX_RECORDS]
    return found, found[-1].sequence_number, int((newer[0].created_at - found[-1].created_at) * 1000)


IN_PROCESS_KINESIS = Correction(
    name="in-process-kinesis",
    localstack="Kinesis installs a program with npm and starts it with the first request.",
    aws="Kinesis is there; nothing is downloaded.",
    source="docs/differences.md; offline, the first request failed (LocalStack 4.14, November 2026)",
    patches={"localstack.services.providers": _dispatch, "moto.kinesis.models": _read_quickly},
)
