"""Read a file of botocore's once, and list its services once.

LocalStack makes many sessions of boto3, each of which reads the same files: at the start of an emulator and the first
deployment the megabyte that lists all endpoints seventeen times, and every service's description three times; and each
looks into four hundred folders for what services there are. What is read is never changed: one session's clients share
it, too.
"""

from __future__ import annotations

from functools import cache, lru_cache
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


def _list_once(module: ModuleType) -> None:
    loader = module.Loader
    builtin = loader.BUILTIN_DATA_PATH
    released = loader.list_available_services

    def in_folders(folders: list[str], type_name: str) -> tuple[str, ...]:
        return tuple(released(loader(extra_search_paths=folders, include_default_search_paths=False), type_name))

    @cache
    def of_botocore(type_name: str) -> tuple[str, ...]:
        return in_folders([builtin], type_name)

    def list_available_services(self: Any, type_name: str) -> list[str]:
        if builtin not in self.search_paths:
            return released(self, type_name)  # type: ignore[no-any-return]
        # a person's own folder may come, go and change
        others = in_folders([folder for folder in self.search_paths if folder != builtin], type_name)
        return sorted({*of_botocore(type_name), *others})

    loader.list_available_services = list_available_services


def _change(module: ModuleType) -> None:
    _read_once(module)
    _list_once(module)


ADJUSTMENT = Adjustment("botocore-data", {"botocore.loaders": _change})
