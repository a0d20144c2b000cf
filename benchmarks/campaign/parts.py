"""The parts of the campaign: one way to disturb the emulator each."""

from __future__ import annotations

import itertools
import os
import random
import resource
import signal
import socket
import stat
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
from botocore.exceptions import ClientError

from benchmarks.campaign.full_disk import full_disk
from benchmarks.campaign.workload import FILE, ROLE, Outcome, Target, disturbed, package, target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STOPPED_SECONDS = 0.3
_CALLED_SECONDS = 0.2
_SPARE_DESCRIPTORS = 8
_SLOW_CLIENTS = 50
_ANSWER_SECONDS = 2.0
_ANSWER_BYTES = 64
_SOAK_STEP = 200
_SOAK_FILLS = 10
"""Steps after which everything has reached its bound, slack included."""


def kill_functions(target: Target, seconds: float) -> Outcome:
    """Kill functions, wherever they are in an invocation."""
    return disturbed("kill functions", target, seconds, lambda: _one_of(target.functions()).kill())


def kill_fork_servers(target: Target, seconds: float) -> Outcome:
    """Kill the processes that functions are forked from; and functions, so that new ones are needed."""

    def kill() -> None:
        for processes in (target.fork_servers(), target.functions()):
            if processes:
                _one_of(processes).kill()

    # more often than one needs to start: functions that need one wait until the kills are over
    return disturbed("kill fork servers", target, seconds, kill)


def stop_and_continue(target: Target, seconds: float) -> Outcome:
    """Stop functions for a moment."""

    def stop() -> None:
        process = _one_of(target.functions())
        process.send_signal(signal.SIGSTOP)
        time.sleep(_STOPPED_SECONDS)
        process.send_signal(signal.SIGCONT)

    return disturbed("stop and continue functions", target, seconds, stop)


def lose_clients(target: Target, seconds: float) -> Outcome:
    """Break connections off in the middle of a request."""

    def break_off() -> None:
        with closing(_connected(target)) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
            # closed with a reset, not politely
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return disturbed("lose clients", target, seconds, break_off)


def kill_callers(target: Target, seconds: float) -> Outcome:
    """Kill processes that wait for a function's answer: it runs to its end, and its place is free again."""

    def call_and_die() -> None:
        with target.caller(slow_seconds=_CALLED_SECONDS) as caller:
            # its first line says that the request is on its way
            if caller.stdout and caller.stdout.readline():
                time.sleep(random.uniform(0, _CALLED_SECONDS))  # noqa: S311 - any moment
            caller.kill()

    return disturbed("kill callers", target, seconds, call_and_die)


def fuzz(target: Target, seconds: float) -> Outcome:
    """Send what is no HTTP, or nearly, and sort the answers."""
    answers: Counter[str] = Counter()
    chance = random.Random(15)  # noqa: S311 - the same bytes every time

    def send() -> None:
        answers[_answer(target, _nearly_http(chance))] += 1

    outcome = disturbed("fuzz", target, seconds, send)
    outcome.notes["answers"] = dict(sorted(answers.items()))
    return outcome


