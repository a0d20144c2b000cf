"""Node programs find LocalStack by its name, without DNS."""

from __future__ import annotations

import os
import subprocess

import pytest

from localdev.system.project import JSII_CACHE, ROOT

NAMES = ROOT / "localdev" / "loopback_names" / "index.cjs"


def _lookup(name: str) -> str:
    """The address that a Node program gets for a name, or the error's code."""
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
