"""The wheel, installed beside LocalStack as its README says, in an environment that knows nothing of this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localdev.engines.embedded import EmbeddedEngine
from localdev.system import project
from localdev.system.processes import free_port
from tests import wheels
from tests.emulator import deployed
from tests.emulator.deployed import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = ("localstack_process_executor", "localstack_tuning")


_S3 = project.EMULATOR / "start.d" / "10_private_s3_storage.py"


class InstalledEngine(EmbeddedEngine):
    """LocalStack with its own settings, and the one that the README names."""

    def _environment(self) -> dict[str, str]:
        ours = ("CONFIG_DIR", "CONFIG_PROFILE", "CDK_BOOTSTRAP_TEMPLATE")
        environment = {key: value for key, value in super()._environment().items() if key not in ours}
        return {
            **environment,
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            # nothing leaves the machine
            "DNS_ADDRESS": "0",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DISABLE_EVENTS": "1",
        }

    def _make_folders(self) -> None:
        super()._make_folders()
        stages = self.folder / "files/etc/localstack/init"
        for stage in ("start.d", "ready.d"):
            (stages / stage).unlink()
        # or LocalStack leaves a folder among the machine's temporary files
        (stages / "start.d").mkdir()
        (stages / "start.d" / _S3.name).symlink_to(_S3)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide the Python of a fresh virtual environment with LocalStack's packages and the installed wheel."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = wheels.build(folder)
    venv, packages = folder / "venv", folder / "packages"
    subprocess.run([project.EMULATOR_PYTHON, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin/python"
    (emulators,) = project.EMULATOR_PYTHON.parent.parent.glob("lib/python*/site-packages")
    packages.mkdir()
    for entry in emulators.iterdir():
        if not entry.name.startswith(OURS) and entry.suffix != ".pth":
            (packages / entry.name).symlink_to(entry)
    (own,) = venv.glob("lib/python*/site-packages")
    (own / "localstack.pth").write_text(f"{packages}\n")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--no-cache-dir"]
    isolated = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([*pip, "install", "--no-index", "--no-deps", wheel], check=True, env=isolated)
    return python


@pytest.fixture
def cloud(python: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """LocalStack out of that environment."""
    monkeypatch.setattr(project, "EMULATOR_PYTHON", python)
    engine = InstalledEngine(free_port(), ends_with_us=True)
    engine.start()
    yield Cloud(engine.endpoint_url)
    engine.stop()


def test_a_localstack_that_it_was_installed_beside_runs_functions_with_it(python: Path, cloud: Cloud) -> None:
    place = "import localstack_process_executor as package; print(package.__file__)"
    installed = subprocess.check_output([python, "-I", "-c", place], text=True)
    assert installed.startswith(str(python.parent.parent))

    function = deployed.create(cloud, "import boto3\ndef handler(event, context):\n    return [event, __file__]\n")
    answer = function.call("margherita")

    assert answer.error is None
    # without namespaces a function's code is elsewhere
    assert (answer.payload[0], Path(answer.payload[1]).name) == ("margherita", "function.py")
    assert answer.log.startswith(f"START RequestId: {answer.request_id} ")
