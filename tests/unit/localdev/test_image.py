"""Test what goes into the image, and when it is out of date."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import ImageNotFound

from localdev.engines import docker_engine, image
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a checkout with what the image is made from, and with what it is not."""
    for path in [*image.context_files(), Path(".dockerignore"), Path("README.md")]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.ROOT / path, tmp_path / path)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    return tmp_path


def test_the_emulator_and_what_it_takes_of_node_packages_go_into_it_and_nothing_else() -> None:
    files = image.context_files()

    outside = [str(file) for file in files if file.parts[0] != "emulator"]
    assert outside == [
        "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml",
        "node_modules/aws-lambda-ric/LICENSE",
        "node_modules/aws-lambda-ric/dist/index.mjs",
        "requirements-setup.txt",
    ]
    assert {Path("emulator/Dockerfile"), Path("emulator/requirements.txt"), Path("emulator/localstack.env")} < set(
        files
    )
    assert not [file for file in files if {".venv", "__pycache__"} & set(file.parts)]


@pytest.mark.parametrize(
    "changed", ["emulator/requirements.txt", "emulator/Dockerfile", "emulator/localstack.env",
                "emulator/ready.d/20_bootstrap_cdk.py", "emulator/process_executor/pyproject.toml"],
)  # fmt: skip
def test_an_image_of_something_else_is_out_of_date(checkout: Path, changed: str) -> None:
    before = image.content_hash(checkout)

    with (checkout / changed).open("a") as file:
        file.write("\n")

    assert image.content_hash(checkout) != before


def test_what_does_not_go_into_it_leaves_it_as_it_is(checkout: Path) -> None:
    before = image.content_hash(checkout)

    (checkout / "README.md").write_text("Order a burger")
    (checkout / "emulator" / "__pycache__").mkdir()
    (checkout / "emulator" / "__pycache__" / "burger.pyc").touch()
    (checkout / "emulator" / "requirements.txt").touch()

    assert image.content_hash(checkout) == before
    assert image.content_hash(checkout) == image.content_hash(Path(__file__).parents[3])


class NoImages:
    """A Docker Engine in which no image is ever found."""

    def __init__(self) -> None:
        self.images = self

    def get(self, _name: str) -> None:
        """Say that no image is there."""
        raise ImageNotFound("no such image")


type MakeDocker = Callable[[str], None]


@pytest.fixture
def docker_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeDocker:
    """Provide a ``docker`` command of the test's own: the script that it is to be."""

    def make(script: str) -> None:
        program = tmp_path / "bin" / "docker"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\ncat >/dev/null\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return make


def test_a_build_that_fails_half_way_is_said_with_its_step_and_last_lines(docker_command: MakeDocker) -> None:
    docker_command(
        "echo '#9 [build 4/8] RUN uv pip install'\n"
        "printf '#9 0.5 \\033[31merror\\033[39m: no space left on device\\n' >&2\nexit 3"
    )
    said: list[str] = []
    client: Any = NoImages()

    with pytest.raises(LocaldevError) as failure:
        image.ensure_image(client, said.append)

    assert said == ["building the emulator's image: step 4/8, RUN"]
    assert "docker build ended with status 3." in str(failure.value)
    assert "  #9 0.5 error: no space left on device" in str(failure.value)
    assert "Hint: its first build needs the network, 2 GB of disk" in str(failure.value)


def test_a_build_that_ends_without_an_image_is_a_failure(docker_command: MakeDocker) -> None:
    docker_command("exit 0")
    client: Any = NoImages()

    with pytest.raises(LocaldevError, match="could not be built"):
        image.ensure_image(client, lambda _: None)


def test_without_the_docker_command_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    client: Any = NoImages()

    with pytest.raises(LocaldevError, match="the docker command is not installed"):
        image.ensure_image(client, lambda _: None)


