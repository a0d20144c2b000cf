"""What goes into the image, and when it is out of date."""

from __future__ import annotations

import gc
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
    from collections.abc import Iterator


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with what the image is made from, and with what it is not."""
    for path in [*image.context_files(), Path(".dockerignore"), Path("README.md")]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.ROOT / path, tmp_path / path)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    return tmp_path


def test_the_emulator_and_the_bootstrap_template_go_into_it_and_nothing_else() -> None:
    files = image.context_files()

    outside = [str(file) for file in files if file.parts[0] != "emulator"]
    assert outside == [
        "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml",
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


class FailingBuild:
    """A Docker Engine whose build fails half way."""

    def __init__(self, *messages: dict[str, str]) -> None:
        self.api = self.images = self
        self._messages = messages

    def get(self, _name: str) -> None:
        """Say that no image is there yet."""
        raise ImageNotFound("no such image")

    def list(self, *_args: object, **_options: object) -> list[Any]:
        """Return nothing was left."""
        return []

    def build(self, **_options: object) -> Iterator[dict[str, str]]:
        """Yield what the daemon would stream."""
        yield from self._messages


def test_a_build_that_fails_half_way_is_said_with_its_step_and_last_lines() -> None:
    said: list[str] = []
    client: Any = FailingBuild(
        {"stream": "Step 10/30 : RUN uv pip install"},
        {"stream": "\x1b[31merror\x1b[39m: no space left on device\n"},
        {"error": "The command returned a non-zero code: 1"},
    )

    with pytest.raises(LocaldevError) as failure:
        image.ensure_image(client, said.append)

    assert said == ["building the emulator's image: step 10/30, RUN"]
    assert "The command returned a non-zero code: 1" in str(failure.value)
    assert "  error: no space left on device" in str(failure.value)
    assert "Hint: its first build needs the network and 2 GB of disk; --engine embedded needs no image." in str(
        failure.value
    )


def test_a_build_that_ends_without_an_image_is_a_failure() -> None:
    client: Any = FailingBuild({"stream": "Step 1/30 : FROM"})

    with pytest.raises(LocaldevError, match="could not be built"):
        image.ensure_image(client, lambda _: None)


class OldImage:
    """An image that was built from a checkout."""

    id = "sha256:0ld"

    def __init__(self, checkout: Path, *tags: str) -> None:
        self.labels = {image.CHECKOUT_LABEL: str(checkout)}
        self.tags = list(tags)


class Images:
    """A Docker Engine that builds well, and writes down what is removed."""

    def __init__(self, *old: OldImage) -> None:
        self.api = self.images = self
        self._old = old
        self._built = False
        self.removed: set[str] = set()

    def get(self, _name: str) -> None:
        """Return the new image, once it has been built."""
        if not self._built:
            raise ImageNotFound("no such image")

    def list(self, *names: str, **_options: object) -> list[OldImage]:
        """Return the emulator's images; no build has left a stage."""
        return [*self._old] if names else []

    def build(self, **_options: object) -> Iterator[dict[str, str]]:
        """Yield a build without a word."""
        self._built = True
        yield {}

    def remove(self, tag: str) -> None:
        """Write it down."""
        self.removed.add(tag)


def test_a_new_image_takes_the_place_of_this_checkouts_and_of_those_whose_checkout_is_gone(tmp_path: Path) -> None:
    old, gone, others = (f"{image.REPOSITORY}:{letter * 12}" for letter in "abc")
    client: Any = Images(OldImage(project.ROOT, old), OldImage(tmp_path / "removed", gone), OldImage(tmp_path, others))

    image.ensure_image(client, lambda _: None)

    assert client.removed == {old, gone}


def test_a_name_that_a_person_gave_to_an_image_stays() -> None:
    client: Any = Images(OldImage(project.ROOT, f"{image.REPOSITORY}:{'a' * 12}", f"{image.REPOSITORY}:mine", "my:own"))

    image.ensure_image(client, lambda _: None)

    assert client.removed == {f"{image.REPOSITORY}:{'a' * 12}"}


def test_without_the_bootstrap_template_the_setup_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "BOOTSTRAP_TEMPLATE", project.ROOT / "node_modules" / "no-template.yaml")

    with pytest.raises(LocaldevError, match=r"(?s)no-template.yaml.*Hint: run ./scripts/setup"):
        image.ensure_image(FailingBuild(), lambda _: None)  # type: ignore[arg-type]


def test_no_docker_engine_is_said_with_what_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_port()}")

    with pytest.raises(LocaldevError, match=r"(?s)No Docker Engine answers at tcp://.*Hint: start it.*embedded"):
        docker_engine.connect()


def test_the_socket_of_an_engine_that_was_killed_is_left_to_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(tmp_path / "docker.sock"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")

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
