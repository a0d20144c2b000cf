"""Zip files without the program ``zip``, where there is none."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType


def _use_python(module: ModuleType) -> None:
    if shutil.which("zip"):
        return

    def create_zip_file(source_path: str, base_dir: str, zip_file: str) -> None:
        del source_path
        from localstack.utils.archives import create_zip_file_python

        create_zip_file_python(base_dir=base_dir, zip_file=zip_file)

    module.create_zip_file_cli = create_zip_file  # type: ignore[attr-defined]


ZIP_FILES = Correction(
    "zip-files",
    "Runs the program `zip` for a function whose code stands in its template, and fails where there is none.",
    "Needs no program: the package is made in Python.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html",
    {"localstack.utils.archives": _use_python, "localstack.utils.testutil": _use_python},
)
