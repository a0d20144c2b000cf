"""Functions on a running LocalStack, made and invoked through boto3 alone."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import tempfile
import textwrap
import uuid
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import psutil
from botocore.config import Config

from localdev.engines.embedded import EmbeddedEngine
from localdev.system import project
from localdev.system.waiting import wait_until
from localstack_process_executor.environments import forking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MEASURED = Path(__file__).parent / "measured"
REGION = "us-east-1"
ROLE = "arn:aws:iam::000000000000:role/pizzaiolo"
SECONDS = 20.0


def coverage_variables(folder: Path) -> dict[str, str]:
    """Return what makes LocalStack's process measure itself, when ``scripts/coverage`` asks for it."""
    if "COVERAGE_FOLDER" not in os.environ:
        return {}
    import coverage

    place = folder / "coverage"
    place.mkdir()
    (place / "coverage").symlink_to(Path(coverage.__file__).parent)
    return {
        "PYTHONPATH": f"{MEASURED}:{place}",
        "COVERAGE_PROCESS_START": str(project.ROOT / "pyproject.toml"),
        "COVERAGE_FOLDER": os.environ["COVERAGE_FOLDER"],
    }


def fork_server_program() -> Path:
    """Return what the fork servers of a process run that a test starts."""
    return measured(forking._PROGRAM) if "COVERAGE_FOLDER" in os.environ else forking._PROGRAM


def measured(program: Path) -> Path:
    """Return a fork server that measures itself and what it forks, in processes that know nothing of our variables."""
    import coverage

    folder = Path(os.environ["COVERAGE_FOLDER"])
    # the functions' user writes there, too
    folder.chmod(0o777)
    wrapper = folder / program.name
    if program == wrapper:
        return program
    places = {"program": program, "packages": Path(coverage.__file__).parent.parent, "settings": project.ROOT}
    wrapper.write_text(
        f"PLACES = { {name: str(place) for name, place in places.items()} }\n"
        + (MEASURED / "fork_server_start.py").read_text()
    )
    return wrapper


class TestEngine(EmbeddedEngine):
    """The embedded engine with short pauses where AWS, and LocalStack with it, waits for minutes."""

    __test__ = False

    def stop(self) -> None:
        """Stop it; under coverage it ends by itself, and says what it has run."""
        if "COVERAGE_FOLDER" in os.environ and self.is_up():
            localstack = psutil.Process(self.instance().pid)
            started = localstack.children(recursive=True)
            localstack.terminate()
            wait_until(lambda: None if self.is_up() else True, what="LocalStack to end", seconds=SECONDS)
            # it leaves what it has started for DynamoDB, in a session of its own
            for left in started:
                with contextlib.suppress(psutil.NoSuchProcess):
                    left.kill()
        super().stop()

    def _environment(self) -> dict[str, str]:
        return {
            **super()._environment(),
            "LAMBDA_RETRY_BASE_DELAY": "1",
            "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.2",
            "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.2",
            # the executor has to be right without its neighbour's help
            "TUNING_ENVIRONMENT_ASSIGNMENT": "0",
            "LAMBDA_PROCESS_DEBUG": "debugged:5679",
            "LAMBDA_HOT_RELOAD_FOLDERS": tempfile.gettempdir(),
            **coverage_variables(self.folder),
        }


@dataclass(frozen=True)
class Answer:
    """Result that the caller of a function got."""

    payload: Any
    error: str | None
    """``FunctionError``."""
    log: str
    """The tail that ``LogType=Tail`` gives."""
    request_id: str
    version: str
    raw: bytes


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a package with these files, text dedented, scripts executable."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            data = textwrap.dedent(content).lstrip("\n") if isinstance(content, str) else content
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


