"""Programs that are executed in place of the forked Python: which there are, and which cannot be."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.environments import node_runtime, node_sdk
from localstack_process_executor.environments.compiled_runtime import CompiledRuntime
from localstack_process_executor.environments.errors import EntrypointError
from localstack_process_executor.environments.missing_runtime import MissingRuntime
from localstack_process_executor.environments.native_runtimes import Places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACES = Places("/var/task", "/opt", "/var/runtime", "/var/lang")


def command(code: Path, layers: Path) -> list[str]:
    """Return what is executed of a function with this code and these layers."""
    return CompiledRuntime("provided:al2023.v1").command(PLACES, {}, code, layers)


def written(folder: Path, content: bytes, mode: int = 0o755) -> Path:
    """Return the folder, with this bootstrap."""
    folder.mkdir(exist_ok=True)
    (folder / "bootstrap").write_bytes(content)
    (folder / "bootstrap").chmod(mode)
    return folder


def elf(machine: int) -> bytes:
    """Return the beginning of a program for a machine."""
    return b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + bytes(44)


def test_the_codes_bootstrap_is_executed_before_a_layers(tmp_path: Path) -> None:
    code, layers = tmp_path / "code", written(tmp_path / "layers", b"#!/bin/sh\n")
    code.mkdir()

    assert command(code, layers) == ["/opt/bootstrap"]
    assert command(written(code, b"#!/bin/sh\n"), layers) == ["/var/task/bootstrap"]


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        (b"#!/not/there\n", 0o755, "fork/exec /var/task/bootstrap: no such file or directory"),
        (b"#!/bin/sh\r\n", 0o755, "fork/exec /var/task/bootstrap: no such file or directory"),
        (b"just text", 0o755, "fork/exec /var/task/bootstrap: exec format error"),
        (elf(0x1234), 0o755, "fork/exec /var/task/bootstrap: exec format error"),
        (b"#!/bin/sh\n", 0o644, "fork/exec /var/task/bootstrap: permission denied"),
    ],
    ids=["no-interpreter", "carriage-return", "text", "other-machine", "no-execute-bit"],
)
def test_a_bootstrap_that_cannot_be_executed_is_refused_as_on_aws(
    tmp_path: Path, content: bytes, mode: int, problem: str
) -> None:
    code = written(tmp_path / "code", content, mode)

    with pytest.raises(EntrypointError) as refused:
        command(code, tmp_path)

    assert (str(refused.value), refused.value.error_type) == (problem, "Runtime.InvalidEntrypoint")


def test_code_without_a_bootstrap_is_refused_as_on_aws(tmp_path: Path) -> None:
    with pytest.raises(EntrypointError, match=r"Couldn't find valid bootstrap\(s\): \[/var/task/bootstrap"):
        command(tmp_path, tmp_path)


def test_a_missing_runtime_says_why(tmp_path: Path) -> None:
    with pytest.raises(EntrypointError, match="no Java here"):
        MissingRuntime("java21", reason="no Java here").command(PLACES, {}, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("runtime", "major"), [("nodejs22.x", 22), ("nodejs8.10", None), ("python3.13", None), (None, None)]
)
def test_a_node_runtimes_version_is_in_its_name(runtime: str | None, major: int | None) -> None:
    assert node_runtime.major_of(runtime) == major


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Programs that say they are a Node.js, each a version, and AWS's client."""
    client = tmp_path / "node_modules/aws-lambda-ric/dist/index.mjs"
    client.parent.mkdir(parents=True)
    client.touch()
    versions = ("v16.20.2", "v20.20.2", "v22.9.0", "v22.11.0", "v24.1.0", "none")
    programs = [tmp_path / version for version in versions]
    for program in programs:
        _program(program, f"echo {program.name}")
    monkeypatch.setenv(node_runtime.CLIENT_SETTING, str(tmp_path / "node_modules"))
    monkeypatch.setattr(node_runtime, "_candidates", lambda: iter(programs))
    caches = (node_runtime.installed, node_runtime.find, node_runtime._version_of)
    for each in caches:
        each.cache_clear()
    yield tmp_path
    for each in caches:
        each.cache_clear()