def slow_clients(target: Target, seconds: float) -> Outcome:
    """Hold connections on which a request arrives byte by byte."""
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(_connected(target))) for _ in range(_SLOW_CLIENTS)]
        request = itertools.chain(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", itertools.repeat(ord("y")))

        def dribble() -> None:
            byte = bytes([next(request)])
            for client in clients:
                client.send(byte)

        return disturbed("slow clients", target, seconds, dribble)


def few_descriptors(target: Target, seconds: float) -> Outcome:
    """Leave LocalStack hardly a descriptor, again and again, and give them back."""
    localstack = target.localstack
    limits = localstack.rlimit(resource.RLIMIT_NOFILE)

    def starve() -> None:
        localstack.rlimit(resource.RLIMIT_NOFILE, (localstack.num_fds() + _SPARE_DESCRIPTORS, limits[1]))
        time.sleep(_STOPPED_SECONDS)
        localstack.rlimit(resource.RLIMIT_NOFILE, limits)

    try:
        return disturbed("few descriptors", target, seconds, starve)
    finally:
        localstack.rlimit(resource.RLIMIT_NOFILE, limits)


def hostile_packages(target: Target, seconds: float) -> Outcome:
    """Create functions from packages that lead out of their folder."""
    with tempfile.TemporaryDirectory() as place:
        outside = Path(place)
        mine = outside / "mine"
        mine.write_text("as it was", encoding="utf-8")
        mine.chmod(0o600)

        def create() -> None:
            for code in (_through_a_link(outside), _upwards(outside), _link_to(mine)):
                _try_to_create(target, code)

        outcome = disturbed("hostile packages", target, seconds, create)
        if [path.name for path in outside.iterdir()] != ["mine"] or mine.read_text(encoding="utf-8") != "as it was":
            outcome.left.append("files outside a package were written")
        if stat.S_IMODE(mine.stat().st_mode) != 0o600:
            outcome.left.append("the mode of a file outside a package was changed")
        return outcome


def soak(_: Target, seconds: float) -> Outcome:
    """Disturb nothing, and look at the memory of an emulator with small bounds after each few hundred executions."""
    bounds = {"STEPFUNCTIONS_KEPT_EXECUTIONS": str(_SOAK_STEP), "LOGS_KEPT_EVENTS": str(_SOAK_STEP * 3)}
    with target(None, **bounds) as own:
        return _soaked(own, seconds)


def _soaked(target: Target, seconds: float) -> Outcome:
    outcome = Outcome("soak")
    deadline, memory = time.monotonic() + seconds, [_memory(target)]
    found: list[str] = []
    while time.monotonic() < deadline:
        found += target.run(_SOAK_STEP)
        outcome.started += _SOAK_STEP
        memory.append(_memory(target))
    outcome.lost = sum(line.startswith("lost") for line in found)
    outcome.wrong = len(found) - outcome.lost
    # no more are kept
    outcome.doubled = max(target.names().total() - min(outcome.started, _SOAK_STEP), 0)
    outcome.notes["MB"] = memory
    if outcome.started > _SOAK_STEP * _SOAK_FILLS:
        # the first executions fill what stays
        later = outcome.started - _SOAK_STEP * _SOAK_FILLS
        outcome.notes["MB per 1,000 executions"] = round((memory[-1] - memory[_SOAK_FILLS]) * 1000 / later, 1)
    return outcome


PARTS: Mapping[str, Callable[[Target, float], Outcome]] = {
    "kill-functions": kill_functions,
    "kill-fork-servers": kill_fork_servers,
    "stop-and-continue": stop_and_continue,
    "lose-clients": lose_clients,
    "kill-callers": kill_callers,
    "fuzz": fuzz,
    "slow-clients": slow_clients,
    "few-descriptors": few_descriptors,
    "full-disk": full_disk,
    "hostile-packages": hostile_packages,
    "soak": soak,
}


def _one_of(processes: list[psutil.Process]) -> psutil.Process:
    if not processes:
        raise psutil.NoSuchProcess(0)
    return random.choice(processes)  # noqa: S311 - any of them


def _connected(target: Target) -> socket.socket:
    parts = urlsplit(target.engine.endpoint_url)
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=_ANSWER_SECONDS)


def _nearly_http(chance: random.Random) -> bytes:
    request = bytearray(b"POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n{}")
    for _ in range(chance.randrange(1, 8)):
        request[chance.randrange(len(request))] = chance.randrange(256)
    return bytes(request) if chance.random() < 0.8 else os.urandom(chance.randrange(1, 4096))


def _answer(target: Target, request: bytes) -> str:
    """Return the status of the answer, or how there was none."""
    with closing(_connected(target)) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        try:
            answer = client.recv(_ANSWER_BYTES)
        except TimeoutError:
            return "none in time"
        except ConnectionResetError:
            return "reset"
    return answer.split(b" ")[1].decode(errors="replace") if answer.startswith(b"HTTP/") else "closed"


_LINK = stat.S_IFLNK | 0o777


def _through_a_link(outside: Path) -> bytes:
    return package(("d", bytes(outside), _LINK), ("d/written", b"", FILE))


def _upwards(outside: Path) -> bytes:
    return package(("../" * 20 + str(outside).lstrip("/") + "/written", b"", FILE))


def _link_to(file: Path) -> bytes:
    return package(("function.py", bytes(file), _LINK))


def _try_to_create(target: Target, code: bytes) -> None:
    client = target.functions_api
    name = f"hostile-{random.randrange(10**9)}"  # noqa: S311 - any name
    try:
        client.create_function(
            FunctionName=name, Runtime="python3.13", Handler="function.handler", Role=ROLE, Code={"ZipFile": code}
        )
        client.delete_function(FunctionName=name)
    except ClientError:
        return


def _memory(target: Target) -> float:
    """Return LocalStack's own memory in MB."""
    return round(target.localstack.memory_info().rss / 2**20, 1)
