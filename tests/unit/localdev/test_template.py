"""Templates that are deployed without the CDK."""

from __future__ import annotations

from pathlib import Path

import pytest

from localdev.deployment.template import deploy_template, stack_name_for
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("shop/orders.yaml", "orders"),
        ("shop/template.yaml", "shop"),
        ("the shop ü/template.yml", "the-shop"),
        ("1-shop/packaged.json", "shop"),
        ("shop/--.yaml", "app"),
        ("shop/.aws-sam/build/template.yaml", "shop"),
    ],
)
def test_the_stack_is_called_after_the_file_or_its_folder(tmp_path: Path, file: str, name: str) -> None:
    assert stack_name_for(tmp_path / file) == name


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(LocaldevError, match=r"There is no template no/such.yaml.\nHint: "):
        deploy_template(EmbeddedEngine(4999), Path("no/such.yaml"))


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {}")
    with pytest.raises(LocaldevError, match=r"--parameter expects KEY=VALUE, found 'Colour'.\nHint: "):
        deploy_template(EmbeddedEngine(4999), template, ["Colour"])
