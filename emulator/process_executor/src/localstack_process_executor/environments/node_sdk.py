"""The AWS SDK for JavaScript, which AWS's Node.js runtimes have: got when a function needs it, and never while it runs.

A package that a function names and does not bring is installed with npm into one folder that all functions see, while
the function is being made. The common ones are locked with hashes, in ``node_sdk_lock``. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html

``python -m localstack_process_executor.environments.node_sdk`` installs the common ones ahead, for a machine that will
have no network; with ``--list`` it says which are there.
"""

import argparse
import json
import logging
import os
import pwd
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

LOG = logging.getLogger(__name__)
SETTING = "LAMBDA_PROCESS_NODE_SDK"
"""The folder of the packages."""
OFFLINE_SETTING = "LAMBDA_PROCESS_NODE_SDK_INSTALL"
"""``0`` installs nothing."""
LOCK = Path(__file__).parent / "node_sdk_lock"
"""The common packages, and all that they depend on, with exact versions and hashes."""
AS_OF = "2026-11-01"
"""Of packages that the lock does not have, versions of this day are installed: a function finds the same tomorrow."""
_NAMED = re.compile(rb"""["'`](@aws-sdk/[a-z0-9.-]*[a-z0-9]|@smithy/[a-z0-9.-]*[a-z0-9]|aws-sdk)(?:/[^"'`]*)?["'`]""")
_COMPUTED = re.compile(rb"""["'`]@aws-sdk/client-["'`$]""")
_SERVICE = re.compile(r"""\\*"service\\*"\s*:\s*\\*"([A-Za-z0-9@/.-]+)""")
_V2, _FIRST_WITHOUT_V2 = "aws-sdk", 18
_SOURCES = frozenset({".js", ".mjs", ".cjs"})
_SOURCE_BYTES = 8 * 1024 * 1024
_INSTALL_SECONDS = 200.0
_ERROR_CHARACTERS = 400
_lock = threading.Lock()


@cache
def common() -> dict[str, str]:
    """Return the packages that most functions use, and their versions."""
    document = json.loads((LOCK / "package.json").read_text(encoding="utf-8"))
    return {str(name): str(version) for name, version in document["dependencies"].items()}


@cache
def modules() -> Path:
    """Return the folder of the packages, which is there."""
    named = os.environ.get(SETTING)
    cache_folder = os.environ.get("XDG_CACHE_HOME") or str(_home() / ".cache")
    folder = Path(named) if named else Path(cache_folder, "localstack-process-executor", "node-sdk")
    (folder / "node_modules").mkdir(parents=True, exist_ok=True)
    if not (folder / "package.json").exists():
        # npm installs into the nearest folder that has one
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    return (folder / "node_modules").resolve()


def provide(function: str, major: int, code: Path, layers: Iterable[Path]) -> None:
    """Install the packages that a function's code names, and neither it, its layers nor the folder have.

    Version 2 of the SDK is in AWS's runtimes before Node.js 18 only.

    Never raises: where npm cannot install one, the log says so, and the function fails as on AWS without it.
    """
    brought = [code / "node_modules", *(layer / "nodejs/node_modules" for layer in layers)]
    named = _named_in(code) if major < _FIRST_WITHOUT_V2 else _named_in(code) - {_V2}
    wanted = {name for name in named if not any((folder / name).is_dir() for folder in brought)}
    if not wanted or os.environ.get(OFFLINE_SETTING) == "0":
        return
    with _lock:
        if missing := missing_of(wanted):
            _install(function, missing)


def provide_for_event(function: str, code: Path, event: str) -> None:
    """Install the client of the service that an event names, for a function that computes the package's name from it.

    The CDK's AwsCustomResource is one. The invocation, and its time, begin afterwards.
    """
    source = _computing(code) if '"service' in event or '\\"service' in event else None
    if source is None or os.environ.get(OFFLINE_SETTING) == "0":
        return
    packages = {_client_of(service, source) for service in _SERVICE.findall(event)}
    with _lock:
        if missing := missing_of(packages):
            _install(function, missing)


@cache
def _computing(code: Path) -> bytes | None:
    """Return the source that computes names of packages, if there is one."""
    return next((source for source in _sources(code) if _COMPUTED.search(source)), None)


