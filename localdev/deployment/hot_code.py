"""Hand functions' code to a running emulator as it is saved: whole, and only when it can be compiled.

A folder of copies stands between the editor and the functions, so that a half-written file never reaches one.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from localdev.deployment.package_files import LEFT_OUT, is_packaged, package_files
from localdev.deployment.syntax import mistake
from localdev.system.folders import remove_folder
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from pathlib import Path

    from mypy_boto3_lambda import LambdaClient

    from localdev.deployment.syntax import Mistake

_UPDATE_SECONDS = 30.0
HOT_RELOAD_BUCKET = "hot-reload"
"""Code that LocalStack takes from a folder; https://docs.localstack.cloud/aws/tooling/lambda-tools/hot-reloading/"""


@dataclass(frozen=True)
class Changes:
    """Differences from the copies, by path in the folder."""

    written: dict[str, bytes]
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)

    @property
    def names(self) -> list[str]:
        """All differences, in their order."""
        return sorted([*self.written, *self.removed])


class HotCode:
    """The files of ``source`` that functions get, and their copies in ``copies``.

    Beside them are the files of ``asset`` that bundling has made, such as the packages that the functions import.
    """

    def __init__(
        self, source: Path, copies: Path, asset: Path | None = None, left_out: Sequence[str] = LEFT_OUT
    ) -> None:
        self.source = source
        self.copies = copies
        self._left_out = left_out
        self._made = _made(asset, source) if asset else {}

    def begin(self) -> None:
        """Make the copies anew, of the files as they are."""
        self.remove()
        self.copies.mkdir(parents=True)
        for name, path in self._made.items():
            copy = self.copies / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        self.take(self.changes())

    def package(self) -> bytes:
        """Return the copies as a package of Lambda's."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            files = dict(package_files(self.copies, self._left_out)) | {name: self.copies / name for name in self._made}
            for name, path in sorted(files.items()):
                archive.write(path, name)
        return package.getvalue()

    def changes(self) -> Changes:
        """Return what has been saved, renamed or removed since the last :meth:`take`."""
        ours, theirs = self._packaged(self.source), self._packaged(self.copies, self._made)
        written = {name: code for name, code in ours.items() if theirs.get(name) != code}
        return Changes(written, tuple(sorted(theirs.keys() - ours.keys())))

    def has(self, path: Path) -> bool:
        """Return whether functions get a file that was saved, or got it before it was removed."""
        source = self.source
        return path.is_relative_to(source) and is_packaged(path.relative_to(source).as_posix(), self._left_out)

    def mistakes(self, changes: Changes) -> list[Mistake]:
        """Return what Python has against the changed modules."""
        modules = ((name, code) for name, code in sorted(changes.written.items()) if name.endswith(".py"))
        found = (mistake(name, code) for name, code in modules)
        return [each for each in found if each]

    def take(self, changes: Changes) -> None:
        """Give the changes to the functions: the next invocation runs on them, one that runs ends on what it has."""
        for name, code in changes.written.items():
            path = self.copies / name
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f".{path.name}.new")
            new.write_bytes(code)
            new.replace(path)  # never half a file, also not for a moment
        for name in changes.removed:
            (self.copies / name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the copies, now that the functions run something else."""
        remove_folder(self.copies)

    def _packaged(self, folder: Path, apart_from: Container[str] = ()) -> dict[str, bytes]:
        """Return the files below a folder that functions get; one that goes while we look was never there."""
        found: dict[str, bytes] = {}
        for name, path in package_files(folder, self._left_out):
            if name in apart_from:
                continue
            try:
                found[name] = path.read_bytes()
            except FileNotFoundError:
                continue
        return found


@dataclass(frozen=True)
class HotFunction:
    """A deployed function's name, and a client of the account and region that it is in."""

    name: str
    client: LambdaClient


class HotFunctions:
    """Deployed functions, which can be switched to a folder and back to their packages."""

    def __init__(self, functions: Sequence[HotFunction]) -> None:
        self._functions = list(functions)

    def run_from(self, folder: Path) -> None:
        """Run a folder's code from the next invocation on, and whenever a file there changes."""
        for each in self._functions:
            each.client.update_function_code(FunctionName=each.name, S3Bucket=HOT_RELOAD_BUCKET, S3Key=str(folder))
        self._wait()

    def all_run_from(self, folder: Path) -> bool:
        """Return whether all run from a folder: none was deployed again since, or removed."""
        from botocore.exceptions import ClientError

        try:
            codes = [each.client.get_function(FunctionName=each.name)["Code"] for each in self._functions]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return False
        return all(code.get("Location") == f"file://{folder}" for code in codes)

    def run_package(self, package: bytes) -> None:
        """Run a package, as if deployed; nobody looks at the folder any more when this returns."""
        self._wait()  # a switch that was interrupted may be under way, and would come after this one
        for each in self._functions:
            each.client.update_function_code(FunctionName=each.name, ZipFile=package)
        self._wait()

    def _wait(self) -> None:
        """Wait until new invocations run what the functions were switched to."""

        def updated(each: HotFunction) -> bool | None:
            configuration = each.client.get_function(FunctionName=each.name)["Configuration"]
            return configuration["LastUpdateStatus"] != "InProgress" or None

        for each in self._functions:
            wait_until(partial(updated, each), what=f"the update of {each.name}", seconds=_UPDATE_SECONDS)


def _made(asset: Path, source: Path) -> dict[str, Path]:
    """Return the files of an asset that are not copies of the source's, by their path."""
    theirs = {name for name, _ in package_files(source)}
    names = {path: path.relative_to(asset).as_posix() for path in asset.rglob("*") if path.is_file()}
    return {name: path for path, name in names.items() if name not in theirs}
