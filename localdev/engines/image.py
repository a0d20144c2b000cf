"""The emulator's image: built when what goes into it has changed, found otherwise."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from docker.errors import APIError, DockerException, ImageNotFound
from docker.utils import exclude_paths

from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.file_lock import exclusive
from localdev.system.installation import ensure_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import DockerClient
    from docker.models.images import Image

REPOSITORY = "localdev-emulator"
DOCKERFILE = "emulator/Dockerfile"
CHECKOUT_LABEL = "localdev.checkout"
"""Whose image, or container, it is: the top folder of a checkout."""

_STEP = re.compile(r"#\d+ \[(?:[\w-]+ )?(\d+/\d+)\] (\w+)")
"""How BuildKit begins a step in plain text: ``#9 [build 4/8] RUN …``."""

_INDICES = ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY")
"""Variables with the address of a package index, which may have a password: secrets of the build."""
_ERROR_LINES = 12
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MTIME = 1735689600
"""The first second of 2025: wheels cannot hold a time before 1980."""

_HASH_LENGTH = 12


class BuildError(Exception):
    """A build that failed; what it said is in its output."""


def context_files(root: Path = project.TOOL) -> list[Path]:
    """Return what the image is made from, relative to ``root``: what ``.dockerignore`` lets through."""
    patterns = [
        line for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    found = exclude_paths(str(root), patterns, dockerfile=DOCKERFILE)
    # the client would send this one, too
    found.discard(".dockerignore")
    found |= {
        str(path.relative_to(project.NODE_MODULES.parent))
        for path in (project.BOOTSTRAP_TEMPLATE, *project.NODE_CLIENT)
    }
    return sorted(Path(path) for path in found if _place(root, path).is_file())


def _place(root: Path, path: str | Path) -> Path:
    """Return where a file of the build is: below ``root``, or where the installed tool has its Node packages."""
    own = root / path
    return own if own.exists() else project.NODE_MODULES.parent / path


def content_hash(root: Path = project.TOOL) -> str:
    """Return a hash of every file that goes into the image: its name, whether it can be run, and what is in it."""
    digest = hashlib.sha256()
    for path in context_files(root):
        file = _place(root, path)
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{path} {os.access(file, os.X_OK)} {content}\n".encode())
    return digest.hexdigest()[:_HASH_LENGTH]


def ensure_image(client: DockerClient, say: Callable[[str], None]) -> str:
    """Return the name of an image of what is in this checkout now; ``say`` gets a message for each step of its build.

    :raises LocaldevError: it could not be built, with the end of what the build said.
    """
    ensure_installed()
    _check_template()
    name = f"{REPOSITORY}:{content_hash()}"
    with _one_build_at_a_time():
        try:
            client.images.get(name)
        except ImageNotFound:
            _build(client, name, say)
    return name


def _check_template() -> None:
    if not project.BOOTSTRAP_TEMPLATE.exists():
        raise LocaldevError(
            f"The CDK's bootstrap template is not there: {project.BOOTSTRAP_TEMPLATE}.", "run ./scripts/setup."
        )


def _build(client: DockerClient, name: str, say: Callable[[str], None]) -> None:
    said: list[str] = []
    try:
        with _context() as context:
            for line in _output_of_build(name, context):
                said.append(line)
                if step := _STEP.match(line):
                    say(f"building the emulator's image: step {step[1]}, {step[2]}")
        client.images.get(name)
    except (BuildError, DockerException) as error:
        raise LocaldevError(
            f"The emulator's image could not be built: {error}\n{_tail(said)}",
            "its first build needs the network, 2 GB of disk and Docker's buildx; --engine embedded needs no image.",
        ) from error
    _remove_older(client, name)


def _output_of_build(name: str, context: IO[bytes]) -> Iterator[str]:
    """Build with BuildKit, as ``docker compose`` does: each finds the layers of the other. Docker's API has no secrets.

    :raises BuildError: the build failed, or there is no ``docker`` command.
    """
    secret = [
        word for name in _INDICES if os.environ.get(name) for word in ("--secret", f"id={name.lower()},env={name}")
    ]
    command = ["docker", "build", "--progress", "plain", "--file", DOCKERFILE, "--tag", name]
    command += ["--label", f"{CHECKOUT_LABEL}={project.ROOT}", *secret, "-"]
    try:
        process = subprocess.Popen(
            command,
            stdin=context,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DOCKER_BUILDKIT": "1"},
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise BuildError("the docker command is not installed.") from error
    with process:
        assert process.stdout
        try:
            yield from (line.rstrip() for line in process.stdout)
        except BaseException:
            # also when interrupted: the daemon ends a build whose client has gone
            process.kill()
            raise
    if process.returncode:
        raise BuildError(f"docker build ended with status {process.returncode}.")


def _tail(said: list[str]) -> str:
    lines = [line for text in said for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-_ERROR_LINES:])


def _context() -> IO[bytes]:
    """Return the build context; nothing in it differs from one checkout to the next, so that layers are found again."""
    context = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with tarfile.open(fileobj=context, mode="w") as archive:
        for path in context_files():
            file = _place(project.TOOL, path)
            content = file.read_bytes()
            entry = tarfile.TarInfo(str(path))
            entry.size = len(content)
            entry.mtime = _MTIME
            entry.mode = 0o755 if os.access(file, os.X_OK) else 0o644
            archive.addfile(entry, io.BytesIO(content))
    context.seek(0)
    return context


def _remove_older(client: DockerClient, name: str) -> None:
    """Remove what this image takes the place of; its layers stay in BuildKit's cache, which has a limit of its own."""
    for image in client.images.list(REPOSITORY, filters={"label": CHECKOUT_LABEL}):
        checkout = Path(image.labels[CHECKOUT_LABEL])
        if checkout == project.ROOT or not checkout.exists():
            for tag in _own_tags(image) - {name}:
                _remove(client, tag)


def _own_tags(image: Image) -> set[str]:
    """Return the names that were given here: a person may have given others."""
    return {tag for tag in image.tags if re.fullmatch(rf"{REPOSITORY}:[0-9a-f]{{{_HASH_LENGTH}}}", tag)}


def _remove(client: DockerClient, image: str) -> None:
    try:
        client.images.remove(image)
    except APIError:
        return  # a container still uses it, or another run has been faster


@contextmanager
def _one_build_at_a_time() -> Iterator[None]:
    """Let one command of this checkout build: the second finds what the first has made."""
    project.STATE.mkdir(exist_ok=True)
    with exclusive(project.STATE / "image.lock"):
        yield
