"""The tool where the platform is macOS's, and what only Linux has is missing. Nobody here has a Mac."""

from __future__ import annotations

import json
import subprocess
import sys

from localdev.system.project import ROOT

_PROGRAM = """
import os, select, signal, socket, sys

for module, names in {
    os: ("memfd_create", "pidfd_open", "sched_getaffinity", "setns", "unshare"),
    signal: ("pidfd_send_signal", "sigtimedwait"),
    select: ("epoll",),
    socket: ("AF_NETLINK",),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)

# a library that is built for Linux cannot be imported for another platform: these come first
import docker, psutil, sysconfig, watchfiles, uvicorn, starlette.applications
sysconfig.get_config_vars()
sys.platform = "darwin"

import importlib, pkgutil
import localdev
from localdev.commands.cli import main

names = [each.name for each in pkgutil.walk_packages(localdev.__path__, "localdev.")
         if not each.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
print(len(names))
main(["doctor", "--json"])
"""


def test_every_module_is_imported_and_doctor_says_what_is_there() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stderr
    count, *findings = result.stdout.splitlines()
    assert int(count) > 50
    found = {finding["what"]: finding["found"] for finding in map(json.loads, findings)}
    assert "which only Linux has" in found["namespaces"]
