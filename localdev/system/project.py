"""Places of this checkout."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The top folder of the checkout."""

STATE = ROOT / ".localdev"
"""Everything a run makes, and nothing else; safe to remove when nothing is up."""

EMULATOR = ROOT / "emulator"
EMULATOR_PYTHON = EMULATOR / ".venv" / "bin" / "python"
SETTINGS_PROFILE = "localstack"
"""LocalStack's settings, as a configuration profile of its own: ``emulator/localstack.env``."""

STATIC_LIBS = EMULATOR / ".venv" / "localstack" / "usr" / "lib" / "localstack"
"""LocalStack's index of all services, made once by the set-up: it takes seconds."""

PLUGIN_CACHE = EMULATOR / ".venv" / "cache"
"""Where LocalStack's plugin manager keeps its index of entry points."""

JSII_CACHE = STATE / "home" / ".cache" / "aws" / "jsii" / "package-cache"
"""The CDK's library, unpacked once for every synthesis of this checkout; see ``loopback_names``, too."""

NODE_MODULES = ROOT / "node_modules"
BOOTSTRAP_TEMPLATE = NODE_MODULES / "aws-cdk" / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"
"""The CDK CLI's own template of the ``CDKToolkit`` stack."""

APP_PYTHON = Path(sys.executable)
DEFAULT_PORT = 4566
REGION = "us-east-1"


def hot_folder(port: int) -> Path:
    """Return where ``watch`` keeps what the functions of the emulator on a port run, and the emulator lets them."""
    return STATE / "hot" / str(port)
