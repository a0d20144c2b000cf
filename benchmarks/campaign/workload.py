"""Start executions while the emulator is disturbed, and collect their outcomes."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
from botocore.exceptions import BotoCoreError, ClientError

from localdev.engines.embedded import EmbeddedEngine
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CALLERS = 4
_END_SECONDS = 120.0
_PAUSE_SECONDS = 0.1
_ACCEPT_SECONDS = 60.0
_STOP_SECONDS = 5.0
_MOST_NAMED = 5
ROLE = "arn:aws:iam::000000000000:role/campaign"
FILE = stat.S_IFREG | 0o644
_HANDLER = b"""import time
def handler(event, context):
    time.sleep(event.get("seconds", 0))
    return event
"""
_CALLER = """import http.client, sys
host, port, function, body = sys.argv[1:]
connection = http.client.HTTPConnection(host, int(port))
connection.request("POST", f"/2015-03-31/functions/{function}/invocations", body)
print("sent", flush=True)
connection.getresponse().read()
"""
_RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 20}]


def package(*entries: tuple[str, bytes, int]) -> bytes:
    """Return a zip file with these entries: name, content, mode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


@dataclass
class Outcome:
    """Findings of a part of the campaign, a line of its table."""

    part: str
    started: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    left: list[str] = field(default_factory=list)
    """What is there afterwards, and should not be."""
    notes: dict[str, Any] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Return whether nothing was lost, doubled, wrong or left."""
        return not (self.lost or self.doubled or self.wrong or self.left)


class Target:
    """An emulator with a workflow on it: one task, which gives back what it was given."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        self.functions_api = engine.clients().client("lambda")
        self.machines = engine.clients().client("stepfunctions")
        self._seen: set[psutil.Process] = set()
        function = self.functions_api.create_function(
            FunctionName=f"campaign-{uuid.uuid4().hex[:8]}",
            Runtime="python3.13",
            Handler="function.handler",
            Role=ROLE,
            Timeout=30,
            Code={"ZipFile": package(("function.py", _HANDLER, FILE))},
        )
        self._function: str = function["FunctionName"]
        self.functions_api.get_waiter("function_active_v2").wait(
            FunctionName=function["FunctionName"], WaiterConfig={"Delay": 1}
        )
        task = {"Type": "Task", "Resource": function["FunctionArn"], "Retry": _RETRY, "End": True}
        definition = json.dumps({"StartAt": "Give back", "States": {"Give back": task}})
        self.machine: str = self.machines.create_state_machine(
            name=f"campaign-{uuid.uuid4().hex[:8]}", definition=definition, roleArn=ROLE
        )["stateMachineArn"]

    @property
    def localstack(self) -> psutil.Process:
        """LocalStack's process."""
        return psutil.Process(self.engine.instance().pid)

    def fork_servers(self) -> list[psutil.Process]:
        """Return the processes that functions are forked from."""
        return [child for child in self.localstack.children() if "fork_server" in " ".join(child.cmdline())]

    def functions(self) -> list[psutil.Process]:
        """Return the processes of functions, those whose fork server is gone included."""
        return [process for process in self.members() if _is_function(process)]

    def members(self) -> list[psutil.Process]:
        """Return all that LocalStack has started and that has been seen, whoever its parent is by now."""
        self._seen.update(self.localstack.children(recursive=True))
        self._seen = {process for process in self._seen if process.is_running()}
        return list(self._seen)

    def caller(self, *, slow_seconds: float) -> subprocess.Popen[bytes]:
        """Start a process that invokes the function, which takes its time, and waits for the answer."""
        url = urlsplit(self.engine.endpoint_url)
        body = json.dumps({"seconds": slow_seconds})
        arguments = [url.hostname or "127.0.0.1", str(url.port), self._function, body]
        return subprocess.Popen([sys.executable, "-I", "-S", "-c", _CALLER, *arguments], stdout=subprocess.PIPE)

    def run(self, executions: int) -> list[str]:
        """Start executions and wait for their ends; return what is wrong, a sentence each."""
        with ThreadPoolExecutor(CALLERS) as pool:
            return [wrong for wrong in pool.map(lambda _: self._one(), range(executions)) if wrong]

    def _one(self) -> str | None:
        name = uuid.uuid4().hex
        try:
            execution = wait_until(lambda: self._start(name), what=f"{name} to be accepted", seconds=_ACCEPT_SECONDS)
            ended = wait_until(lambda: self._ended(execution), what=f"{name} to end", seconds=_END_SECONDS)
        except LocaldevError as error:
            return f"lost: {error.message}"
        if ended["status"] != "SUCCEEDED":
            return f"wrong: {name} {ended['status']} {ended.get('error')} {ended.get('cause')}"
        return None if json.loads(ended["output"]) == {"name": name} else f"wrong: {name} gave {ended['output']}"

    def _start(self, name: str) -> str | None:
        """Start an execution of this name, which is one however often it is asked for."""
        try:
            started = self.machines.start_execution(
                stateMachineArn=self.machine, name=name, input=json.dumps({"name": name})
            )
        except (BotoCoreError, ClientError):
            return None
        return str(started["executionArn"])

    def _ended(self, execution: str) -> dict[str, Any] | None:
        try:
            found = dict(self.machines.describe_execution(executionArn=execution))
        except (BotoCoreError, ClientError):
            return None
        return None if found["status"] == "RUNNING" else found

    def names(self) -> Counter[str]:
        """Return how often each execution is listed."""
        pages = self.machines.get_paginator("list_executions").paginate(stateMachineArn=self.machine)
        return Counter(each["name"] for page in pages for each in page["executions"])


