"""Names, texts and settings of the process executor."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstack_process_executor.environments import debugging, interpreters, launches, payloads, runtime_dir
from localstack_process_executor.environments.aws_paths import PathTranslation
from localstack_process_executor.environments.code_packages import WorkingCopies, lay_over, state_of
from localstack_process_executor.environments.platform_log import JsonLog, Report, TextLog, timestamp
from localstack_process_executor.environments.runtime_dir import runtime_entries
from localstack_process_executor.environments.tracing import Segment, segment, trace_id
from localstack_process_executor.environments.variables import function_environment
from localstack_process_executor.sandbox import bootstrap


@pytest.mark.parametrize(
    ("returncode", "text"),
    [
        (0, "Runtime exited without providing a reason"),
        (127, "Runtime exited with error: exit status 127"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
        (-60, "Runtime exited with error: signal: real-time signal 26"),
    ],
)
def test_how_a_process_ended_in_lambdas_words(returncode: int, text: str) -> None:
    assert payloads.exit_text(returncode) == text


@pytest.mark.parametrize(
    ("payload", "error_type"),
    [(b'{"errorType": "E"}', "E"), (b'{"errorType": 1}', None), (b"[]", None), (b"pizza", None)],
)
def test_an_error_type_is_found_where_there_is_one(payload: bytes, error_type: str | None) -> None:
    assert payloads.error_type_of(payload) == error_type


def test_lambdas_own_payloads_are_compact_json() -> None:
    assert payloads.timed_out("r", 1) == (
        b'{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 1.00 seconds"}'
    )
    assert json.loads(payloads.out_of_memory("r"))["errorType"] == "Runtime.OutOfMemory"


def test_a_timestamp_has_milliseconds() -> None:
    assert timestamp(datetime(2025, 11, 24, 23, 28, 5, 7_999, UTC)) == "2025-11-24T23:28:05.007Z"


@given(st.floats(0.01, 1e6))
def test_what_is_billed_is_a_whole_millisecond_rounded_up(duration: float) -> None:
    billed = Report("r", duration, 128, 1).billed_ms

    assert duration <= billed < duration + 1


def test_the_report_of_a_failure_says_what_failed() -> None:
    report = Report("r", 3.005, 128, 36, None, "failure", "Runtime.ExitError")

    assert TextLog("v", "a", "1").report(report)[1] == (
        "REPORT RequestId: r\tDuration: 3.00 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"
        "Status: error\tError Type: Runtime.ExitError\t\n"
    )


@pytest.mark.parametrize(
    ("level", "count"),
    [("DEBUG", 2), ("INFO", 1), ("WARN", 0), ("pizza", 1)],
)
def test_the_json_formats_level_says_what_is_written(level: str, count: int) -> None:
    assert len(JsonLog("v", "a", "1", "f", "on-demand", level).report(Report("r", 1, 128, 1))) == count


@pytest.mark.parametrize("phase", ["init", "invoke"])
def test_the_json_format_reports_a_failed_initialisation(phase: str) -> None:
    log = JsonLog("v", "a", "1", "f", "on-demand", "WARN")

    done, report = map(json.loads, log.init_done(phase, 12.3456, "error", "Runtime.ExitError"))

    outcome = {
        "initializationType": "on-demand",
        "phase": phase,
        "status": "error",
        "errorType": "Runtime.ExitError",
    }
    assert (done["type"], done["record"]) == ("platform.initRuntimeDone", outcome)
    assert (report["type"], report["record"]) == (
        "platform.initReport",
        {**outcome, "metrics": {"durationMs": 12.346}},
    )
    assert log.fault("r", "Runtime.ExitError", "x") == ["RequestId: r Error: x\nRuntime.ExitError\n"]


def test_an_initialisation_that_went_well_is_reported_where_everything_is() -> None:
    def done(level: str) -> list[str]:
        return JsonLog("v", "a", "1", "f", "on-demand", level).init_done("init", 1, "success", None)

    assert [json.loads(event)["record"]["status"] for event in done("DEBUG")] == ["success", "success"]
    assert done("INFO") == []
    assert TextLog("v", "a", "1").init_done("init", 1, "success", None) == []


@pytest.mark.parametrize(
    ("status", "error_type", "reported"),
    [
        ("failure", "Runtime.ExitError", {"status": "error", "errorType": "Runtime.ExitError"}),
        ("timeout", "Sandbox.Timedout", {"status": "timeout"}),
        ("success", None, {"status": "success"}),
    ],
)
def test_the_json_format_has_aws_names_for_how_an_invocation_ended(
    status: str, error_type: str | None, reported: dict[str, str]
) -> None:
    report = Report("r", 1, 128, 1, None, status, error_type)

    for event in JsonLog("v", "a", "1", "f", "on-demand", "DEBUG").report(report):
        record = json.loads(event)["record"]
        assert {key: record[key] for key in record if key in {"status", "errorType"}} == reported


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        ("Runtime.ImportModuleError", "Runtime.ImportModuleError"),
        ("Function.Cold", "Function.Cold"),
        ("OvenError", "Runtime.Unknown"),
        ("Runtime.cold", "Runtime.Unknown"),
    ],
)
def test_the_log_of_a_failed_initialisation_names_no_class_of_the_functions_own(reported: str, name: str) -> None:
    assert payloads.init_error_type_of(json.dumps({"errorType": reported}).encode()) == name
    assert payloads.init_error_type_of(b"no JSON") == "Runtime.Unknown"


def test_no_variable_of_the_service_slips_through() -> None:
    service = {"LOCALSTACK_RUNTIME_ID": "x", "AWS_REGION": "r", "AWS_EXECUTION_ENV": "AWS_Lambda_rapid"}

    seen = function_environment(service, {"AWS_REGION": "mine"}, runtime="python3.13", runtime_api="127.1.2.3:9001")

    assert "LOCALSTACK_RUNTIME_ID" not in seen
    assert (seen["AWS_REGION"], seen["AWS_EXECUTION_ENV"]) == ("r", "AWS_Lambda_python3.13")


def test_paths_are_translated_the_longest_first() -> None:
    translation = PathTranslation({"/a": "/var/lang", "/a/b": "/var/task"})

    assert translation.apply(b"/a/b/f.py /a/lib") == b"/var/task/f.py /var/lang/lib"


def test_the_import_path_begins_with_the_runtime_also_where_python_has_followed_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, linked = "/a/site-packages", str(Path(bootstrap.__file__).parent)
    monkeypatch.setattr(sys, "path", [linked, own, "/library", "/library/dist-packages"])
    monkeypatch.setattr(os, "environ", {"PYTHONPATH": own})

    bootstrap.begin_import_path("/runtime")
    bootstrap.add_code_and_layers("/code", "/runtime", "/layers")

    # this machine's packages are not found, and layers are not added to a path of the function's own
    assert sys.path == ["/code", "/runtime", own, "/library", "/code"]


def test_path_files_are_read_where_there_are_some(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dough").mkdir()
    (tmp_path / "vendored.pth").write_text("dough\n")
    packages = [f"/layers/python/lib/python{interpreters.OWN_VERSION}/site-packages", "/layers/python"]
    monkeypatch.setattr(sys, "path", ["/runtime"])
    monkeypatch.setattr(os, "environ", {})

    bootstrap.add_code_and_layers(str(tmp_path), "/runtime", "/layers")

    assert sys.path == [str(tmp_path), *packages, "/runtime", str(tmp_path / "dough"), *packages]
    assert os.environ["PYTHONPATH"] == "/runtime"


def test_a_poll_gives_its_result_on_the_thread_that_asks() -> None:
    with bootstrap.OnThisThread(max_workers=1) as executor:
        future = executor.submit(threading.get_ident)

    assert future.result() == threading.get_ident()


def test_a_poll_that_fails_raises_where_its_result_is_asked_for() -> None:
    with bootstrap.OnThisThread(max_workers=1) as executor:
        future = executor.submit(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        future.result()


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("", ""),
        ("other:1", ""),
        ("orders", "127.0.0.1:5678"),
        ("a:1, orders:5680", "127.0.0.1:5680"),
        ("orders:5680:wait", "127.0.0.1:5680:wait"),
    ],
)
def test_where_a_debugger_may_attach(monkeypatch: pytest.MonkeyPatch, setting: str, address: str) -> None:
    monkeypatch.setenv("LAMBDA_PROCESS_DEBUG", setting)

    assert debugging.address_for("orders") == address


def test_a_file_names_functions_to_be_debugged_while_localstack_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "debug"
    monkeypatch.setenv("LAMBDA_PROCESS_DEBUG_FILE", str(file))
    before = debugging.address_for("orders")
    file.write_text("pay:5679\norders:5678:wait\n")

    assert (before, debugging.address_for("orders")) == ("", "127.0.0.1:5678:wait")


def test_a_port_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_PROCESS_DEBUG", "orders:pizza")

    with pytest.raises(ValueError, match=r"has 'orders:pizza', and a port is a number\. Hint: LAMBDA_PROCESS_DEBUG="):
        debugging.address_for("orders")


@pytest.mark.parametrize(
    ("runtime", "version"), [("python3.13", "3.13"), ("nodejs22.x", None), (None, None), ("python2.7", None)]
)
def test_a_runtimes_python_version(runtime: str | None, version: str | None) -> None:
    assert interpreters.version_of(runtime) == version


def test_localstacks_own_python_is_not_the_virtual_environments() -> None:
    own = interpreters.own()

    assert own.version == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert not Path(own.prefix, "pyvenv.cfg").exists()
    assert interpreters.find(own.version) == own


@pytest.mark.parametrize("version", ["3.8", "3.99"])
def test_a_python_that_is_too_old_or_not_there(version: str) -> None:
    assert interpreters.find(version) is None


def test_what_is_no_python_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "versions/3.77.0/bin/python3.77"
    fake.parent.mkdir(parents=True)
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    assert interpreters.find("3.77") is None


def test_another_python_gets_a_runtime_client_in_plain_python() -> None:
    own, other = runtime_entries(), runtime_entries("3.12")

    assert any(name.startswith("runtime_client.cpython") for name in own)
    assert "runtime_client.py" in other
    assert not [name for name in other if name.endswith(".so")]
    assert not {"requests", "pytest", "localstack"} & set(own)


def test_what_an_installation_consists_of_is_known_from_its_record(tmp_path: Path) -> None:
    info = tmp_path / "sauce-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text('red/a.py,x,1\n"red/a,b.py",,\n../../bin/sauce,,\nsauce-1.0.dist-info/RECORD,,\n')
    names = runtime_dir._top_level(metadata.Distribution.at(info))
    assert names == {"red", "..", "sauce-1.0.dist-info"}


def test_an_installation_without_a_record_is_asked_for_its_files(tmp_path: Path) -> None:
    info = tmp_path / "sauce.egg-info"
    info.mkdir()
    (info / "SOURCES.txt").write_text("sauce.py\n")
    (tmp_path / "sauce.py").touch()
    assert runtime_dir._top_level(metadata.Distribution.at(info)) == {"sauce.py"}


API_EVENT = json.dumps(
    {"requestContext": {"apiId": "a"}, "headers": {"X-Amzn-Trace-Id": "Root=1-2-3;Parent=4"}}, ensure_ascii=False
)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (API_EVENT, "Root=1-2-3;Parent=p;Sampled=1"),
        (API_EVENT.replace("X-Amzn-Trace-Id", "x-amzn-trace-id"), "Root=1-2-3;Parent=p;Sampled=1"),
        ("{}", "Root=1-0-0;Parent=p;Sampled=1"),
        ('{"apiId": 1, "headers": {"X-Amzn-Trace-Id": null}}', "Root=1-0-0;Parent=p;Sampled=1"),
        ('{"apiId": 1, "headers": {"X-Amzn-Trace-Id": "Self=1"}}', "Root=1-0-0;Parent=p;Sampled=1"),
        ('"X-Amzn-Trace-Id" "apiId"', "Root=1-0-0;Parent=p;Sampled=1"),
    ],
)
def test_the_trace_root_of_an_api_request_is_the_events(event: str, expected: str) -> None:
    assert trace_id("Root=1-0-0;Parent=p;Sampled=1", event) == expected


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "sub").mkdir(parents=True)
    (folder / "function.py").write_text("x")
    (folder / "sub" / "module.py").write_text("y")
    (folder / "link").symlink_to("function.py")
    return folder


@pytest.mark.parametrize("writable", [True, False])
def test_a_working_copy_lives_as_long_as_it_has_users(package: Path, writable: bool) -> None:
    copies = WorkingCopies()
    first, second = (copies.acquire(package, writable=writable) for _ in range(2))
    assert first == second

    copies.release(package)
    assert (first / "link").read_text() == "x"
    assert bool((first / "sub/module.py").stat().st_mode & stat.S_IWUSR) == writable

    copies.release(package)
    assert not first.parent.exists()


def test_a_package_that_is_gone_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WorkingCopies().acquire(tmp_path / "nothing", writable=True)


def test_files_that_cannot_be_linked_are_copied(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    copies = WorkingCopies()

    assert (copies.acquire(package, writable=True) / "function.py").read_text() == "x"
    copies.release(package)


def test_every_change_of_a_folder_changes_its_state(package: Path) -> None:
    states = [state_of([package])]
    (package / "sub/module.py").write_text("longer")
    states.append(state_of([package]))
    (package / "new.py").touch()
    states.append(state_of([package]))
    (package / "new.py").rename(package / "newer.py")
    states.append(state_of([package]))
    (package / "newer.py").unlink()

    assert len(set(states)) == 4
    assert state_of([package]) == states[1]


def test_caches_and_what_cannot_be_read_are_no_change(package: Path) -> None:
    before = state_of([package, package / "nothing"])
    (package / "__pycache__").mkdir()
    (package / "dangling").symlink_to("nowhere")

    assert state_of([package, package / "nothing"]) == before


def test_layers_are_merged_the_later_over_the_earlier(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "both").write_text(name)
        (tmp_path / name / name).touch()

    merged = launches.merge_layers([tmp_path / "first", tmp_path / "second"], tmp_path / "environment")

    assert sorted(os.listdir(merged)) == ["both", "first", "second"]  # noqa: PTH208
    assert (merged / "both").read_text() == "second"
    assert launches.merge_layers([tmp_path / "first"], tmp_path) == tmp_path / "first"


@pytest.mark.parametrize("header", ["", "Root=1-2-3", "Root=1-2-3;Parent=4;Sampled=0", "Parent=4;Sampled=1"])
def test_an_invocation_whose_trace_is_not_sampled_is_no_segment(header: str) -> None:
    assert segment(header, "0f8fad5b-d9cb-469f-a165-70867728950e") is None


def test_an_invocation_is_a_segment_of_a_sampled_trace() -> None:
    header = "Root=1-2-3;Parent=4;Sampled=1;Lineage=1:0badcafe:0"

    found = segment(header, "0f8fad5b-d9cb-469f-a165-70867728950e")

    assert found == Segment("0f8fad5bd9cb469f", "1-2-3", "Root=1-2-3;Parent=4;Sampled=1")


def test_a_layer_that_covers_another_ones_link_is_not_written_through_it(tmp_path: Path) -> None:
    outside, first, second, merged = (tmp_path / name for name in ("outside", "first", "second", "merged"))
    for folder in (outside, first, second / "m", merged):
        folder.mkdir(parents=True)
    (first / "m").symlink_to(outside)
    (first / "f").symlink_to(outside / "f")
    (second / "m/planted").write_text("x")
    (second / "f").write_text("x")

    for layer in (first, second):
        lay_over(layer, merged)

    assert list(outside.iterdir()) == []
    assert (merged / "m/planted").read_text() == "x"


def test_a_circle_of_links_in_a_watched_folder_is_not_walked(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).symlink_to(tmp_path)
    before = state_of([tmp_path])

    (tmp_path / "empty").mkdir()
    assert state_of([tmp_path]) == before

    (tmp_path / "new.py").touch()
    assert state_of([tmp_path]) != before


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_an_error_document_is_utf_8_however_it_was_sent(encoding: str) -> None:
    assert payloads.in_utf_8('{"errorMessage":"Jürgen"}'.encode(encoding)).decode() == '{"errorMessage":"Jürgen"}'
