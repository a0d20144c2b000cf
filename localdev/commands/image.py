"""``image``: the emulator's image, built when it is out of date, and kept in a file between machines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from localdev.commands.base import Command
from localdev.commands.terminal import out, progress
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    import argparse

    from docker import DockerClient


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hash", action="store_true", help="print the hash of what goes into it, and do nothing else")
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="FILE",
        help="take the image from this file if it is there, and write it there if not",
    )


def _run(options: argparse.Namespace) -> int:
    # the Docker SDK is slow to import
    from localdev.engines import docker_engine
    from localdev.engines.image import content_hash, ensure_image

    if options.hash:
        print(content_hash())
        return 0
    client = docker_engine.connect()
    is_archived = options.archive and options.archive.exists()
    if is_archived:
        _load(client, options.archive)
    with progress("looking for the emulator's image", "the emulator's image is there") as say:
        name = ensure_image(client, say)
    if options.archive and not is_archived:
        _save(client, name, options.archive)
    client.close()
    out.print(name)
    return 0


def _load(client: DockerClient, archive: Path) -> None:
    from docker.errors import DockerException

    try:
        with archive.open("rb") as file:
            client.images.load(file)
    except DockerException as error:
        raise LocaldevError(f"{archive} holds no image: {error}.", "remove it, and it is made anew.") from error


def _save(client: DockerClient, name: str, archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_suffix(".unfinished")
    try:
        with unfinished.open("wb") as file:
            for part in client.images.get(name).save(named=True):
                file.write(part)
        unfinished.replace(archive)
    finally:
        unfinished.unlink(missing_ok=True)


COMMAND = Command(
    "Build the image of the container engine, if it is out of date, and print its name.",
    _run,
    _add_arguments,
    uses_engine=False,
)
