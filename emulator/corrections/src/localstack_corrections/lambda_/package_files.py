"""Packages of functions and layers that reach nothing outside their folder."""

from __future__ import annotations

import io
import re
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_NAME = re.compile(r"[a-zA-Z0-9-_:]+")
"""A part of the archive's path: the name of a function or a layer."""
_UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."


def _refuse_on_upload(module: ModuleType) -> None:
    store: Callable[..., Any] = module.store_lambda_archive

    @wraps(store)
    def store_checked(archive_file: bytes, function_name: str, region_name: str, account_id: str) -> Any:
        import logging
        import zipfile

        from localstack_corrections.lambda_ import archive_files

        if not _NAME.fullmatch(function_name):
            raise module.InvalidParameterValueException(f"Invalid name: {function_name[:140]!r}", Type="User")
        try:
            if module.is_zip_file(archive_file):
                archive_files.check(io.BytesIO(archive_file))
        except (archive_files.UnsafeArchiveError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            logging.getLogger(__name__).warning("The package of %s is refused: %s", function_name, error)
            raise module.InvalidParameterValueException(f"{_UNREADABLE} Reason: {error}.", Type="User") from error
        return store(archive_file, function_name, region_name, account_id)

    module.store_lambda_archive = store_checked  # type: ignore[attr-defined]


def _extract_inside(module: ModuleType) -> None:
    def unzip(path: str, target_dir: str, overwrite: bool = True) -> None:
        del overwrite
        from localstack_corrections.lambda_ import archive_files

        archive_files.extract(path, target_dir)

    module.unzip = unzip  # type: ignore[attr-defined]
    # every file has its mode since it was written
    module.chmod_r = lambda _path, _mode: None  # type: ignore[attr-defined]


PACKAGE_FILES = Correction(
    "package-files",
    "Unpacks a package through the links in it, changes modes outside its folder, makes every file executable, and "
    "takes a path for a layer's name.",
    "Refuses a package whose entries or links lead out of it; unpacks any other inside its folder, its execute "
    "bits kept.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html (InvalidParameterValueException)",
    {
        "localstack.services.lambda_.invocation.lambda_service": _refuse_on_upload,
        "localstack.services.lambda_.invocation.lambda_models": _extract_inside,
    },
)