class Cloud:
    """A running LocalStack."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.client = cache(self._client)

    def _client(self, service: str, region: str = REGION, account: str = "test") -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="test",  # noqa: S106 - LocalStack takes anything
            config=Config(
                retries={"max_attempts": 0}, max_pool_connections=128, read_timeout=120, parameter_validation=False
            ),
        )


class Function:
    """A function that was created and is active."""

    def __init__(self, cloud: Cloud, name: str, **where: str) -> None:
        self.cloud = cloud
        self.name = name
        self.client = cloud.client("lambda", **where)
        self.arn = f"arn:aws:lambda:{where.get('region', REGION)}:000000000000:function:{name}"

    def wait_until_active(self) -> None:
        """Wait until it was created or updated.

        :raises AssertionError: it never will be; the reason is LocalStack's.
        """

        def probe() -> bool | None:
            about = self.client.get_function_configuration(FunctionName=self.name)
            assert about["State"] != "Failed", about["StateReason"]
            updated = about.get("LastUpdateStatus", "Successful") == "Successful"
            return True if about["State"] == "Active" and updated else None

        wait_until(probe, what=f"{self.name} to be active", seconds=SECONDS)

    def call(self, event: object = None, **options: Any) -> Answer:
        """Invoke it; ``raw`` in place of the event sends bytes."""
        raw = options.pop("raw", None)
        request = {"FunctionName": self.name, "LogType": "Tail", **options}
        if raw is not None or event is not None:
            request["Payload"] = raw if raw is not None else json.dumps(event)
        response = self.client.invoke(**request)
        body = response["Payload"].read()
        return Answer(
            json.loads(body) if body else None,
            response.get("FunctionError"),
            base64.b64decode(response.get("LogResult", "")).decode(errors="replace"),
            response["ResponseMetadata"]["RequestId"],
            response.get("ExecutedVersion", ""),
            body,
        )

    def answer(self, event: object = None, **options: Any) -> Any:
        """Invoke it and expect it to go well."""
        answer = self.call(event, **options)
        assert answer.error is None, answer
        return answer.payload

    def streams(self) -> list[str]:
        """Return its log streams, the oldest first."""
        logs = self.cloud.client("logs")
        try:
            streams = logs.describe_log_streams(logGroupName=f"/aws/lambda/{self.name}")["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [stream["logStreamName"] for stream in sorted(streams, key=lambda stream: int(stream["creationTime"]))]

    def events(self, stream: str) -> list[str]:
        """Return the messages in one of its streams."""
        events = self.cloud.client("logs").get_log_events(
            logGroupName=f"/aws/lambda/{self.name}", logStreamName=stream, startFromHead=True
        )["events"]
        return [event["message"] for event in events]

    def logged(self, until: str = "REPORT ") -> list[str]:
        """Return all messages of all streams, once one that contains ``until`` is there."""

        def probe() -> list[str] | None:
            messages = [message for stream in self.streams() for message in self.events(stream)]
            return messages if any(until in message for message in messages) else None

        return wait_until(probe, what=f"{until!r} in the log of {self.name}", seconds=SECONDS)


type MakeDeployed = Callable[..., Function]


def create(cloud: Cloud, source: str | Mapping[str, str | bytes] | None, **options: Any) -> Function:
    """Return a function from source text, or from the files of a package; options are those of ``CreateFunction``."""
    where = {key: options.pop(key) for key in ("region", "account") if key in options}
    name = options.pop("name", f"f-{uuid.uuid4().hex[:12]}")
    function = Function(cloud, name, **where)
    if source is not None:
        files = {"function.py": source} if isinstance(source, str) else source
        options["Code"] = {"ZipFile": zipped(files)}
    function.client.create_function(
        **{"FunctionName": name, "Runtime": "python3.13", "Handler": "function.handler", "Role": ROLE, **options}
    )
    function.wait_until_active()
    return function


@contextlib.contextmanager
def rest_api(cloud: Cloud, function: Function, method: str, **options: Any) -> Iterator[str]:
    """Return the address of a REST API whose root is a proxy of the function; options are of ``CreateRestApi``."""
    apigateway = cloud.client("apigateway")
    api = apigateway.create_rest_api(name=function.name, **options)["id"]
    try:
        root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
        where = {"restApiId": api, "resourceId": root, "httpMethod": method}
        apigateway.put_method(**where, authorizationType="NONE")
        apigateway.put_integration(
            **where,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function.arn}/invocations",
        )
        apigateway.create_deployment(restApiId=api, stageName="test")
        yield f"{cloud.endpoint_url}/restapis/{api}/test/_user_request_/"
    finally:
        apigateway.delete_rest_api(restApiId=api)


def receive(cloud: Cloud, queue: str) -> dict[str, Any]:
    """Return the next message of a queue, named by its ARN."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", maxsplit=1)[-1])["QueueUrl"]

    def probe() -> dict[str, Any] | None:
        messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MessageAttributeNames=["All"]).get("Messages")
        if messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return messages[0] if messages else None

    return wait_until(probe, what="a message", seconds=30)


def deploying(cloud: Cloud) -> Iterator[MakeDeployed]:
    """Give what creates functions, and delete every one of them afterwards."""
    functions: list[Function] = []

    def make(source: str | Mapping[str, str | bytes] | None = None, **options: Any) -> Function:
        function = create(cloud, source, **options)
        functions.append(function)
        return function

    yield make
    for function in functions:
        with contextlib.suppress(function.client.exceptions.ResourceNotFoundException):
            function.client.delete_function(FunctionName=function.name)