def test_the_address_of_a_private_index_is_a_secret_of_the_build(
    docker_command: MakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY"):
        monkeypatch.setenv(variable, "https://person:password@index.example/simple")
    docker_command('echo "$@"; exit 1')
    client: Any = NoImages()

    with pytest.raises(LocaldevError) as failure:
        image.ensure_image(client, lambda _: None)

    assert "--secret id=pip_index_url,env=PIP_INDEX_URL" in str(failure.value)
    assert "--secret id=npm_config_registry,env=NPM_CONFIG_REGISTRY" in str(failure.value)
    assert "password" not in str(failure.value)


def test_no_dockerfile_takes_an_address_that_would_stay_in_its_history() -> None:
    for file in ("emulator/Dockerfile", "localdev/console/Dockerfile"):
        text = (project.ROOT / file).read_text()
        assert "ARG PIP" not in text
        assert "ARG NPM" not in text
        assert "--mount=type=secret,id=pip_index_url" in text


class OldImage:
    """An image that was built from a checkout."""

    id = "sha256:0ld"

    def __init__(self, checkout: Path, *tags: str) -> None:
        self.labels = {image.CHECKOUT_LABEL: str(checkout)}
        self.tags = list(tags)


class Images:
    """A Docker Engine that builds well, and writes down what is removed."""

    def __init__(self, *old: OldImage) -> None:
        self.images = self
        self._old = old
        self._looked = False
        self.removed: set[str] = set()

    def get(self, _name: str) -> None:
        """Find the new image, from the second look on."""
        if not self._looked:
            self._looked = True
            raise ImageNotFound("no such image")

    def list(self, *_names: str, **_options: object) -> list[OldImage]:
        """Return the emulator's images."""
        return [*self._old]

    def remove(self, tag: str) -> None:
        """Write it down."""
        self.removed.add(tag)


@pytest.fixture
def builds_well(docker_command: MakeDocker) -> None:
    """Provide a ``docker`` command whose builds go well."""
    docker_command("exit 0")


@pytest.mark.usefixtures("builds_well")
def test_a_new_image_takes_the_place_of_this_checkouts_and_of_those_whose_checkout_is_gone(tmp_path: Path) -> None:
    old, gone, others = (f"{image.REPOSITORY}:{letter * 12}" for letter in "abc")
    client: Any = Images(OldImage(project.ROOT, old), OldImage(tmp_path / "removed", gone), OldImage(tmp_path, others))

    image.ensure_image(client, lambda _: None)

    assert client.removed == {old, gone}


@pytest.mark.usefixtures("builds_well")
def test_a_name_that_a_person_gave_to_an_image_stays() -> None:
    client: Any = Images(OldImage(project.ROOT, f"{image.REPOSITORY}:{'a' * 12}", f"{image.REPOSITORY}:mine", "my:own"))

    image.ensure_image(client, lambda _: None)

    assert client.removed == {f"{image.REPOSITORY}:{'a' * 12}"}


def test_without_the_bootstrap_template_the_setup_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "BOOTSTRAP_TEMPLATE", project.ROOT / "node_modules" / "no-template.yaml")

    with pytest.raises(LocaldevError, match=r"(?s)no-template.yaml.*Hint: run ./scripts/setup"):
        image.ensure_image(NoImages(), lambda _: None)  # type: ignore[arg-type]


def test_no_docker_engine_is_said_with_what_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_port()}")

    with pytest.raises(LocaldevError, match=r"(?s)No Docker Engine answers at tcp://.*Hint: start it.*embedded"):
        docker_engine.connect()


def test_the_socket_of_an_engine_that_was_killed_is_left_to_nobody(
    monkeypatch: pytest.MonkeyPatch, socket_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(socket_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket_path}")

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(LocaldevError, match="No Docker Engine answers"):
            docker_engine.connect()
        gc.collect()
    assert not said


@pytest.mark.parametrize("host", ["tcp://192.168.0.7:2375", "ssh://baker@oven"])
def test_a_docker_engine_on_another_machine_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)

    with pytest.raises(LocaldevError, match=r"(?s)on another machine.*Hint: .*embedded"):
        docker_engine.connect()