@contextmanager
def target(folder: Path | None = None, **settings: str) -> Iterator[Target]:
    """Start an emulator for a campaign, with its files in a folder, and stop it afterwards.

    :raises LocaldevError: the stop has left processes or files.
    """
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings)
    engine.folder = folder or engine.folder
    engine.start()
    try:
        target = Target(engine)
        yield target
        members = target.members()
    finally:
        engine.stop()
    _, alive = psutil.wait_procs(members, timeout=_STOP_SECONDS)
    if left := [*map(str, alive), *([str(engine.folder)] if engine.folder.exists() else [])]:
        raise LocaldevError(f"The emulator has been stopped, and has left {', '.join(left)}.")


def _is_function(process: psutil.Process) -> bool:
    try:
        return any("bootstrap" in argument for argument in process.cmdline())
    except psutil.Error:
        return False


def disturbed(part: str, target: Target, seconds: float, disturb: Callable[[], None]) -> Outcome:
    """Run executions while ``disturb`` is called again and again, and look at all of them afterwards.

    Those that are under way in the end may end undisturbed.
    """
    outcome, before = Outcome(part), target.names()
    deadline = time.monotonic() + seconds
    disturber = threading.Thread(target=_repeat, args=(disturb, deadline, outcome), daemon=True)
    disturber.start()
    found: list[str] = []
    while time.monotonic() < deadline:
        outcome.started += CALLERS * 5
        found += target.run(CALLERS * 5)
    disturber.join()
    outcome.lost = sum(line.startswith("lost") for line in found)
    outcome.wrong = sum(line.startswith("wrong") for line in found)
    outcome.doubled = max((target.names() - before).total() - outcome.started, 0)
    outcome.examples = found[:_MOST_NAMED]
    outcome.left = _left(target)
    return outcome


def _repeat(disturb: Callable[[], None], deadline: float, outcome: Outcome) -> None:
    while time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
        try:
            disturb()
        except (OSError, psutil.Error):
            continue  # what it was about has just ended
        outcome.notes["disturbed"] = outcome.notes.get("disturbed", 0) + 1


def _left(target: Target) -> list[str]:
    """Return what should not be there once nothing is disturbed any more: zombies."""

    def none_left() -> bool | None:
        return None if _zombies(target) else True

    try:
        wait_until(none_left, what="zombies to go", seconds=10)
    except LocaldevError:
        return [f"zombie {process.pid}" for process in _zombies(target)]
    return []


def _zombies(target: Target) -> list[psutil.Process]:
    found = []
    for process in target.members():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found
