"""Test what the doctor finds missing, and what there is to do about it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from localdev.commands import doctor, what_is_here
from localdev.commands.cli import main
from localdev.deployment import assemblies, deployed, own_stacks
from localdev.deployment.deployed import DeployedStack
from localdev.engines import EmbeddedEngine, registry
from localdev.system import project
from localdev.system.processes import started_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def only_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Node alone, whatever else this machine has."""
    monkeypatch.setattr(doctor, "_CHECKS", [doctor._node])


def _node(folder: Path, version: str) -> None:
    for name in ("node", "npm"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)


@pytest.mark.usefixtures("only_check")
@pytest.mark.parametrize("version", ["v16.20.2", None])
def test_a_node_that_is_old_or_missing_is_a_finding_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: str | None
) -> None:
    if version:
        _node(tmp_path, version)
    monkeypatch.setenv("PATH", str(tmp_path))

    status = main(["doctor"])

    said = capsys.readouterr().out
    assert status == 1
    assert "✗ Node.js" in said
    assert ("16.20.2" if version else "not found") in said
    assert "Hint: install Node 20 or newer" in said


@pytest.mark.usefixtures("only_check")
def test_a_node_that_will_do_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _node(tmp_path, "v22.1.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["doctor"]) == 0
    assert "✓ Node.js    22.1.0" in capsys.readouterr().out


def test_a_node_past_its_end_of_life_is_said_and_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_CHECKS", [doctor._node])
    _node(tmp_path, "v20.20.2")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["doctor"]) == 0
    assert "20.20.2, past its end of life" in capsys.readouterr().out


def test_the_port_that_an_emulator_is_to_have_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_CHECKS", [doctor._port])

    main(["doctor", "--port", "4599"])

    assert "port 4599" in capsys.readouterr().out


def test_programs_read_a_line_for_each_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [doctor.Finding("oven", "hot"), doctor.Finding("dough", "missing", "make some")]
    monkeypatch.setattr(doctor, "_CHECKS", [lambda: found[0], lambda: found[1]])

    status = main(["doctor", "--json"])

    assert status == 1
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"what": "oven", "found": "hot", "hint": None, "ok": True},
        {"what": "dough", "found": "missing", "hint": "make some", "ok": False},
    ]


def test_files_of_another_user_are_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "foreign", lambda _folder: [tmp_path])
    monkeypatch.setattr(doctor, "owner_of", lambda _path: "root")

    finding = doctor._user()

    assert f"{tmp_path.name} (root)" in finding.found
    assert "sudo chown -R" in str(finding.hint)


def test_a_proxy_is_said_to_be_for_the_set_up_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")

    finding = doctor._proxies()

    assert "HTTP_PROXY" in finding.found
    assert finding.hint is None


def test_a_disk_that_is_nearly_full_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_DISK", 10**18)

    assert doctor._disk().hint == "make room: 'df -h' shows where"


def test_emulators_that_were_killed_are_leftovers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(project, "STATE", tmp_path)
    (tmp_path / "embedded-45999").mkdir()

    finding = doctor._leftovers()

    assert "http://127.0.0.1:45999" in finding.found
    assert finding.hint == "remove them with './scripts/down --all'"


