"""The container engine itself: what it leaves behind, which is nothing, and what it says when it fails."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from docker.errors import NotFound

from localdev.engines import container
from localdev.engines.container import ContainerEngine, sweep
from localdev.engines.image import ensure_image
from localdev.engines.local import PortTakenError
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from localdev.testing.engines import start_for_tests
from pizzeria.orders import Order, OrderApi
from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient
    from docker.models.containers import Container

pytestmark = [pytest.mark.only_on("container"), pytest.mark.usefixtures("docker")]


_LISTS_BUCKETS = """
    import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
    export const handler = async () => {
        const { Buckets } = await new S3Client({ forcePathStyle: true }).send(new ListBucketsCommand({}));
        return { isArray: Array.isArray(Buckets), node: parseInt(process.versions.node) };
    };
"""


@pytest.fixture
def own() -> Iterator[ContainerEngine]:
    """Provide an engine that has not been started, and of which nothing is left in the end."""
    engine = ContainerEngine(free_port(), ends_with_us=True)
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerClient]:
    """Provide the Docker Engine, with the image in it."""
    engine = ContainerEngine()
    ensure_image(engine.docker, lambda _: None)
    yield engine.docker
    engine.docker.close()


def _is_gone(container: Container) -> bool | None:
    try:
        container.reload()
    except NotFound:
        return True
    return None


@pytest.fixture(scope="module")
def up() -> Iterator[Container]:
    """Provide the container of an engine that is up."""
    engine = ContainerEngine(free_port(), ends_with_us=True)
    engine.start()
    (found,) = engine.containers()
    found.reload()
    yield found
    engine.stop()


def _output(found: Container, command: str) -> str:
    output = found.exec_run(command).output
    assert isinstance(output, bytes)
    return output.decode()


def test_it_is_published_on_the_loopback_address_only(up: Container) -> None:
    ((binding,),) = up.attrs["HostConfig"]["PortBindings"].values()

    assert binding["HostIp"] == "127.0.0.1"


def test_it_holds_no_socket_of_docker_and_is_nobody_special(up: Container) -> None:
    assert up.attrs["Mounts"] == []
    assert up.attrs["HostConfig"]["CapDrop"] == ["ALL"]
    assert _output(up, "id -u").strip() == "1000"


def test_its_settings_are_those_of_the_embedded_engine(up: Container) -> None:
    assert _output(up, "cat /opt/localstack/localstack.env") == (project.EMULATOR / "localstack.env").read_text()


def test_it_runs_node_functions_with_awss_sdk_and_can_install_nothing(up: Container) -> None:
    ((binding,),) = up.attrs["HostConfig"]["PortBindings"].values()
    functions = boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{binding['HostPort']}",
        region_name=project.REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
    )
    functions.create_function(
        FunctionName="kitchen",
        Runtime="nodejs22.x",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/r",
        Timeout=60,
        Code={"ZipFile": zipped({"index.mjs": _LISTS_BUCKETS})},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="kitchen", WaiterConfig={"Delay": 1})

    answer = functions.invoke(FunctionName="kitchen")

    assert json.load(answer["Payload"]) == {"isArray": True, "node": 22}
    assert _output(up, "which npm") == ""
    assert "Installing" not in up.logs().decode()


def test_its_name_is_random(up: Container) -> None:
    assert re.fullmatch(r"localdev-emulator-[0-9a-f]{8}", str(up.name))


def test_it_ends_by_itself_when_docker_stops_it(own: ContainerEngine) -> None:
    own.start()
    (found,) = own.containers()

    found.stop(timeout=8)

    found.reload()
    assert found.attrs["State"]["ExitCode"] == 0, "a daemon that has to kill it leaves 137"


def test_after_a_stop_nothing_is_left(own: ContainerEngine) -> None:
    own.start()
    (found,) = own.containers()

    own.stop()

    assert _is_gone(found)
    assert not own.is_up()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", own.port), timeout=1)


def test_a_port_taken_meanwhile_is_said_and_nothing_is_left(own: ContainerEngine) -> None:
    with (
        socket.create_server(("127.0.0.1", own.port)),
        pytest.raises(PortTakenError, match=rf"Port {own.port} on 127.0.0.1 is held by .*\nHint: .*--port"),
    ):
        own.start()

    assert own.containers() == []


def test_a_test_run_whose_port_is_taken_takes_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port()])
        monkeypatch.setattr("localdev.testing.engines.free_port", lambda: next(ports))

        engine = start_for_tests("container")

    try:
        assert engine.is_up()
        assert list(ports) == []
    finally:
        engine.stop()


def test_a_start_that_fails_shows_the_log_and_leaves_nothing() -> None:
    engine = ContainerEngine(free_port(), settings={"LAMBDA_RUNTIME_EXECUTOR": "burger"})

    with pytest.raises(LocaldevError, match=r"(?s)10_check_runtime_executor.py failed.*last lines.*'burger'"):
        engine.start()

    assert engine.containers() == []


def test_a_container_that_dies_at_start_is_said_with_its_status_and_log() -> None:
    engine = ContainerEngine(free_port(), settings={"GATEWAY_LISTEN": "pizza:dough"})

    with pytest.raises(LocaldevError, match=r"(?s)The container ended with status 1\..*last lines.*dough"):
        engine.start()

    assert engine.containers() == []


def test_an_image_that_goes_away_before_the_container_is_created_is_said(
    own: ContainerEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "ensure_image", lambda *_: "localdev-emulator:removed")

    with pytest.raises(LocaldevError, match=r"(?s)could not be created: No such image: .*removed.*Hint: "):
        own.start()

    assert own.containers() == []


def test_a_container_out_of_memory_is_said_to_be() -> None:
    engine = ContainerEngine(free_port(), memory_limit="64m")

    with pytest.raises(LocaldevError, match="out of memory"):
        engine.start()

    assert engine.containers() == []


def test_a_container_that_never_answers_is_given_up(own: ContainerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "START_SECONDS", 0.2)

    with pytest.raises(LocaldevError, match=r"Timed out after 0.2 s waiting for LocalStack to be ready"):
        own.start()

    assert own.containers() == []


def test_a_container_killed_in_mid_order_is_said_and_not_waited_for(own: ContainerEngine) -> None:
    own.start()
    (found,) = own.containers()
    api = OrderApi(f"{own.endpoint_url}/_aws/execute-api/none/prod")

    found.kill()

    with pytest.raises(LocaldevError, match=r"(?s)No answer from .*Hint: is it up\?"):
        api.wait(Order("pepperoni", "id", "arn"))
    assert not own.is_up()


_START = """
import sys
from localdev.engines.container import ContainerEngine
ContainerEngine(int(sys.argv[1]), ends_with_us=True).start()
print("up", flush=True)
sys.stdin.read()
"""


def _owner(port: int) -> subprocess.Popen[str]:
    """Return a process that starts an engine and then waits."""
    return subprocess.Popen(
        [sys.executable, "-c", _START, str(port)],
        cwd=project.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_a_killed_run_has_left_is_swept_by_the_next(docker: DockerClient) -> None:
    engine = ContainerEngine(free_port())
    owner = _owner(engine.port)
    assert owner.stdout
    assert owner.stdout.readline() == "up\n"
    (left,) = engine.containers()
    sweep(docker)
    assert not _is_gone(left), "its owner is alive"

    owner.kill()
    owner.communicate()
    sweep(docker)

    assert _is_gone(left)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(number: signal.Signals) -> None:
    engine = ContainerEngine(free_port())
    command = [str(project.ROOT / "scripts" / "up"), "--engine", "container", "--port", str(engine.port)]
    up = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, process_group=0)
    (found,) = wait_until(lambda: engine.containers() or None, what="the container", seconds=60)

    os.killpg(up.pid, number)
    _, said = up.communicate(timeout=60)

    assert up.returncode == 130
    assert "Interrupted." in said
    assert _is_gone(found)


def test_two_engines_side_by_side_keep_to_themselves() -> None:
    one, two = ContainerEngine(free_port(), ends_with_us=True), ContainerEngine(free_port(), ends_with_us=True)
    try:
        one.start()
        two.start()
        one.clients().client("sqs").create_queue(QueueName="orders")

        assert two.clients().client("sqs").list_queues().get("QueueUrls", []) == []
        one.stop()
        assert two.is_up()
    finally:
        one.stop()
        two.stop()


def _history(image: Any) -> str:
    return "\n".join(str(layer["CreatedBy"]) for layer in image.history())


def test_the_image_is_small_says_what_it_is_and_holds_no_secret(docker: DockerClient) -> None:
    image = docker.images.get(ensure_image(docker, lambda _: None))

    assert image.attrs["Size"] < 700e6
    assert image.labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    environment = dict(variable.split("=", 1) for variable in image.attrs["Config"]["Env"])
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert not re.search(r"(?i)token|password|PIP_INDEX_URL", _history(image))


def test_compose_starts_it_ready_for_a_deployment(docker: DockerClient) -> None:
    port = str(free_port())
    project_name = f"esm-{port}"
    # the image that is there already: another builder would begin from nothing
    image = ensure_image(docker, lambda _: None)
    environment = {**os.environ, "EMULATOR_IMAGE": image, "EMULATOR_PORT": port, "COMPOSE_PROJECT_NAME": project_name}

    def run(*command: str) -> str:
        result = subprocess.run(command, cwd=project.ROOT, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    try:
        run("docker", "compose", "up", "--detach", "--wait", "--no-build")
        run("scripts/deploy", "--engine", "external", "--port", port)
        said = run("scripts/order", "pepperoni", "--json", "--engine", "external", "--port", port)
    finally:
        run("docker", "compose", "down", "--volumes", "--timeout", "3")

    assert json.loads(said)["status"] == "SUCCEEDED"
    assert docker.containers.list(all=True, filters={"label": f"com.docker.compose.project={project_name}"}) == []
