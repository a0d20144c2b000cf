"""The emulators that are measured: ours and the rival, as clients see them."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
import uuid
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from benchmarks.rival import NAME as RIVAL
from benchmarks.rival import NoRivalError, installed
from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.project import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE = "import boto3\ndef handler(event, context):\n    return event\n"
ROLE = "arn:aws:iam::000000000000:role/benchmark"


def zipped(source: str, name: str = "function.py") -> bytes:
    """Return the package of a function of one file."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(name, source)
    return package.getvalue()


@dataclass(frozen=True)
class Emulator:
    """Something that answers AWS's API on this machine."""

    name: str
    endpoint_url: str

    def client(self, service: str) -> Any:
        """Return a client that never retries: a failure is a result."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - neither emulator looks at it
            config=Config(retries={"max_attempts": 0}, max_pool_connections=64, read_timeout=120),
        )

    @cached_property
    def functions(self) -> Any:
        """The emulator's Lambda."""
        return self.client("lambda")

    @cached_property
    def identities(self) -> Any:
        """The emulator's STS, whose answer is the cheapest there is."""
        return self.client("sts")

    def create(self, variables: Mapping[str, str] | None = None) -> str:
        """Return the name of a new function that can be invoked, with these environment variables."""
        name = f"b-{uuid.uuid4().hex[:12]}"
        self.functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="function.handler",
            Role=ROLE,
            Timeout=60,
            Code={"ZipFile": zipped(SOURCE)},
            Environment={"Variables": dict(variables or {})},
        )
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    def invoke(self, name: str, event: object) -> str:
        """Invoke, check the answer, and give the tail of the log."""
        response = self.functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        answer = json.load(response["Payload"])
        if answer != event or "FunctionError" in response:
            raise RuntimeError(f"{self.name} answered {answer!r} to {event!r}")
        return base64.b64decode(response.get("LogResult", "")).decode(errors="replace")


@contextlib.contextmanager
def ours() -> Iterator[tuple[Emulator, int]]:
    """Run LocalStack with the executor, and its process."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    try:
        engine.start()
        yield Emulator("ours", engine.endpoint_url), engine.instance().pid
    finally:
        engine.stop()


@contextlib.contextmanager
def rival() -> Iterator[Emulator | None]:
    """Run the rival in an environment of its own; ``None`` where it cannot be installed."""
    with contextlib.ExitStack() as stack:
        try:
            engine = stack.enter_context(stack.enter_context(installed()).running())
        except NoRivalError as error:
            print(f"{RIVAL}: {error}; only ours is measured", file=sys.stderr)
            yield None
            return
        yield Emulator(RIVAL, engine.endpoint_url)
