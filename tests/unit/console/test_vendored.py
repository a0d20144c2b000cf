"""The vendored libraries are those that their table names."""

from __future__ import annotations

import hashlib
import re

import pytest

from localdev.system.project import ROOT

VENDOR = ROOT / "localdev" / "console" / "static" / "vendor"
ROWS = re.findall(
    r"^\| (\S+\.js) \| (\S+) \| ([\d.]+) \| .*?, (\S+) \| `(\w{64})` \|$",
    (VENDOR / "README.md").read_text(),
    re.MULTILINE,
)


def test_every_script_is_in_the_table() -> None:
    assert sorted(row[0] for row in ROWS) == sorted(path.name for path in VENDOR.glob("*.js"))


@pytest.mark.parametrize(("file", "package", "version", "licence", "digest"), ROWS)
def test_a_file_is_the_one_that_the_table_names(
    file: str, package: str, version: str, licence: str, digest: str
) -> None:
    assert package
    assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == digest
    assert (VENDOR / licence).read_text()
    assert version in (VENDOR / file).read_text()