def _client_of(service: str, source: bytes) -> str:
    """Return the package of a service, by the name it has in either version of the SDK."""
    if service.startswith("@aws-sdk/"):
        return service
    name = service.removeprefix("client-").lower()
    # the CDK's functions have a table of the names that changed
    found = re.search(rb"""[{,"]%s"?:"([a-z0-9-]+)\"""" % re.escape(name.encode()), source)
    return f"@aws-sdk/client-{found[1].decode() if found else name}"


def _named_in(code: Path) -> set[str]:
    return {match.decode() for source in _sources(code) for match in _NAMED.findall(source)}


def _sources(code: Path) -> Iterator[bytes]:
    """Yield the function's own code, without the packages it brings."""
    for folder, names, files in os.walk(code):
        names[:] = [name for name in names if name != "node_modules"]
        for file in files:
            path = Path(folder, file)
            if path.suffix in _SOURCES and path.stat().st_size <= _SOURCE_BYTES:
                yield path.read_bytes()


def _install(function: str, names: list[str]) -> None:
    packages = " ".join(names)
    LOG.info("Installing %s for %s, once: AWS's runtime has it.", packages, function)
    if problem := npm_problem(names):
        LOG.warning(
            "%s needs %s, which AWS's runtime has, and npm could not install it: %s "
            "Hint: put it into the function's package, or run 'python -m %s' where there is a network.",
            function, packages, problem, __spec__.name,
        )  # fmt: skip


def npm_problem(names: Sequence[str]) -> str:
    """Install packages; return why that failed, or nothing. Without a network it fails at once."""
    npm = shutil.which("npm")
    if not npm:
        return "npm is not installed."
    folder = modules().parent
    wanted = folder / "package.json"
    before = wanted.read_text(encoding="utf-8")
    packages = {*json.loads(before).get("dependencies", {}), *names}
    # npm takes from the lock what it has, and looks at its hash; the rest is of one day
    shutil.copyfile(LOCK / "package-lock.json", folder / "package-lock.json")
    versions = {name: common().get(name, "*") for name in sorted(packages)}
    wanted.write_text(json.dumps({"private": True, "dependencies": versions}, indent=2), encoding="utf-8")
    if problem := _run_npm(npm, folder):
        # one that cannot be had must not be in the way of the next
        wanted.write_text(before, encoding="utf-8")
        return problem
    return ""


def _run_npm(npm: str, folder: Path) -> str:
    """Install what a folder's ``package.json`` names; return why that failed, or nothing."""
    command = [
        npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier",
        "--loglevel=error", "--omit=dev", "--prefer-offline", "--fetch-retries=0", f"--before={AS_OF}",
    ]  # fmt: skip
    # where npm finds the person's registry
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(_home())}
    try:
        done = subprocess.run(
            command,
            # not --prefix, with which npm does not read the settings of this machine
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if not done.returncode:
        return ""
    return _shortened(done.stderr) or f"npm ended with status {done.returncode}."


def _shortened(said: str) -> str:
    """Return the first lines of npm's errors: its code and its reason come before what is of no use here."""
    lines = [line.removeprefix("npm error").strip() for line in said.splitlines()]
    return "; ".join(line for line in lines if line)[:_ERROR_CHARACTERS]


def missing_of(names: Iterable[str]) -> list[str]:
    """Return those packages that are not installed."""
    return sorted(name for name in names if not (modules() / name / "package.json").is_file())


def main(arguments: Sequence[str] | None = None) -> int:
    """Install the common packages, or say in JSON which are there; return the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description="Install the AWS SDK's packages.")
    parser.add_argument("--list", action="store_true", help="print in JSON which are missing, and install none")
    missing = missing_of(common())
    if parser.parse_args(arguments).list:
        print(json.dumps({"common": len(common()), "missing": missing}))
        return 0
    if missing and (problem := npm_problem(missing)):
        print(f"npm could not install {' '.join(missing)}: {problem}", file=sys.stderr)
        return 1
    return 0


def _home() -> Path:
    return Path(pwd.getpwuid(os.getuid()).pw_dir)


if __name__ == "__main__":
    sys.exit(main())
