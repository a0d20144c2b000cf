"""What an app is told when it is synthesised, and by whom."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from localdev.deployment import cdk
from localdev.engines import EmbeddedEngine
from localdev.engines.aws import Account, AwsEngine

if TYPE_CHECKING:
    from pathlib import Path

    from localdev.engines import Engine

_APP = """
    mkdir -p "$CDK_OUTDIR"
    env >"$CDK_OUTDIR/told"
    echo '{"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}}' >"$CDK_OUTDIR/Shell.template.json"
    echo '{"version": "36.0.0", "artifacts": {"Shell": {"type": "aws:cloudformation:stack",
      "environment": "aws://unknown-account/unknown-region",
      "properties": {"templateFile": "Shell.template.json"}}}}' >"$CDK_OUTDIR/manifest.json"
"""
"""An app without the CDK, which writes down its variables."""


def _told(tmp_path: Path, engine: Engine | None) -> dict[str, str]:
    folder = cdk.synthesize(output=tmp_path / "cdk.out", engine=engine, app=f"sh -c {shlex.quote(_APP)}")
    lines = (folder / "told").read_text(encoding="utf-8").splitlines()
    return {name: value for name, separator, value in (line.partition("=") for line in lines) if separator}


@pytest.mark.parametrize("engine", [None, EmbeddedEngine(4999)], ids=["any emulator", "one that is not up"])
def test_an_app_knows_the_account_and_region_of_the_emulator_at_its_first_synthesis(
    tmp_path: Path, engine: Engine | None
) -> None:
    told = _told(tmp_path, engine)

    assert (told["CDK_DEFAULT_ACCOUNT"], told["CDK_DEFAULT_REGION"]) == ("000000000000", "us-east-1")


@pytest.mark.parametrize(
    ("engine", "address"), [(None, "http://127.0.0.1:4566"), (EmbeddedEngine(4999), "http://127.0.0.1:4999")]
)
def test_what_an_app_looks_up_is_looked_up_in_the_emulator_it_is_for_by_number(
    tmp_path: Path, engine: Engine | None, address: str
) -> None:
    told = _told(tmp_path, engine)

    assert {told["AWS_ENDPOINT_URL"], told["AWS_ENDPOINT_URL_S3"]} == {address}


def test_an_app_that_is_for_an_account_is_synthesised_as_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = AwsEngine("shop")
    engine._account = Account("111122223333", "eu-west-1", "arn:aws:iam::111122223333:user/owner")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHEPERSON")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    # nothing of this test reaches an account
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    environment = cdk._synthesis_environment(engine, tmp_path)

    assert cdk.program(engine) == "cdk"
    assert environment["AWS_ACCESS_KEY_ID"] == "AKIAOFTHEPERSON"
    assert environment["AWS_REGION"] == "eu-west-1"
    assert "CDK_VALIDATION" not in environment
