"""An AWS account: only with a region and credentials, and always shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.commands.cli import main
from localdev.commands.consent import announce
from localdev.engines.aws import Account, AwsEngine, recorded_stack
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Provide the environment of a person without any AWS settings, in a checkout that has deployed nothing."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL",
                 "AWS_REGION", "AWS_DEFAULT_REGION"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(project, "STATE", tmp_path / "state")


def test_without_a_region_nothing_is_done() -> None:
    with pytest.raises(LocaldevError, match=r"(?s)No AWS region is set.*Hint: set AWS_REGION"):
        AwsEngine().start()


def test_without_a_region_a_client_says_so() -> None:
    with pytest.raises(LocaldevError, match=r"(?s)No AWS region is set.*Hint: set AWS_REGION"):
        AwsEngine().clients().client("stepfunctions")


def test_without_credentials_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    with pytest.raises(LocaldevError, match=r"(?s)not accept the credentials.*Unable to locate.*--engine embedded"):
        AwsEngine().start()


def test_an_endpoint_that_is_dead_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")

    with pytest.raises(LocaldevError, match=r"(?s)AWS does not answer: Could not connect to the endpoint.*the network"):
        AwsEngine().start()


def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "pizzeria")

    with pytest.raises(LocaldevError, match=r"(?s)pizzeria.*Hint: AWS_PROFILE"):
        AwsEngine().start()


def test_every_run_has_a_stack_of_its_own_until_one_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AwsEngine, "account", lambda _: Account("123456789012", "eu-west-1", "arn"))
    first, second = AwsEngine(), AwsEngine()
    assert first.stack_name != second.stack_name
    assert str(first.stack_name).startswith("the-state-machine-")

    first.remember()
    assert AwsEngine().stack_name == first.stack_name
    assert AwsEngine("another").stack_name == "another"

    first.forget()
    assert recorded_stack() is None


def test_account_region_and_stack_are_shown_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(AwsEngine, "account", lambda _: Account("123456789012", "eu-west-1", "arn"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)

    announce(AwsEngine("the-state-machine-1"), "deploys")

    shown = " ".join(capsys.readouterr().err.split())
    assert shown == "This is AWS: account 123456789012 in eu-west-1 deploys the stack the-state-machine-1"


def test_without_a_yes_on_a_terminal_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AwsEngine, "account", lambda _: Account("123456789012", "eu-west-1", "arn"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda *_: "")

    with pytest.raises(LocaldevError, match="Nothing was done"):
        announce(AwsEngine(), "deploys")


def test_a_demo_destroys_what_it_has_made_also_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AwsEngine, "account", lambda _: Account("123456789012", "eu-west-1", "arn"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    AwsEngine("the-state-machine-of-before").remember()
    used: list[tuple[str, str]] = []

    def fail(engine: AwsEngine) -> None:
        used.append(("deploy", str(engine.stack_name)))
        raise LocaldevError("the oven is cold")

    monkeypatch.setattr("localdev.commands.deploying.start_and_deploy", fail)
    monkeypatch.setattr(
        "localdev.commands.deploying.destroy", lambda engine: used.append(("destroy", str(engine.stack_name)))
    )

    assert main(["demo", "--engine", "aws"]) == 1

    (deployed, name), (destroyed, same) = used
    assert (deployed, destroyed) == ("deploy", "destroy")
    assert name == same != "the-state-machine-of-before"
