"""Make both Python environments and ``node_modules``, synthesise the app once, or see in a moment that all is current.

Run by ``scripts/setup`` with a bare Python 3.13, before anything is installed: the standard library only. The installed
tool runs it when something is missing. Each part carries a stamp with a hash of everything it was made from, written
last, so that a part whose making was interrupted is made again from nothing.
"""

import argparse
import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from localdev.setup import places
from localdev.setup.errors import SetupError, said_of, what_to_do
from localdev.setup.installer import make_environment, run_uv, uv
from localdev.setup.node import check_node
from localdev.setup.parts import Part, make, remove
from localdev.setup.places import EMULATOR, MADE, NODE_MODULES, STATE
from localdev.setup.pythons import base_python, emulator_python
from localdev.setup.running import run

ROOT = places.SOURCES
APP = MADE / ".venv"
"""The checkout's; the installed tool is in an environment that somebody else has made."""
MAKE_INDICES = ROOT / "emulator" / "image" / "make_indices.py"
FIRST_SYNTHESIS = APP / ".first-synthesis"
"""Goes with the environment whose bytecode it has made."""
SDK_INSTALLER = "localstack_process_executor.environments.node_sdk"
"""A module of the emulator's environment."""
SDK_VARIABLE = "LAMBDA_PROCESS_NODE_SDK"
_SELDOM_IMPORTED = (
    "amazon_kclpy", "apispec", "asn1crypto", "aws_xray_sdk", "awscli", "awslambdaric", "bson", "cffi", "cfnlint",
    "click", "colorama", "constantly", "docutils", "flit_core", "google", "graphql", "gridfs", "grpc", "h11", "h2",
    "hpack", "hypercorn", "hyperframe", "hyperlink", "incremental", "isodate", "joserfc", "jsonata", "jsonschema_path",
    "jwt", "lazy_object_proxy", "localstack_cli", "markdown_it", "more_itertools", "mpmath", "networkx",
    "openapi_(core|schema_validator|spec_validator)", "opensearch", "opensearchpy", "packaging", "pathable", "pip",
    "py_partiql_parser", "pyasn1", "pycparser", "pydantic_settings", "pygments", "pymongo", "pyotp", "pyparsing",
    "regex", "requests_aws4auth", "rich", "rsa", "samtranslator", "semver", "setuptools", "sympy", "tabulate", "tests?",
    "twisted", "wsproto", "zope",
    "localstack/aws/api/(config|ec2|es|opensearch|redshift|route53)", "localstack/(dev|testing)", "pydantic/v1",
    "localstack/services/(ec2|es|firehose|opensearch|redshift|route53resolver|ses|transcribe)",
    # but for what LocalStack itself and a deployment use
    "moto/(?!(apigateway|apigatewayv2|cloudwatch|core|events|iam|logs|moto_api|s3|secretsmanager|ssm|sts|utilities)/)[^/]+",
)  # fmt: skip
"""Most of the emulator's modules, which no start and no deployment imports: they are compiled when they are."""
_WRITES_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
"""For what is to compile an environment's modules, whatever the person's shell says: every later start saves that."""
FOR_NPM = (
    "package.json", "package-lock.json", ".npmrc", "localdev/loopback_names/package.json",
    "localdev/loopback_names/index.cjs",
)  # fmt: skip
_SYNTHESISED_AT_FIRST = "from localdev.deployment import assemblies; assemblies.assembly()"


def make_app() -> None:
    """Install the CDK, boto3, and what the tests need."""
    make_environment(APP, ROOT / "requirements.txt", ROOT / "requirements-dev.txt", python=base_python())


def emulator_packages() -> list[Path]:
    """Return our own packages for the emulator, each a folder with a ``pyproject.toml``."""
    return sorted(path.parent for path in (ROOT / "emulator").glob("*/pyproject.toml"))


def make_emulator() -> None:
    """Install LocalStack, our plugins in it, and the indices LocalStack would otherwise make at every start."""
    make_environment(EMULATOR, ROOT / "emulator" / "requirements.txt", python=emulator_python())
    python = EMULATOR / "bin" / "python"
    # the environment of one app may be removed while another app's emulator runs: what is installed is copied
    editable = () if places.IS_INSTALLED else ("-e",)
    packages = [argument for package in emulator_packages() for argument in (*editable, package)]
    options = ["--no-deps", "--no-build-isolation", *packages]
    if uv():
        run_uv("pip", "install", "--python", python, *options)
    else:
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *options)
    compile_modules(EMULATOR)
    run(python, MAKE_INDICES, env={
        "FILESYSTEM_ROOT": str(EMULATOR / "localstack"),
        "HOME": str(EMULATOR / "localstack"),
        "XDG_CACHE_HOME": str(EMULATOR / "cache"),
        "OVERRIDE_IN_DOCKER": "0",
        "PYTHONSAFEPATH": "1",
    })  # fmt: skip


def compile_modules(environment: Path) -> None:
    """Compile what LocalStack imports, or its first start does that for two thousand modules."""
    seldom = f"/({'|'.join(_SELDOM_IMPORTED)})/"
    # some packages have files that are no Python of this version: they are never imported
    with contextlib.suppress(SetupError):
        run(environment / "bin" / "python", "-W", "ignore", "-m", "compileall", "-qq", "-j", "0", "-x", seldom,
            environment / "lib")  # fmt: skip


