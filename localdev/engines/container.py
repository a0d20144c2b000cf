"""The same LocalStack in a container of ``emulator/Dockerfile``, started through the Docker SDK."""

from __future__ import annotations

import os
import platform
import secrets
import time
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING

from docker.errors import APIError, NotFound

from localdev.engines import docker_engine
from localdev.engines.base import say_nothing
from localdev.engines.image import CHECKOUT_LABEL, REPOSITORY, ensure_image
from localdev.engines.local import LOOK_SECONDS, LocalEngine, PortTakenError, is_ready
from localdev.engines.registry import ENGINES, Options
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.interrupts import shielded
from localdev.system.processes import is_process, named_owner, port_holder, port_is_free, started_at
from localdev.system.waiting import WaitTimeoutError, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from docker import DockerClient
    from docker.models.containers import Container

START_SECONDS = 90.0
_STATUS_SECONDS = 0.25
"""How often a container that starts is asked whether it still runs; LocalStack in it is asked more often."""
_HEALTH_NANOSECONDS = 10 * 10**9
"""Between two of Docker's looks at a container's health. We look ourselves, and each costs as much as an order."""
_LOG_LINES = 25
_PORT = "4566/tcp"
_MEMORY = "3g"
_MOST_PROCESSES = 4096
_WRITABLE = {
    "/tmp": "",  # noqa: S108 - in a container
    "/home/localstack/var": "uid=1000,gid=1000",
    "/home/localstack/tmp": "uid=1000,gid=1000",
}
"""What LocalStack and the functions write to, as in ``docker-compose.yml``; the rest of the container is read-only."""
_LABEL = "localdev"
_PUBLISHED, _OWNER, _OWNER_BEFORE = f"{_LABEL}.port", f"{_LABEL}.owner-process", f"{_LABEL}.owner"
"""The last is version 0.1's, which takes the owner that it names for another process once the clock was set."""
_TAKEN = ("port is already allocated", "address already in use", "ports are not available")


class ContainerEngine(LocalEngine):
    """The container on one port. Objects are cheap: what is up is known from the containers' labels."""

    kind = ENGINES["container"]

    def __init__(
        self,
        port: int = project.DEFAULT_PORT,
        *,
        ends_with_us: bool = False,
        settings: Mapping[str, str] | None = None,
        memory_limit: str | None = None,
    ) -> None:
        """Let ``settings`` of LocalStack win over those of ``emulator/localstack.env``; a limit is like ``512m``."""
        super().__init__(f"http://127.0.0.1:{port}")
        self.port = port
        self._checkout = str(project.ROOT)
        self._ends_with_us = ends_with_us
        self._settings = dict(settings or {})
        self._memory_limit = memory_limit or _MEMORY

    @classmethod
    def of(cls, options: Options) -> ContainerEngine:
        """Return the engine that the options name."""
        return cls(options.port or project.DEFAULT_PORT, ends_with_us=options.ends_with_us)

    @staticmethod
    def known() -> list[ContainerEngine]:
        """Return every emulator of this checkout that is in a container. :raises LocaldevError: no Docker Engine."""
        with closing(docker_engine.connect()) as client:
            return known_containers(client)

    @cached_property
    def docker(self) -> DockerClient:
        """The Docker Engine. :raises LocaldevError: none answers."""
        return docker_engine.connect()

    def containers(self) -> list[Container]:
        """Return this checkout's containers on the port, whatever their state."""
        labels = [f"{CHECKOUT_LABEL}={self._checkout}", f"{_PUBLISHED}={self.port}"]
        found: list[Container] = self.docker.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
        return found

    def is_up(self) -> bool:
        """Return whether a container of this checkout runs on the port."""
        return any(container.status == "running" for container in self.containers())

    def start(self, say: Callable[[str], None] = say_nothing) -> None:
        """Build the image if it is out of date, start a container, unless one is up, and wait until it is ready.

        :raises PortTakenError: somebody else listens on the port.
        :raises LocaldevError: no Docker Engine, no image, or LocalStack does not become ready.
        """
        if self.is_up():
            return
        sweep(self.docker)
        self.stop()
        image = ensure_image(self.docker, say)
        say("starting the container")
        try:
            container = self._create(image)
            self._run(container)
            self._wait_until_ready(container)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Remove the container and its volumes."""
        with shielded():
            for container in self.containers():
                remove(container)

    def log_tail(self, lines: int = _LOG_LINES) -> str:
        """Return the last lines of the container's log, without its request lines."""
        return "".join(_log_tail(container, lines) for container in self.containers())

    def _create(self, image: str) -> Container:
        labels = {CHECKOUT_LABEL: self._checkout, _PUBLISHED: str(self.port)}
        if owner := os.getpid() if self._ends_with_us else named_owner():
            labels[_OWNER] = _owner(owner)
        try:
            return self.docker.containers.create(
                image,
                name=f"{REPOSITORY}-{secrets.token_hex(4)}",
                labels=labels,
                ports={_PORT: ("127.0.0.1", self.port)},
                environment={"LOCALSTACK_HOST": f"localhost.localstack.cloud:{self.port}", **self._settings},
                healthcheck={"interval": _HEALTH_NANOSECONDS},
                mem_limit=self._memory_limit,
                pids_limit=_MOST_PROCESSES,
                read_only=True,
                tmpfs=_WRITABLE,
                init=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges:true"],
            )
        except APIError as error:
            # a disk that is full; an image that another run has replaced this very moment
            raise LocaldevError(
                f"The container could not be created: {error.explanation}.",
                "look at 'docker system df', and try again.",
            ) from error

    def _run(self, container: Container) -> None:
        try:
            container.start()
        except APIError as error:
            if any(words in str(error).lower() for words in _TAKEN):
                holder = "another program" if port_is_free(self.port) else port_holder(self.port)
                raise PortTakenError(
                    f"Port {self.port} on 127.0.0.1 is held by {holder}.",
                    "end that program, or choose another port with --port.",
                ) from error
            raise LocaldevError(f"The container could not be started: {error.explanation}.") from error

    def _wait_until_ready(self, container: Container) -> None:
        next_look = time.monotonic()

        def ready() -> bool | None:
            nonlocal next_look
            if time.monotonic() >= next_look:
                _check_that_it_runs(container)
                next_look = time.monotonic() + _STATUS_SECONDS
            try:
                return is_ready(self.endpoint_url)
            except LocaldevError as error:
                raise LocaldevError(f"{error.message}.{_shown_log(container)}") from error

        try:
            wait_until(ready, what="LocalStack to be ready", seconds=START_SECONDS, longest_pause=LOOK_SECONDS)
        except WaitTimeoutError as error:
            raise LocaldevError(f"{error.message}{_shown_log(container)}") from error


