"""Unpack the CDK's library where jsii looks for it: ``tar`` takes two seconds for it, jsii's JavaScript eight.

jsii keeps a package in ``NAME/VERSION/DIGEST`` of its cache; the digest is of the archive, its name and its version. A
file says that it is complete (``extractViaCache`` and ``DiskCache`` in ``@jsii/kernel``). A later version that looks
elsewhere unpacks the package itself.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path

from localdev.setup.errors import SetupError
from localdev.setup.running import run
from localdev.system.file_lock import exclusive

_ARCHIVES = "lib/python3*/site-packages/aws_cdk/_jsii/aws-cdk-lib@*.jsii.tgz"
_SUFFIX = ".jsii.tgz"
_COMPLETE = ".jsii-runtime-package-cache"
_PRIVATE = 0o700


def unpack(environment: Path, cache: Path) -> None:
    """Unpack the CDK's library of a Python environment into jsii's cache, unless it is there.

    :raises SetupError: there is no ``tar``, or it failed.
    """
    for archive in environment.glob(_ARCHIVES):
        folder = _of_version(archive, cache)
        if _is_complete(folder):
            continue
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        with exclusive(folder / "unpacking.lock"):
            # another app's synthesis may have been first, and may be using it
            if not _is_complete(folder):
                _unpack(archive, place(archive, cache))


def _is_complete(folder: Path) -> bool:
    # of a version there is one archive; to read it for its digest would take a tenth of a second each time
    return any(folder.glob(f"*/{_COMPLETE}"))


def _unpack(archive: Path, entry: Path) -> None:
    if shutil.which("tar") is None:
        raise SetupError("There is no tar.")
    with tempfile.TemporaryDirectory(prefix=f"{entry.name}.", dir=entry.parent) as folder:
        new = Path(folder) / "package"
        new.mkdir()
        run("tar", "-xzf", archive, "-C", new, "--strip-components", "1", "--no-same-owner")
        (new / _COMPLETE).touch()
        shutil.rmtree(entry, ignore_errors=True)
        new.rename(entry)


def place(archive: Path, cache: Path) -> Path:
    """Return the folder in which jsii looks for the content of an archive ``NAME@VERSION.jsii.tgz``."""
    folder = _of_version(archive, cache)
    digest = hashlib.sha256(archive.read_bytes())
    for part in (folder.parent.name, folder.name):
        digest.update(b"\0" + part.encode())
    return folder / digest.hexdigest()


def _of_version(archive: Path, cache: Path) -> Path:
    name, _, version = archive.name.removesuffix(_SUFFIX).rpartition("@")
    return cache / name / version
