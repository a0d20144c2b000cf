"""Places of the app, and of the tool that works on it."""

import sys
from pathlib import Path

from localdev.setup import places


def _app_folder(start: Path) -> Path:
    """Return the nearest folder with a ``cdk.json``; without one, the checkout, or the folder that was started in."""
    for folder in (start, *start.parents):
        if (folder / "cdk.json").is_file():
            return folder
    return start if places.IS_INSTALLED else places.SOURCES


ROOT = _app_folder(Path.cwd())
"""The app's folder; in a checkout, its top folder."""

STATE = ROOT / ".localdev"
"""Everything a run makes, and nothing else; safe to remove when nothing is up."""

IS_INSTALLED = places.IS_INSTALLED
RELEASE = places.RELEASE
"""Which version of the tool this is, to tell whether an emulator that is up is one of another."""

TOOL = places.SOURCES
"""The folder with what the tool is made of: the locks, ``emulator/``."""

EMULATOR = TOOL / "emulator"
EMULATOR_PYTHON = places.EMULATOR / "bin" / "python"
SETTINGS_PROFILE = "localstack"
"""LocalStack's settings, as a configuration profile of its own: ``emulator/localstack.env``."""

STATIC_LIBS = places.EMULATOR / "localstack" / "usr" / "lib" / "localstack"
"""LocalStack's index of all services, made once by the set-up: it takes seconds."""

PLUGIN_CACHE = places.EMULATOR / "cache"
"""Where LocalStack's plugin manager keeps its index of entry points."""

SHARED = places.SHARED

JSII_CACHE = SHARED / "home" / ".cache" / "aws" / "jsii" / "package-cache"
"""The CDK's library, unpacked once for every synthesis; see ``loopback_names``, too."""

NODE_SDK = places.NODE_SDK

NODE_MODULES = places.NODE_MODULES
BOOTSTRAP_TEMPLATE = NODE_MODULES / "aws-cdk" / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"
"""The CDK CLI's own template of the ``CDKToolkit`` stack."""

NODE_CLIENT = (NODE_MODULES / "aws-lambda-ric" / "dist" / "index.mjs", NODE_MODULES / "aws-lambda-ric" / "LICENSE")
"""AWS's runtime interface client for Node.js, for the container image."""

APP_PYTHON = Path(sys.executable)
DEFAULT_PORT = 4566
REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"
"""Of an emulator."""


def make_state() -> Path:
    """Make the folder of what a run makes, which no version control is to see, and return it."""
    ignore = STATE / ".gitignore"
    if not ignore.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        ignore.write_text("*\n", encoding="utf-8")
    return STATE


def hot_folder(port: int) -> Path:
    """Return where ``watch`` keeps what the functions of the emulator on a port run, and the emulator lets them."""
    return STATE / "hot" / str(port)


def typed(command: str) -> str:
    """Return what a person types for a command of the tool: ``localdev up``, or ``./scripts/up`` in a checkout."""
    return f"localdev {command}" if IS_INSTALLED else f"./scripts/{command}"
