"""Test what a person is told when something that a command needs has been removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.deployment import cdk
from localdev.deployment.missing import hint_at_synthesis
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("/bin/sh: 1: python3.99: not found", "install python3.99, or put its folder on the PATH"),
        ("/bin/sh: python3.99: command not found", "install python3.99, or put its folder on the PATH"),
        ("/usr/bin/env: \u2018deno\u2019: No such file or directory", "install deno, or put its folder on the PATH"),
        ("/bin/sh: 1: mvn: not found", "install mvn, or put its folder on the PATH"),
        ("/bin/sh: 1: .venv/bin/python: not found", "python3 -m venv --clear .venv"),
        ("/bin/sh: line 1: .venv/bin/python3: No such file or directory", ".venv/bin/pip install -r requirements.txt"),
        ("/bin/sh: 1: tsx: not found", "npm install"),
        ("/bin/sh: 1: node_modules/.bin/my-app: not found", "npm install"),
        ('npm error npx canceled due to missing packages and no YES option: ["ts-node@10.9.2"]', "npm install"),
        ("Error: Cannot find module 'aws-cdk-lib'", "npm install"),
        ("/bin/sh: 1: ./app: Permission denied", "let ./app be run (chmod +x)"),
        ("ENOENT: no such file or directory, open '/shop/cdk.out/manifest.json'", "app.synth()"),
        ("Error: spawnSync docker ENOENT", "bundles its code in Docker"),
        ("ModuleNotFoundError: No module named 'aws_cdk'", "activate the app's virtual environment"),
        ("Error: Cannot find module '/shop/bin/app.js'", "what the app said is above"),
        ("Error: Cannot find module './stack'", "what the app said is above"),
    ],
)
def test_what_a_synthesis_lacked_is_said_with_a_way_out(said: str, hint: str, tmp_path: Path) -> None:
    assert hint in hint_at_synthesis(f"{said}\nthe app: Subprocess exited with error 127\n", tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        (
            'docker exited with status 1\n--> Command: docker build --build-arg "ESBUILD_VERSION=0.21" '
            '"/shop/node_modules/aws-cdk-lib/aws-lambda-nodejs/lib/docker"'
        ),
        "esbuild cannot run locally. Switching to Docker bundling.\nError: spawnSync docker ENOENT",
    ],
)
def test_functions_that_would_be_bundled_in_docker_need_esbuild(said: str, tmp_path: Path) -> None:
    assert "npm install --save-dev esbuild" in hint_at_synthesis(said, tmp_path)


def test_an_environment_whose_python_has_been_removed_is_to_be_made_anew(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/removed/python3.13")

    assert "python3 -m venv --clear .venv" in hint_at_synthesis("No module named 'aws_cdk'", tmp_path)


@pytest.fixture
def without_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ``PATH`` on which there is no Node.js any more."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("without_node")
def test_a_synthesis_without_node_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(LocaldevError, match=r"^Node.js is not installed.*\nHint: install Node 20"):
        cdk.synthesize(output=tmp_path / "cdk.out", app="true")


@pytest.mark.usefixtures("without_node")
def test_a_deployment_without_node_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")

    with pytest.raises(LocaldevError, match=r"^Node.js is not installed.*\nHint: install Node 20"):
        cdk.deploy(EmbeddedEngine(4999), tmp_path)


@pytest.mark.usefixtures("without_node")
def test_any_command_of_the_cdk_without_node_says_what_to_install() -> None:
    with pytest.raises(LocaldevError, match=r"^Node.js is not installed.*\nHint: install Node 20"):
        cdk.run_cdk(EmbeddedEngine(4999), ["synth"])


def test_a_synthesis_that_fails_on_an_old_node_names_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\n[ $1 = --version ] && echo v16.20.2\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    with pytest.raises(LocaldevError, match=r"^Node.js is v16.20.2; the AWS CDK needs 20.\nHint: "):
        cdk.synthesize(output=tmp_path / "cdk.out", app="true")


def test_a_cdk_command_that_has_been_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdk, "NODE_MODULES", tmp_path)

    with pytest.raises(LocaldevError, match=r"/.bin/cdklocal has been removed.\nHint: remove "):
        cdk.synthesize(output=tmp_path / "cdk.out", app="true")