def _check_that_it_runs(container: Container) -> None:
    try:
        container.reload()
    except NotFound as error:
        raise LocaldevError("The container was removed while it started.") from error
    if container.status == "exited":
        raise LocaldevError(f"{_how_it_ended(container)}{_shown_log(container)}")


def _how_it_ended(container: Container) -> str:
    state = container.attrs["State"]
    if state["OOMKilled"]:
        return "The container was killed, since it was out of memory."
    return f"The container ended with status {state['ExitCode']} {state['Error']}".rstrip() + "."


def _shown_log(container: Container) -> str:
    return f" The last lines of its log:\n\n{_log_tail(container, _LOG_LINES)}"


def _log_tail(container: Container, lines: int) -> str:
    try:
        log = container.logs(tail=lines * 4).decode(errors="replace")
    except APIError:
        return ""
    kept = [line for line in log.splitlines(keepends=True) if "_localstack/" not in line]
    return "".join(kept[-lines:])


def remove(container: Container) -> None:
    """Remove a container and its volumes, whatever its state; nothing happens when it is gone."""
    try:
        container.remove(v=True, force=True)
    except NotFound:
        return
    except APIError as error:
        if "already in progress" not in str(error):
            raise


def _owner(pid: int) -> str:
    """Return names a process for good: ids are used again, and an engine may serve more than one machine."""
    return f"{platform.node()} {pid} {started_at(pid)}"


def _is_orphaned(container: Container) -> bool:
    """Return whether the process it was started for has ended without removing it."""
    owner = container.labels.get(_OWNER) or container.labels.get(_OWNER_BEFORE)
    if not owner:
        return False
    node, pid, started = owner.rsplit(" ", 2)
    return node == platform.node() and not is_process(int(pid), None if started == "None" else float(started))


def sweep(client: DockerClient) -> None:
    """Remove the containers whose owner was killed, e.g. a test run, whichever checkout they are of."""
    for label in (_OWNER, _OWNER_BEFORE):
        for container in client.containers.list(all=True, filters={"label": label}, ignore_removed=True):
            if _is_orphaned(container):
                remove(container)


def known_containers(client: DockerClient) -> list[ContainerEngine]:
    """Return every emulator of this checkout that is in a container."""
    labels = f"{CHECKOUT_LABEL}={project.ROOT}"
    found = client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    return [ContainerEngine(port) for port in sorted({int(container.labels[_PUBLISHED]) for container in found})]
