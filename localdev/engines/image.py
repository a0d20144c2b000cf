"""The emulator's image: built when what goes into it has changed, found otherwise."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from docker.errors import APIError, BuildError, DockerException, ImageNotFound
from docker.utils import exclude_paths

from localdev.system import project
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import DockerClient
    from docker.models.images import Image

REPOSITORY = "the-state-machine-emulator"
DOCKERFILE = "emulator/Dockerfile"
CHECKOUT_LABEL = "the-state-machine.checkout"
"""Whose image, or container, it is: the top folder of a checkout."""

STAGE_LABEL = "the-state-machine.stage=build"
"""What the Dockerfile's first stage is known by: its layers are kept for the next build, and only the newest."""

_STEP = re.compile(r"Step (\d+/\d+) : (\w+)")
_ERROR_LINES = 12
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MTIME = 1735689600
"""The first second of 2025: wheels cannot hold a time before 1980."""

_HASH_LENGTH = 12


def context_files(root: Path = project.ROOT) -> list[Path]:
    """Return what the image is made from, relative to ``root``: what ``.dockerignore`` lets through."""
    patterns = [line for line in (root / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    found = exclude_paths(str(root), patterns, dockerfile=DOCKERFILE)
    # the client would send this one, too
    found.discard(".dockerignore")
    return sorted(Path(path) for path in found if (root / path).is_file())


def content_hash(root: Path = project.ROOT) -> str:
    """Return a hash of every file that goes into the image: its name, whether it can be run, and what is in it."""
    digest = hashlib.sha256()
    for path in context_files(root):
        file = root / path
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{path} {os.access(file, os.X_OK)} {content}\n".encode())
    return digest.hexdigest()[:_HASH_LENGTH]


def ensure_image(client: DockerClient, say: Callable[[str], None]) -> str:
    """Return the name of an image of what is in this checkout now; ``say`` is told the steps of its making.

    :raises LocaldevError: it could not be built, with the end of what the build said.
    """
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
            f"The CDK's bootstrap template is not there: {project.BOOTSTRAP_TEMPLATE.relative_to(project.ROOT)}.",
            "run ./scripts/setup.",
        )


def _build(client: DockerClient, name: str, say: Callable[[str], None]) -> None:
    before = {image.id for image in _stages(client)}
    said: list[str] = []
    try:
        with _context() as context:
            for message in client.api.build(
                fileobj=context,
                custom_context=True,
                dockerfile=DOCKERFILE,
                tag=name,
                rm=True,
                forcerm=True,
                labels={CHECKOUT_LABEL: str(project.ROOT)},
                buildargs={"PIP_INDEX_URL": os.environ.get("PIP_INDEX_URL", "")},
                decode=True,
            ):
                _report(message, said, say)
        client.images.get(name)
    except BaseException as error:
        # also when interrupted; the daemon ends a build whose client has gone
        _remove_stages(client, before)
        if isinstance(error, DockerException):
            raise LocaldevError(
                f"The emulator's image could not be built: {_reason(error)}\n{_tail(said)}",
                "its first build needs the network and 2 GB of disk; --engine embedded needs no image.",
            ) from error
        raise
    _remove_older(client, name, before)


def _report(message: dict[str, str], said: list[str], say: Callable[[str], None]) -> None:
    if "error" in message:
        raise BuildError(message["error"].strip(), iter(()))
    line = (message.get("stream") or message.get("status") or "").rstrip()
    if line:
        said.append(line)
    if step := _STEP.match(line):
        say(f"building the emulator's image: step {step[1]}, {step[2]}")


def _reason(error: DockerException) -> str:
    return str(error.explanation if isinstance(error, APIError) else getattr(error, "msg", error))


def _tail(said: list[str]) -> str:
    lines = [line for text in said for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-_ERROR_LINES:])


def _context() -> IO[bytes]:
    """Return the build context; nothing in it differs from one checkout to the next, so that layers are found again."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with tarfile.open(fileobj=file, mode="w") as archive:
        for path in context_files():
            content = (project.ROOT / path).read_bytes()
            entry = tarfile.TarInfo(str(path))
            entry.size = len(content)
            entry.mtime = _MTIME
            entry.mode = 0o755 if os.access(project.ROOT / path, os.X_OK) else 0o644
            archive.addfile(entry, io.BytesIO(content))
    file.seek(0)
    return file


def _stages(client: DockerClient) -> list[Image]:
    found: list[Image] = client.images.list(filters={"label": STAGE_LABEL, "dangling": True}, all=False)
    return found


def _remove_stages(client: DockerClient, kept: set[str | None]) -> None:
    """Remove the layers of a build that came to nothing."""
    for image in _stages(client):
        if image.id not in kept:
            _remove(client, str(image.id))


def _remove_older(client: DockerClient, name: str, stages: set[str | None]) -> None:
    """Remove what this image takes the place of; the stage it was made from stays, for the next build."""
    newest = {image.id for image in _stages(client)} - stages
    for stage in stages if newest else ():
        _remove(client, str(stage))
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
    """Let one run of this machine build, whichever checkout it is of: the second finds what the first has made."""
    lock = Path(tempfile.gettempdir(), f"{REPOSITORY}-{os.getuid()}.lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
