"""Node programs find LocalStack by its name, without DNS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from localdev.system.project import JSII_CACHE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ROOT / "localdev" / "loopback_names" / "index.cjs"


def _lookup(name: str) -> str:
    """Return the address that a Node program gets for a name, or the error's code."""
    program = f"require('dns').lookup({name!r}, (error, address) => console.log(error ? error.code : address))"
    return subprocess.check_output(["node", "--require", NAMES, "-e", program], text=True).strip()


@pytest.mark.parametrize(
    "name", ["localhost.localstack.cloud", "s3.localhost.localstack.cloud", "B.LocalHost.LocalStack.Cloud"]
)
def test_localstacks_names_are_this_machine(name: str) -> None:
    assert _lookup(name) == "127.0.0.1"


@pytest.mark.parametrize("name", ["localstack.cloud.invalid", "evillocalhost.localstack.cloud.invalid"])
def test_other_names_are_looked_up_as_ever(name: str) -> None:
    assert _lookup(name) in {"ENOTFOUND", "EAI_AGAIN"}


@pytest.mark.parametrize("own", ["", "/a/cache/of/ones/own"])
def test_the_cdks_library_is_found_where_the_set_up_has_unpacked_it(own: str) -> None:
    program = "console.log(process.env.JSII_RUNTIME_PACKAGE_CACHE_ROOT)"
    environment = {"PATH": os.environ["PATH"], "JSII_RUNTIME_PACKAGE_CACHE_ROOT": own}

    found = subprocess.check_output(["node", "--require", NAMES, "-e", program], env=environment, text=True).strip()

    assert found == (own or str(JSII_CACHE))


@dataclass(frozen=True)
class Typed:
    """Sight of a program called cdklocal, and what was said before it ran."""

    environment: dict[str, str]
    said: str


class Checkout:
    """A copy of the module in a checkout of its own, with emulators that are up or not."""

    def __init__(self, root: Path) -> None:
        self._module = root / "localdev" / "loopback_names" / "index.cjs"
        self._module.parent.mkdir(parents=True)
        shutil.copy(NAMES, self._module)
        self.state = root / ".localdev"
        self._program = root / "cdklocal"
        self._program.write_text("console.log(JSON.stringify(process.env))")

    def emulator(self, port: int, pid: int) -> None:
        """Add an emulator's folder."""
        (self.state / f"embedded-{port}").mkdir(parents=True)
        (self.state / f"embedded-{port}" / "instance.json").write_text(json.dumps({"pid": pid}))

    def typed(self, **variables: str) -> Typed:
        """Run a program that is called cdklocal."""
        result = subprocess.run(
            ["node", "--require", self._module, self._program],
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        return Typed(json.loads(result.stdout), result.stderr)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Provide a checkout with nothing up."""
    return Checkout(tmp_path / "Jürgen's checkout")


def test_cdklocal_reaches_this_machine_without_a_proxy(checkout: Checkout) -> None:
    found = checkout.typed(HTTP_PROXY="http://proxy.invalid:3128", NO_PROXY="intranet").environment

    assert found["NO_PROXY"].split(",")[:3] == ["intranet", "localhost", "127.0.0.1"]
    assert "127.0.0.1" in found["no_proxy"]


def test_an_endpoint_elsewhere_is_left_aside_in_a_line(checkout: Checkout) -> None:
    typed = checkout.typed(AWS_ENDPOINT_URL="https://minio.example.com", AWS_ENDPOINT_URL_S3="https://s3.example.com")

    assert not [name for name in typed.environment if name.startswith("AWS_ENDPOINT_URL")]
    assert typed.said.splitlines()[0] == (
        "cdklocal: AWS_ENDPOINT_URL=https://minio.example.com is not on this machine, and is left aside."
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:4577", "http://localhost:4577", "http://[::1]:4577"])
def test_an_endpoint_of_this_machine_is_also_that_of_s3(checkout: Checkout, url: str) -> None:
    found = checkout.typed(AWS_ENDPOINT_URL=url).environment

    assert (found["AWS_ENDPOINT_URL"], found["AWS_ENDPOINT_URL_S3"]) == (url, url)


def test_cdklocal_finds_the_one_emulator_that_is_up(checkout: Checkout) -> None:
    checkout.emulator(4577, os.getpid())

    assert checkout.typed().environment["EDGE_PORT"] == "4577"
    assert checkout.typed(EDGE_PORT="4599").environment["EDGE_PORT"] == "4599"


def test_of_several_emulators_cdklocal_says_how_to_choose(checkout: Checkout) -> None:
    checkout.emulator(4577, os.getpid())
    checkout.emulator(4588, os.getpid())

    typed = checkout.typed()

    assert "EDGE_PORT" not in typed.environment
    assert "Hint: choose one with EDGE_PORT=4577" in typed.said


def test_an_emulator_that_has_ended_is_not_found(checkout: Checkout) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    checkout.emulator(4577, ended.pid)

    typed = checkout.typed()

    assert "EDGE_PORT" not in typed.environment
    assert typed.said == ""


def test_what_the_cdk_keeps_goes_into_the_checkout(checkout: Checkout) -> None:
    assert checkout.typed().environment["CDK_HOME"] == str(checkout.state / "home" / ".cdk")
