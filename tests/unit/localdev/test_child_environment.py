"""No AWS setting of this machine gets into a child."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import botocore
import pytest
from botocore.awsrequest import AWSResponse

from localdev.deployment.app_environment import app_environment
from localdev.deployment.cdk import cdk_and_app_environment, cdk_environment, program
from localdev.engines import EmbeddedEngine, ExternalEngine
from localdev.engines.clients import Clients
from localdev.system import project
from localdev.system.child_environment import (
    LOOPBACK_NAMES,
    child_environment,
    pass_loopback_by_proxies,
    tool_environment,
)
from localdev.system.endpoints import loopback_endpoint
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Callable

PLANTED = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real-secret",
    "AWS_SESSION_TOKEN": "real-token",
    "AWS_PROFILE": "production",
    "AWS_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "https://lambda.eu-central-1.amazonaws.com",
    "AWS_CONFIG_FILE": "/somewhere/config",
    "LOCALSTACK_AUTH_TOKEN": "ls-token",
    "GITHUB_TOKEN": "gh-token",
    "HTTPS_PROXY": "http://proxy",
}


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the environment of a person with real accounts."""
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)


def test_a_child_has_dummy_credentials_and_a_home_of_its_own(tmp_path: Path) -> None:
    found = child_environment(tmp_path / "home", {"EXTRA": "1"})

    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert found["HOME"] == str(tmp_path / "home")
    assert found["EXTRA"] == "1"


@pytest.mark.parametrize("value", [value for name, value in PLANTED.items() if name != "AWS_REGION"])
def test_nothing_planted_gets_through_to_a_child(tmp_path: Path, value: str) -> None:
    assert value not in child_environment(tmp_path, {}).values()


def test_the_cdk_talks_to_the_engine_and_to_nothing_else() -> None:
    found = cdk_environment(EmbeddedEngine(4577))

    endpoints = {name: value for name, value in found.items() if name.startswith("AWS_ENDPOINT_URL")}
    assert set(endpoints.values()) == {"http://127.0.0.1:4577"}


def test_the_cdk_asks_for_no_notices_and_reports_nothing_while_it_talks_to_an_emulator() -> None:
    found = cdk_environment(EmbeddedEngine(4577))

    assert (found["CDK_NOTICES"], found["CDK_DISABLE_CLI_TELEMETRY"]) == ("false", "true")


@pytest.mark.parametrize("engine", [EmbeddedEngine(4577), ExternalEngine("http://localhost:4577")])
def test_nothing_planted_gets_through_to_the_cdk(engine: EmbeddedEngine | ExternalEngine) -> None:
    assert program(engine) == "cdklocal"
    assert set(PLANTED.values()) & set(cdk_environment(engine).values()) == set()


def test_the_cdk_that_runs_the_app_has_the_persons_variables_and_no_way_to_another_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAGE_OF_APP", "blue")
    monkeypatch.setenv("LOCALSTACK_HOSTNAME", "elsewhere")
    engine = EmbeddedEngine(4577)
    found = cdk_and_app_environment(engine)
    assert found["STAGE_OF_APP"] == "blue"
    assert {**cdk_environment(engine), "PATH": found["PATH"]}.items() <= found.items()
    of_app = {PLANTED["GITHUB_TOKEN"]}
    assert {*PLANTED.values(), "elsewhere"} & set(found.values()) == of_app


def test_the_cdk_runs_the_app_on_the_python_that_deployments_run_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin")
    found = cdk_and_app_environment(EmbeddedEngine(4577))["PATH"]
    assert found == app_environment()["PATH"]
    assert found.endswith(f"{os.pathsep}/usr/bin")


@pytest.mark.parametrize(
    "url",
    [
        "https://sqs.eu-central-1.amazonaws.com",
        "http://192.168.0.7:4566",
        "http://0.0.0.0:4566",
        "http://127.0.0.1.example.com:4566",
        "http://localhost.example.com",
        "http://[2001:db8::1]:4566",
    ],
)
@pytest.mark.parametrize("use", [loopback_endpoint, tool_environment, Clients, ExternalEngine])
def test_an_endpoint_off_this_machine_is_refused(url: str, use: Callable[[str], object]) -> None:
    with pytest.raises(LocaldevError, match=r"(?s)is not on this machine.*Hint: .*--engine aws"):
        use(url)


@pytest.mark.parametrize(
    "url",
    ["", "4566", "127.0.0.1:4566", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999", "http://127.0.0.1/a?b",
     "http://user@127.0.0.1:4566"],
)  # fmt: skip
def test_what_is_no_endpoint_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(LocaldevError, match=r"Expected an endpoint such as http://127.0.0.1:4566, found"):
        loopback_endpoint(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566/", "http://localhost:4566", "http://[::1]:4566"])
def test_an_endpoint_of_this_machine_is_taken_without_its_last_slash(url: str) -> None:
    assert loopback_endpoint(url) == url.rstrip("/")


def test_clients_sign_with_dummy_credentials_for_the_engine() -> None:
    client = Clients("http://127.0.0.1:4577").client("sqs")

    assert client.meta.endpoint_url == "http://127.0.0.1:4577"
    assert client.meta.region_name == "us-east-1"
    assert client._request_signer._credentials.access_key == "test"  # type: ignore[attr-defined]


def test_this_machine_is_added_to_what_a_person_keeps_from_the_proxy() -> None:
    environ = {"NO_PROXY": "example.com"}

    pass_loopback_by_proxies(environ)
    pass_loopback_by_proxies(environ)

    assert environ["NO_PROXY"] == f"example.com,{LOOPBACK_NAMES}"
    assert environ["no_proxy"] == LOOPBACK_NAMES


def test_a_client_of_an_emulator_says_a_name_that_is_not_put_together_for_each_call() -> None:
    client = Clients("http://127.0.0.1:4577").client("sqs")
    said: list[str] = []

    def is_sent(request: Any, **_: object) -> Any:
        said.append(request.headers["User-Agent"].decode())
        answer: Any = AWSResponse(request.url, 200, cast(Any, {}), None)
        answer._content = b"{}"
        return answer

    client.meta.events.register("before-send.sqs", is_sent)
    client.list_queues()

    assert said == [f"Boto3 md/Botocore localdev Botocore/{botocore.__version__}"]


def test_an_emulator_counts_in_utc_wherever_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "STATE", tmp_path)
    monkeypatch.setenv("TZ", "America/St_Johns")

    assert EmbeddedEngine(4999)._environment()["TZ"] == "UTC"


def test_what_the_cdk_cli_keeps_is_not_in_the_users_home() -> None:
    """The CLI takes the user's home from the system's list of users, whatever HOME says."""
    environment = cdk_environment(EmbeddedEngine(4999))

    assert Path(environment["CDK_HOME"]).is_relative_to(project.STATE)
    assert environment["CDK_HOME"] == cdk_and_app_environment(EmbeddedEngine(4999))["CDK_HOME"]
    assert environment["CDK_HOME"] == app_environment()["CDK_HOME"]