def test_a_runtime_runs_on_the_newest_node_of_its_own_version(
    stand_ins: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = {name: node_runtime.find(name) for name in ("nodejs20.x", "nodejs22.x", "nodejs24.x")}

    assert {name: runtime and runtime.executable for name, runtime in found.items()} == {
        "nodejs20.x": str(stand_ins / "v20.20.2"),
        "nodejs22.x": str(stand_ins / "v22.11.0"),
        "nodejs24.x": str(stand_ins / "v24.1.0"),
    }
    assert caplog.messages == []


def test_a_runtime_without_a_node_of_its_version_runs_on_the_newest_with_one_warning(
    stand_ins: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        runtime = node_runtime.find("nodejs18.x")

    assert runtime
    assert (runtime.executable, runtime.build) == (str(stand_ins / "v24.1.0"), "nodejs:24.v1")
    (said,) = caplog.messages
    assert "No Node.js 18 can be used on this machine; functions of runtime nodejs18.x run on Node.js 24.1.0." in said


def test_v8_gets_awss_part_of_the_functions_memory(tmp_path: Path) -> None:
    node = node_runtime.NodeRuntime("nodejs:22.v1", "/usr/bin/node", 22, "/client")

    line = node.command(PLACES, {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"}, tmp_path, tmp_path)

    assert line[0] == "/var/lang/bin/node"
    assert {"--max-semi-space-size=51", "--max-old-space-size=921"} <= set(line)
    assert line[-1] == "/var/runtime/bootstrap.cjs"


def test_imports_look_at_node_path_only_where_a_function_has_something_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(node_sdk.SETTING, str(tmp_path / "sdk"))
    monkeypatch.setattr(node_runtime, "base_folder", lambda: tmp_path / "base")
    node_sdk.modules.cache_clear()
    copy, layers, edited = tmp_path / "base/code-1/code", tmp_path / "layers", tmp_path / "edited"
    copy.mkdir(parents=True)
    node = node_runtime.NodeRuntime("nodejs:22.v1", "/usr/bin/node", 22, "/client")
    places = Places(str(copy), str(layers), "/runtime", "", is_own_root=False)

    of_copy = node.command(places, {}, copy, layers)
    of_folder = node.command(places, {}, edited, layers)
    (layers / "nodejs").mkdir(parents=True)
    with_layers = node.command(places, {}, copy, layers)
    sdk = node_sdk.modules()
    node_sdk.modules.cache_clear()

    assert [line[-1] for line in (of_copy, of_folder, with_layers)] == ["/runtime/bootstrap.cjs", *2 * ["node-path"]]
    assert (tmp_path / "base/node_modules").resolve() == sdk


def test_only_packages_of_the_sdk_that_the_code_names_and_does_not_bring_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setenv(node_sdk.SETTING, str(tmp_path / "sdk"))
    node_sdk.modules.cache_clear()
    monkeypatch.setattr(node_sdk, "_install", lambda _function, names: asked.append(names))
    code = tmp_path / "code"
    brought = code / "node_modules/@aws-sdk/client-sqs"
    brought.mkdir(parents=True)
    (brought / "index.js").write_text("require('@aws-sdk/client-never')")
    (code / "a.mjs").write_text("import { S3Client } from '@aws-sdk/client-s3'; import x from '@aws-sdk/client-sqs';")
    (code / "b.js").write_text('const { y } = require("@aws-sdk/lib-dynamodb/dist"); require("aws-sdk");')

    node_sdk.provide("f", 22, code, [])
    node_sdk.provide("f", 16, code, [])
    node_sdk.modules.cache_clear()

    assert asked == [
        ["@aws-sdk/client-s3", "@aws-sdk/lib-dynamodb"],
        ["@aws-sdk/client-s3", "@aws-sdk/lib-dynamodb", "aws-sdk"],
    ]


@pytest.mark.parametrize(
    ("event", "package"),
    [
        ('{"service": "CloudWatchLogs", "action": "x"}', "@aws-sdk/client-cloudwatch-logs"),
        (r'{"Create": "{\"service\":\"SSM\",\"action\":\"putParameter\"}"}', "@aws-sdk/client-ssm"),
        ('{"service": "@aws-sdk/client-s3"}', "@aws-sdk/client-s3"),
    ],
)
def test_the_client_that_a_function_computes_from_its_event_is_asked_for_before_the_invocation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: str, package: str
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setenv(node_sdk.SETTING, str(tmp_path / "sdk"))
    node_sdk.modules.cache_clear()
    monkeypatch.setattr(node_sdk, "_install", lambda _function, names: asked.append(names))
    code = tmp_path / "code"
    code.mkdir()
    source = 'const names = {cloudwatchlogs:"cloudwatch-logs"}; require(`@aws-sdk/client-${names[service]}`);'
    (code / "index.js").write_text(source)

    node_sdk.provide("f", 22, code, [])
    node_sdk.provide_for_event("f", code, event)
    node_sdk.provide_for_event("f", code, '{"pizza": 1}')
    node_sdk.modules.cache_clear()

    assert asked == [[package]]


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide a folder of its own for the SDK, and the folder of the only programs there are."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv(node_sdk.SETTING, str(tmp_path / "sdk"))
    monkeypatch.setenv("PATH", str(programs))
    node_sdk.modules.cache_clear()
    yield programs / "npm"
    node_sdk.modules.cache_clear()


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_the_sdk_is_installed_from_its_lock_and_the_rest_of_it_as_it_was_on_one_day(npm: Path, tmp_path: Path) -> None:
    _program(npm, f'echo "$@" > {tmp_path}/asked')

    assert node_sdk.npm_problem(["@aws-sdk/client-s3"]) == ""
    assert node_sdk.npm_problem(["@aws-sdk/client-oven"]) == ""

    asked = (tmp_path / "asked").read_text().split()
    assert {"--ignore-scripts", "--no-save", f"--before={node_sdk.AS_OF}", "--fetch-retries=0"} <= set(asked)
    wanted = json.loads((tmp_path / "sdk/package.json").read_text())["dependencies"]
    assert wanted == {"@aws-sdk/client-oven": "*", "@aws-sdk/client-s3": node_sdk.common()["@aws-sdk/client-s3"]}
    assert (tmp_path / "sdk/package-lock.json").read_text() == (node_sdk.LOCK / "package-lock.json").read_text()


def test_the_lock_has_a_hash_for_each_package_and_no_address() -> None:
    lock = json.loads((node_sdk.LOCK / "package-lock.json").read_text())["packages"]
    root = lock.pop("")

    assert root["dependencies"] == node_sdk.common()
    assert {f"node_modules/{name}" for name in node_sdk.common()} <= lock.keys()
    assert all(package["integrity"].startswith("sha512-") for package in lock.values())
    assert not any("resolved" in package for package in lock.values())


def test_a_package_that_cannot_be_had_is_not_in_the_way_of_the_next(npm: Path, tmp_path: Path) -> None:
    _program(npm, "exit 1")
    node_sdk.npm_problem(["@aws-sdk/client-oven"])
    _program(npm, "exit 0")

    assert node_sdk.npm_problem(["@aws-sdk/client-s3"]) == ""

    assert list(json.loads((tmp_path / "sdk/package.json").read_text())["dependencies"]) == ["@aws-sdk/client-s3"]


def test_why_npm_failed_is_said_in_its_first_words(npm: Path) -> None:
    _program(npm, 'printf "npm error code ENOTFOUND\\nnpm error network request to registry failed\\n" >&2; exit 1')

    assert node_sdk.npm_problem(["x"]) == "code ENOTFOUND; network request to registry failed"


@pytest.mark.usefixtures("npm")
def test_without_npm_nothing_can_be_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert node_sdk.main([]) == 1
    assert "npm is not installed." in capsys.readouterr().err


@pytest.mark.usefixtures("npm")
def test_which_common_packages_are_missing_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    present = node_sdk.modules() / "@aws-sdk/client-s3"
    present.mkdir(parents=True)
    (present / "package.json").touch()

    assert node_sdk.main(["--list"]) == 0

    missing = json.loads(capsys.readouterr().out)["missing"]
    assert sorted({*missing, "@aws-sdk/client-s3"}) == sorted(node_sdk.common())
    assert "@aws-sdk/client-s3" not in missing
