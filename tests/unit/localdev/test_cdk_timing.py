"""Test what is loaded into the CDK CLI changes when things happen, and nothing else."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.system.project import ROOT
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

PRELOAD = ROOT / "localdev" / "deployment" / "cdk_timing.cjs"
_SECONDS = 20


def node(script: str) -> str:
    result = subprocess.run(
        ["node", "--require", PRELOAD, "--eval", script], capture_output=True, text=True, check=True, timeout=_SECONDS
    )
    return result.stdout.strip()


@pytest.mark.parametrize(("delay", "expected"), [(5000, "short"), (400, "as asked")])
def test_the_clis_pause_is_short_and_every_other_is_as_it_was(delay: int, expected: str) -> None:
    script = (
        f"const t = Date.now(); setTimeout((a) => {{ const ms = Date.now() - t;"
        f"console.log(a, ms >= {delay} ? 'as asked' : 'short'); }}, {delay}, 'given');"
    )
    assert node(script) == f"given {expected}"


def test_a_timer_can_still_be_cancelled_and_promised() -> None:
    script = (
        "clearTimeout(setTimeout(() => console.log('fired'), 5000));"
        "require('node:util').promisify(setTimeout)(1, 'promised').then(console.log);"
    )
    assert node(script) == "promised"


def test_the_clis_first_connection_waits_for_the_gate_and_its_children_know_nothing_of_it(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = """
        require('node:fs').writeFileSync('loaded', '');
        const server = require('node:net').createServer((socket) => {
            socket.end();
            server.close();
            console.log('begun', process.env.LOCALDEV_CDK_BEGINS_WITH);
        });
        server.listen(0, '127.0.0.1', () => {
            require('node:http').get({ port: server.address().port }).on('error', () => {});
            console.log('connecting', require('node:fs').existsSync('gate'));
        });
    """
    with subprocess.Popen(
        ["node", "--require", PRELOAD, "--eval", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LOCALDEV_CDK_BEGINS_WITH": str(gate)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            wait_until(lambda: (tmp_path / "loaded").exists() or None, what="the CLI to load", seconds=_SECONDS)
            assert process.poll() is None
            gate.touch()
            output, _ = process.communicate(timeout=_SECONDS)
        finally:
            # the end of the block would wait for it without end
            process.kill()
    assert output == "connecting true\nbegun undefined\n"
