"""The compose files are what Compose understands, and say what we mean."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from localdev.system.project import ROOT


def _has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _has_compose(), reason="Docker Compose v2 is not installed")


def _service(*files: str, **variables: str) -> dict[str, Any]:
    """Return the emulator as Compose understands these files."""
    service: dict[str, Any] = _services(*files, **variables)["emulator"]
    return service


def _services(*files: str, profile: str | None = None, **variables: str) -> dict[str, Any]:
    options = [option for file in files for option in ("--file", file)] + (["--profile", profile] if profile else [])
    result = subprocess.run(
        ["docker", "compose", *options, "config", "--format", "json"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == "", "no variable is missing"
    services: dict[str, Any] = json.loads(result.stdout)["services"]
    return services


def test_the_emulator_is_built_from_this_checkout_and_published_on_the_loopback_address() -> None:
    service = _service("docker-compose.yml")

    (port,) = service["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "4566", 4566)
    assert service["build"]["dockerfile"] == "emulator/Dockerfile"
    assert service["pull_policy"] == "build"
    assert service.get("volumes", []) == []


def test_every_service_is_limited_and_cannot_change_its_own_files() -> None:
    for service in _services("docker-compose.yml", profile="console").values():
        assert service["read_only"] is True
        assert int(service["mem_limit"]) > 0
        assert service["pids_limit"] > 0


def test_a_private_index_is_a_secret_of_the_builds_alone() -> None:
    indices = dict.fromkeys(("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY"), "https://me:password@index.example")
    services = _services("docker-compose.yml", profile="console", **indices)

    for name, service in services.items():
        wanted = ["pip_index_url", *(["npm_config_registry"] if name == "emulator" else [])]
        assert [secret["source"] for secret in service["build"]["secrets"]] == wanted
        assert "args" not in service["build"]
        assert "secrets" not in service
    assert "password" not in json.dumps(services)


def test_two_checkouts_share_no_container() -> None:
    assert "name" not in yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_nothing_of_the_persons_aws_settings_gets_into_it() -> None:
    service = _service("docker-compose.yml", AWS_PROFILE="production", AWS_SECRET_ACCESS_KEY="real")  # noqa: S106

    assert set(service["environment"]) == {"LOCALSTACK_HOST"}


def test_the_override_runs_the_upstream_image_with_the_socket_it_needs() -> None:
    service = _service("docker-compose.yml", "docker-compose.upstream.yml")

    assert service["image"] == "localstack/localstack:4.14.0"
    assert "build" not in service
    assert [volume["source"] for volume in service["volumes"]] == ["/var/run/docker.sock"]
    assert "cap_drop" not in service


def test_a_newer_image_gets_the_token() -> None:
    service = _service(
        "docker-compose.yml",
        "docker-compose.upstream.yml",
        LOCALSTACK_IMAGE="localstack/localstack:2026.3",
        LOCALSTACK_AUTH_TOKEN="ls-token",  # noqa: S106
    )

    assert service["image"] == "localstack/localstack:2026.3"
    assert service["environment"]["LOCALSTACK_AUTH_TOKEN"] == "ls-token"  # noqa: S105


def test_the_console_is_a_profile_and_published_on_the_loopback_address() -> None:
    services = _services("docker-compose.yml", profile="console")

    assert "console" not in _services("docker-compose.yml")
    (port,) = services["console"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "8080", 8080)
    assert services["console"]["read_only"] is True
    assert services["console"]["cap_drop"] == ["ALL"]
    assert services["console"].get("volumes", []) == []
