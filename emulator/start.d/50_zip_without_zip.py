"""Make zip files without the program ``zip``, where there is none.

For a function whose code stands in the template LocalStack 4.14 runs ``zip`` on every Debian
(``localstack.utils.testutil.create_zip_file``); a slim image, or a machine, may come without it. Runs before the Lambda
provider is loaded.
"""

import shutil

from localstack.utils import archives


def create_zip_file(source_path: str, base_dir: str, zip_file: str) -> None:
    """What ``create_zip_file_cli`` does, with Python's own module."""
    del source_path
    archives.create_zip_file_python(base_dir=base_dir, zip_file=zip_file)


if not shutil.which("zip"):
    archives.create_zip_file_cli = create_zip_file