@pytest.fixture
def emulator_started_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Let an emulator be up on port 45999: the record of one, for this very process."""
    monkeypatch.setattr(project, "STATE", tmp_path)
    # containers of this checkout are other tests'
    monkeypatch.setattr("localdev.engines.container.known_containers", lambda _client: [])
    folder = tmp_path / "embedded-45999"
    folder.mkdir()

    def record(release: str, **more: str) -> None:
        instance = {"pid": os.getpid(), "started": started_at(os.getpid()), "port": 45999, "release": release, **more}
        (folder / "instance.json").write_text(json.dumps(instance))

    return record


def test_an_emulator_of_another_version_of_the_tool_is_a_finding_with_the_way_out(
    emulator_started_by: Callable[..., None],
) -> None:
    emulator_started_by("0.1.9")

    finding = doctor._emulators()

    assert finding.found == (
        "up at http://127.0.0.1:45999 (embedded, started by another version of the tool: 0.1.9, "
        f"and this is {project.RELEASE})"
    )
    assert finding.hint == "start it anew with './scripts/down --port 45999' and './scripts/up --port 45999'"


def test_an_emulator_whose_version_of_the_tool_recorded_more_is_found(
    emulator_started_by: Callable[..., None],
) -> None:
    emulator_started_by("99.0.0", flavour="of a later version")

    assert "started by another version of the tool: 99.0.0" in doctor._emulators().found


def test_an_emulator_of_this_version_is_no_trouble(emulator_started_by: Callable[..., None]) -> None:
    emulator_started_by(project.RELEASE)

    finding = doctor._emulators()

    assert finding.found == "up at http://127.0.0.1:45999 (embedded)"
    assert finding.hint is None


def test_without_namespaces_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_PROCESS_NAMESPACES", "0")

    assert "switched off by LAMBDA_PROCESS_NAMESPACES=0" in doctor._isolation().found


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ([], "SNS, S3, AWS SDK for JavaScript; downloaded: OpenSearch"),
        (
            ["@aws-sdk/client-s3"],
            "JavaScript, 1 packages, when a function needs it (./scripts/setup --all",
        ),
        (None, "AWS SDK for JavaScript, when a function needs it (./scripts/setup --all gets it now); OpenSearch"),
    ],
)
def test_what_is_there_without_a_network_is_shown_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, missing: list[str] | None, said: str
) -> None:
    monkeypatch.setattr(doctor, "_missing_of_the_sdk", lambda: missing)

    finding = doctor._offline()

    assert said in finding.found
    assert finding.hint is None


def test_an_emulator_that_is_not_made_cannot_tell_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "EMULATOR_PYTHON", tmp_path / "python")

    assert doctor._missing_of_the_sdk() is None


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        (
            [(20, 1, 0), (22, 3, 1), (22, 20, 0)],
            "nodejs20.x on 20.1.0; nodejs22.x on 22.20.0; nodejs18.x, nodejs24.x on 22.20.0, the newest here",
        ),
        ([], "none: functions for Node.js can be described, and not be invoked"),
        (None, "not known before the set-up"),
    ],
)
def test_it_tells_on_which_node_each_runtimes_functions_run(
    monkeypatch: pytest.MonkeyPatch, versions: list[tuple[int, ...]] | None, said: str
) -> None:
    monkeypatch.setattr(doctor, "_node_versions", lambda: versions)

    assert doctor._node_functions().found == said


def test_the_versions_of_node_are_those_that_the_emulator_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho '[[20, 1, 0], [22, 3, 1]]'\n")
    python.chmod(0o755)
    monkeypatch.setattr(project, "EMULATOR_PYTHON", python)

    assert doctor._node_versions() == [(20, 1, 0), (22, 3, 1)]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make a folder the project's, and return it."""
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "STATE", tmp_path / ".localdev")
    monkeypatch.setattr(assemblies, "FOLDER", tmp_path / ".localdev" / "assemblies")
    return tmp_path


def _synthesised(folder: Path) -> None:
    made = folder / ".localdev" / "assemblies" / "0a"
    made.mkdir(parents=True)
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "x"}, "displayName": "Prod/Oven"}
    (made / "manifest.json").write_text(json.dumps({"artifacts": {"ProdOven": stack}}))


def test_the_app_and_its_stacks_are_told(here: Path) -> None:
    (here / "cdk.json").write_text('{"app": "node app.js"}')

    assert doctor._app().found == "node app.js; not synthesised yet"
    _synthesised(here)
    assert doctor._app().found == "node app.js; stacks: Prod/Oven"


def test_the_stacks_of_templates_are_told(here: Path) -> None:
    (here / ".localdev" / "templates").mkdir(parents=True)
    (here / ".localdev" / "templates" / "orders.json").write_text("[]")

    assert doctor._app().found == "deployed from a template: orders"


def test_a_folder_without_an_app_is_no_failure(here: Path) -> None:
    finding = doctor._app()

    assert finding.found.startswith(f"none in {here} (no cdk.json)")
    assert finding.hint is None


def test_an_app_whose_settings_cannot_be_read_is_a_finding(here: Path) -> None:
    (here / "cdk.json").write_text("{")

    assert doctor._app().hint == "mend its syntax"


def test_what_is_deployed_is_told_of_each_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    up, hung = EmbeddedEngine(4998), EmbeddedEngine(4999)
    monkeypatch.setattr(EmbeddedEngine, "is_up", lambda _engine: True)
    monkeypatch.setattr(registry, "running", lambda: [up, hung])
    monkeypatch.setattr(what_is_here, "is_ready", lambda url: True if url == up.endpoint_url else None)
    there = [DeployedStack(name, None) for name in ("Oven", "Theirs")]  # type: ignore[arg-type]
    monkeypatch.setattr(deployed, "stacks_on", lambda _engine: there)
    monkeypatch.setattr(own_stacks, "own_stacks", lambda there: there[:1])

    assert doctor._deployed().found == f"at {up.where}: Oven; of other projects: Theirs; at {hung.where}: no answer"


def test_without_an_emulator_nothing_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "running", list)

    assert doctor._deployed().found == "nothing: no emulator of this project is up"
