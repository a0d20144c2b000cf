"""Test that the image leaves out nothing that a service of LocalStack's, or a plugin of ours, imports."""

from __future__ import annotations

import ast
import json
import subprocess
from typing import TYPE_CHECKING

from localdev.system.project import EMULATOR_PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEFT_OUT = ROOT / "emulator" / "image" / "without.txt"
_SERVICES = (
    "apigateway", "cloudformation", "cloudwatch", "dynamodb", "dynamodbstreams", "events", "iam", "kinesis", "kms",
    "lambda_", "logs", "s3", "scheduler", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts",
)  # fmt: skip
_LOOK = """
import importlib.metadata, json, localstack.services
print(json.dumps([localstack.services.__path__[0], importlib.metadata.packages_distributions()]))
"""


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_image_has_what_its_services_and_our_plugins_import() -> None:
    services, distributions = json.loads(subprocess.check_output([EMULATOR_PYTHON, "-c", _LOOK], text=True))
    lines = (line.partition("#")[0].strip() for line in _LEFT_OUT.read_text().splitlines())
    left_out = {line for line in lines if line}
    missing = {module for module, names in distributions.items() if left_out.issuperset(name.lower() for name in names)}
    folders = [type(ROOT)(services, name) for name in _SERVICES] + [*ROOT.glob("emulator/*/src")]

    found = {
        (file.name, module)
        for folder in folders
        for file in folder.rglob("*.py")
        for module in _imported(file)
        if module in missing
    }

    assert left_out
    assert found == set()