def make_node_modules() -> None:
    """Install the CDK CLI and cdklocal."""
    options = ["--no-audit", "--no-fund", "--loglevel=error"]
    if places.IS_INSTALLED:
        for name in FOR_NPM:
            target = MADE / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
        options.append("--omit=dev")
    run("npm", "ci", *options, cwd=MADE)


def synthesise_at_first() -> None:
    """Synthesise the app, so that the first deployment does not wait for what only a first synthesis does.

    The CDK's library is unpacked, and its Python package compiled: two thirds of the time of that deployment, also
    where ``PYTHONDONTWRITEBYTECODE`` is set. What is wrong with the app is for its deployment to say.
    """
    with contextlib.suppress(SetupError):
        run(APP / "bin" / "python", "-c", _SYNTHESISED_AT_FIRST, env=_WRITES_BYTECODE)
    FIRST_SYNTHESIS.mkdir(exist_ok=True)


def check_place() -> None:
    """Check that what is installed can be run where it is made. :raises SetupError: the mount allows no programs."""
    there = next(place for place in (MADE, *MADE.parents) if place.exists())
    # macOS says nothing of it there
    if os.statvfs(there).f_flag & getattr(os, "ST_NOEXEC", 0):
        kind = "the cache folder" if places.IS_INSTALLED else "the checkout"
        way_out = (
            f"name another folder with the variable {places.CACHE_VARIABLE}"
            if places.IS_INSTALLED
            else "move the checkout to another file system, or mount this one with 'exec'"
        )
        raise SetupError(f"No program can be run from {kind}, {there}: it is mounted 'noexec'.\nHint: {way_out}.")


def parts() -> list[Part]:
    """Return everything that is needed, each with what it is made from; the app's environment only in a checkout."""
    packages = [package / "pyproject.toml" for package in emulator_packages()]
    emulator = Part("emulator environment", EMULATOR,
                    [ROOT / "emulator" / "requirements.txt", MAKE_INDICES, *packages], make_emulator,
                    program=EMULATOR / "bin" / "python")  # fmt: skip
    command_line = Part("CDK command line", NODE_MODULES, [ROOT / "package-lock.json"], make_node_modules,
                        program=NODE_MODULES / ".bin" / "cdklocal")  # fmt: skip
    if places.IS_INSTALLED:
        return [emulator, command_line]
    locks = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    app = Part("app environment", APP, locks, make_app, program=APP / "bin" / "python")
    first = Part("first synthesis", FIRST_SYNTHESIS, [*locks, ROOT / "package-lock.json"], synthesise_at_first,
                 after=[app, command_line])  # fmt: skip
    return [app, emulator, command_line, first]


def main() -> int:
    """Make what is missing; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m localdev.setup.environments" if places.IS_INSTALLED else "scripts/setup",
        description="Make the environments, or find in a moment that they are up to date.",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    parser.add_argument("--all", action="store_true", help="get what functions may need later, too, for work offline")
    options = parser.parse_args()
    status = _make(quiet=options.quiet or options.all)
    return status or (get_what_may_be_needed() if options.all else 0)


def _make(*, quiet: bool) -> int:
    """Make what is missing; the exit status."""
    if all(part.is_current() for part in parts()):
        if not quiet:
            print("Everything is up to date.")
        return 0
    try:
        check_place()
        if warning := check_node():
            print(warning, file=sys.stderr)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        STATE.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(STATE / "setup.lock"):
            return make_what_is_missing()
    except OSError as error:
        if not places.IS_INSTALLED:
            raise
        print(
            f"{MADE} cannot be written to: {said_of(error)}\n"
            f"Hint: name another folder with the variable {places.CACHE_VARIABLE}.",
            file=sys.stderr,
        )
        return 1


def get_what_may_be_needed() -> int:
    """Install what is otherwise got when a function first needs it: AWS's SDK for JavaScript; the exit status."""
    try:
        run(EMULATOR / "bin" / "python", "-m", SDK_INSTALLER, env={SDK_VARIABLE: str(places.NODE_SDK)})
    except SetupError as error:
        print(f"{error}\nHint: check the network and run the command again.", file=sys.stderr)
        return 1
    print("The AWS SDK for JavaScript is there: functions for Node.js find it without a network.")
    return 0


@contextlib.contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold the set-up: two commands in a fresh clone would each remove what the other is making."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is setting up; waiting for it.", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_what_is_missing() -> int:
    """Make the parts that are not current by now; the exit status. Nobody else does meanwhile."""
    everything = parts()
    todo = [part for part in everything if not part.is_current()]
    for part in everything:
        if part not in todo:
            part.ended.set()
    if not todo:
        return 0
    print("Setting up, once; this needs the network.", file=sys.stderr)
    for left in STATE.glob("setup-*"):
        with contextlib.suppress(OSError):  # another user's is in nobody's way
            remove(left)
    with tempfile.TemporaryDirectory(prefix="setup-", dir=STATE) as folder:
        # what installers leave behind goes with it: uv never removes its lock files
        os.environ["TMPDIR"] = folder
        make(todo)
    failed = [part for part in todo if part.state == "failed"]
    for part in failed:
        print(f"\nThe {part.title} could not be made: {part.error}", file=sys.stderr)
    if failed:
        print(f"Hint: {what_to_do(str(part.error) for part in failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as trouble:
        print(said_of(trouble), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nInterrupted; what is half made is made again next time.", file=sys.stderr)
        sys.exit(130)
