"""Find what the tool is made of, and where it makes its environments: in a checkout, or in the user's cache folder.

The standard library only: the set-up uses it before anything is installed.
"""

import os
import sys
import zlib
from pathlib import Path

from localdev import __version__

PACKAGE = Path(__file__).resolve().parents[1]
_SHIPPED = PACKAGE / "data"
"""In the wheel: what a checkout has in its top folder."""

IS_INSTALLED = _SHIPPED.is_dir()
"""Whether this is the installed package, not a checkout."""

SOURCES = _SHIPPED if IS_INSTALLED else PACKAGE.parent
"""The folder with the locks, ``package.json`` and ``emulator/``."""

CACHE_VARIABLE = "LOCALDEV_CACHE"


def cache_folder() -> Path:
    """Return the folder that every project of this user shares: the one ``LOCALDEV_CACHE`` names, or the system's."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "localdev"
    base = os.environ.get("XDG_CACHE_HOME", "")
    # a relative path is invalid: https://specifications.freedesktop.org/basedir-spec/latest/
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "localdev"


def _release() -> str:
    """Return a name for this very release of the tool: what another one has made, another one may need."""
    # a checksum, not a hash: to import those takes as long as a tenth of "localdev --help"
    checksum = zlib.crc32(sys.version.encode())
    for record in sorted(PACKAGE.parent.glob("cdk_localdev-*.dist-info/RECORD")):
        # each line has a hash of its file; https://packaging.python.org/en/latest/specifications/recording-installed-packages/
        ours = (
            line for line in record.read_text(encoding="utf-8").splitlines() if line.startswith(f"{PACKAGE.name}/data/")
        )
        text = "\n".join(sorted(line for line in ours if "__pycache__" not in line))
        checksum = zlib.crc32(text.encode(), checksum)
    return f"{__version__}-{checksum:08x}"


RELEASE = _release() if IS_INSTALLED else __version__
"""Names what an emulator was started by."""

MADE = cache_folder() / RELEASE if IS_INSTALLED else SOURCES
"""The folder in which the environments are made: of the checkout, or of this machine and release."""

STATE = MADE / ".localdev"
"""What a run keeps for the next one."""

SHARED = MADE / ("shared" if IS_INSTALLED else ".localdev")
"""Where downloads are kept that one app's run makes and another's may use."""

NODE_SDK = SHARED / "node-sdk"
"""The AWS SDK for functions on Node.js, installed when the first one needs it, or by ``setup --all``."""

EMULATOR = MADE / "emulator" / ".venv"
NODE_MODULES = MADE / "node_modules"
