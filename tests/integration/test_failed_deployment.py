"""A deployment that fails."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localdev.deployment import cdk
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from localdev.engines import Engine


def test_a_deployment_that_fails_names_the_resource_and_its_reason(engine: Engine, tmp_path: Path) -> None:
    app = shlex.join([sys.executable, str(Path(__file__).parent / "unrunnable" / "app.py")])
    assembly = cdk.synthesize(app=app, output=tmp_path)

    try:
        with pytest.raises(LocaldevError, match=r"(?s)What failed:.*Function \(AWS::Lambda::Function\): ."):
            cdk.deploy(engine, assembly, "unrunnable-function")
    finally:
        cdk.destroy(engine, assembly, "unrunnable-function")
