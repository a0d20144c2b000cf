"""Read a file of botocore's once.

LocalStack makes many sessions of boto3, each of which reads the same files: at the start of an emulator and the first
deployment the megabyte that lists all endpoints seventeen times, and every service's description three times. What is
read is never changed: one session's clients share it, too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType

_FILES = 128


def _read_once(module: ModuleType) -> None:
    file_loader = module.JSONFileLoader()
    builtin = module.Loader.BUILTIN_DATA_PATH

    @lru_cache(_FILES)
    def read(path: str) -> Any:
        return released(file_loader, path)

    def load_file(self: Any, file_path: str) -> Any:
        return read(file_path) if file_path.startswith(builtin) else released(self, file_path)

    released = module.JSONFileLoader.load_file
    module.JSONFileLoader.load_file = load_file


ADJUSTMENT = Adjustment("botocore-data", {"botocore.loaders": _read_once})
