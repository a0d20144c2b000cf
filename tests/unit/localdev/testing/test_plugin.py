"""The plugin in runs of pytest that are not ours."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from localdev.system.project import ROOT
from localdev.testing import plugin
from tests.unit.localdev.testing.runs import run_pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

_HEAVY = (
    *("boto3", "botocore", "urllib3", "rich", "psutil"),
    *("localdev.deployment", "localdev.engines.local", "localdev.executions"),
)


def _pytest(folder: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run pytest in a process of its own, with ``path`` beside the checkout on its import path."""
    paths = [f"sys.path.insert(0, {str(each)!r})" for each in (ROOT, path) if each]
    program = f"import sys; {'; '.join(paths)}; import pytest; status = pytest.main(sys.argv[1:]); "
    program += f"print('HEAVY', [name for name in {_HEAVY} if name in sys.modules]); sys.exit(status)"
    command = [sys.executable, "-I", "-c", program, "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Provide a folder with a test that has nothing to do with any of this."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    return tmp_path


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a folder with the metadata of an installed distribution that has the plugin's entry point."""
    folder = tmp_path_factory.mktemp("site")
    metadata = folder / "cdk_localdev-0.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cdk-localdev\nVersion: 0.0\n")
    (metadata / "entry_points.txt").write_text(f"[pytest11]\n{plugin.ENTRY_POINT} = {plugin.__name__}\n")
    return folder


def test_a_run_that_does_not_use_it_imports_nothing_for_it(project: Path) -> None:
    run = _pytest(project, "-p", plugin.__name__, "-p", "no:html", "-p", "no:metadata")
    assert "1 passed" in run.stdout, run.stdout + run.stderr
    assert "HEAVY []" in run.stdout


def test_installed_and_named_in_the_settings_it_is_loaded_once(project: Path, installed: Path) -> None:
    run = _pytest(project, "-p", plugin.__name__, "--fixtures", path=installed)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("localdev_engine [session scope]") == 1


def test_installed_and_named_in_a_conftest_it_is_loaded_once(project: Path, installed: Path) -> None:
    (project / "conftest.py").write_text(f"pytest_plugins = ['{plugin.__name__}']\n")
    run = _pytest(project, "--fixtures", path=installed)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("localdev_engine [session scope]") == 1


def test_every_engine_that_is_named_runs_every_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(localdev_engine): pass\n\ndef test_other(): pass")
    result = run_pytest(pytester, "--collect-only", "-q", "--engine", "container", "--engine", "embedded")
    result.stdout.fnmatch_lines(["*::test_it[[]container]", "*::test_it[[]embedded]", "*::test_other"])


def test_a_project_decides_on_the_engines_where_no_option_names_one(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_localdev_engines(config): return ['external']")
    pytester.makepyfile("def test_it(localdev_engine): pass")
    result = run_pytest(pytester, "--collect-only", "-q")
    result.stdout.fnmatch_lines(["*::test_it[[]external]"])


_WITH_A_FAKE_ENGINE = """
    from unittest.mock import Mock

    import localdev.engines.embedded
    import localdev.testing.engines

    _engine = Mock(kind=Mock(ends_with_us=False))
    _engine.stop.side_effect = lambda: print("STOPPED")
    localdev.engines.embedded.sweep = lambda: None
    localdev.testing.engines.start_for_tests = lambda *_, **__: _engine
"""


@pytest.mark.parametrize(("options", "ends"), [([], 1), (["--keep"], 0)])
def test_the_emulator_ends_with_the_run_unless_it_is_to_be_kept(
    project: Path, installed: Path, options: list[str], ends: int
) -> None:
    (project / "conftest.py").write_text(dedent(_WITH_A_FAKE_ENGINE))
    (project / "test_own.py").write_text("def test_own(localdev_engine): pass\n")

    run = _pytest(project, "-s", *options, path=installed)

    assert "1 passed" in run.stdout, run.stdout + run.stderr
    assert run.stdout.count("STOPPED") == ends


def test_a_worker_reports_text_that_utf8_cannot_have(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import logging

        def test_it():
            logging.error("\\ud83d")
            raise ValueError("half a pair: \\udfff")

        def test_another(): pass
        """
    )
    result = run_pytest(pytester, "-n", "1")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*ValueError: half a pair: \N{REPLACEMENT CHARACTER}"])
