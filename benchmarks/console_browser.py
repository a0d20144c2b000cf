"""How the console does in a browser: ``.venv/bin/python -m benchmarks.console_browser``.

What a first visit transfers, how long an execution of 25,000 events takes to open, how even the frames are while a
graph of 200 states is panned (by the browser's own tracing), and what memory the console takes after a simulated day:
polled as an open page polls, and 150 executions of 1,000 events opened. The executions are made up.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil
import urllib3
from playwright.sync_api import sync_playwright

from localdev.executions.definition import read_definition
from localdev.system.processes import free_port
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until
from tests.console.browsers import BROWSERS
from tests.console.conftest import ARGUMENTS
from tests.console.made_up import console_over
from tests.console.workflows import pipeline
from tests.unit.executions.made_up import Writer, map_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, Page

    from localdev.executions.definition import Definition
    from localdev.executions.history import History
    from localdev.executions.records import Execution

_ITEMS_OF_25_000_EVENTS: Final = 6_250
_MOVES: Final = 120
_FRAME_MS: Final = 1000 / 60
_CATEGORIES: Final = "devtools.timeline,toplevel,blink"
_POLLS: Final = 2_000
_OPENED: Final = 150


def main() -> None:
    """Measure, and print a row each."""
    if sys.argv[1:2] == ["--serve"]:
        _serve(int(sys.argv[2]))
        return
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    print("| what | result |\n|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        with console_over(*_failed_pipeline()) as url:
            _row("a first visit transfers", f"{_transferred(browser, url) / 1000:.0f} KB")
            for name, value in _panned(browser, url).items():
                _row(f"200 states panned: {name}", value)
        with console_over(*map_of(_ITEMS_OF_25_000_EVENTS)) as url:
            server, shown = _opened(browser, url)
            _row("25,000 events, server", f"{server * 1000:.0f} ms")
            _row("25,000 events, graph on screen", f"{shown * 1000:.0f} ms")
        browser.close()
    before, after = _memory()
    _row("memory of the console, at first and after a simulated day", f"{before:.0f} MB, {after:.0f} MB")


def _row(what: str, result: str) -> None:
    print(f"| {what} | {result} |", flush=True)


def _failed_pipeline() -> tuple[Definition, History]:
    workflow = pipeline(200, "TwoHundredStates")
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    for name, state in list(workflow.states.items())[:120]:
        writer.write(f"{state['Type']}StateEntered", name=name, input="{}")
        writer.write(f"{state['Type']}StateExited", name=name, output="{}")
    writer.write("ExecutionSucceeded", output="{}")
    return read_definition(workflow.definition()), writer.history()


def _transferred(browser: Browser, url: str) -> int:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(url, wait_until="networkidle")
    page.close()
    return sum(sizes)


def _panned(browser: Browser, url: str) -> Mapping[str, str]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(url, wait_until="networkidle")
    box = page.locator("#graph > svg.graph").bounding_box()
    assert box
    tracing = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    done: list[bool] = []
    tracing.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    tracing.on("Tracing.tracingComplete", lambda _: done.append(True))
    tracing.send("Tracing.start", {"transferMode": "ReportEvents", "categories": _CATEGORIES})
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 40)
    page.mouse.down()
    for move in range(_MOVES):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 40 - move * 3)
    page.mouse.up()
    tracing.send("Tracing.end")
    while not done:
        page.wait_for_timeout(20)
    page.close()
    return _frames(events)


def _frames(events: list[dict[str, Any]]) -> Mapping[str, str]:
    """Return what the page's main thread did for the frames, in its processor time: script, style, layout and paint."""
    mains = {event["tid"] for event in events if event["name"] == "FunctionCall"}
    ours = [event for event in events if event["tid"] in mains and "tdur" in event]
    tasks = [event["tdur"] / 1000 for event in ours if event["name"] == "ThreadControllerImpl::RunTask"]
    frames = sum(event["name"] == "WebFrameWidgetImpl::UpdateLifecycle" for event in ours)
    # without a screen and a GPU fewer frames are drawn than could be: what counts is that none takes longer than it may
    long = sum(task > _FRAME_MS for task in tasks)
    return {
        "the main thread's work for a frame": f"{sum(tasks) / frames:.1f} ms of {_FRAME_MS:.1f}",
        "tasks longer than a frame": f"{long} in {frames} frames, the longest {max(tasks):.0f} ms",
    }


def _opened(browser: Browser, url: str) -> tuple[float, float]:
    http = urllib3.PoolManager()
    http.request("GET", url)
    began = time.perf_counter()
    http.request("GET", url)
    server = time.perf_counter() - began
    page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(url.partition("/executions/")[0] + "/static/icon.svg")
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator("#graph svg.graph").wait_for()
    shown = time.perf_counter() - began
    page.close()
    return server, shown


def _memory() -> tuple[float, float]:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "benchmarks.console_browser", "--serve", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    http = urllib3.PoolManager(retries=False)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(http, base), what="the console", seconds=60)
        machine = "arn:aws:states:us-east-1:000000000000:stateMachine:pizzeria"
        http.request("GET", f"{base}/machines/{machine}")
        before = psutil.Process(process.pid).memory_info().rss / 1e6
        for number in range(_POLLS):
            http.request("GET", f"{base}/list/{machine}?seen={number % 2}")
        for number in range(_OPENED):
            http.request("GET", f"{base}/executions/{machine.replace('stateMachine', 'execution')}:made-{number}")
        return before, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait(10)


def _answers(http: urllib3.PoolManager, base: str) -> bool | None:
    try:
        return True if http.request("GET", f"{base}/machines").status else None
    except urllib3.exceptions.HTTPError:
        return None


def _serve(port: int) -> None:
    """Serve a console over as many executions of 1,000 events as are asked for, each read anew."""
    from dataclasses import dataclass, replace
    from typing import cast

    import uvicorn

    from localdev.console.app import create_app
    from localdev.console.settings import Settings
    from tests.unit.console.conftest import RecordedClient, execution_arn

    @dataclass
    class Many(RecordedClient):
        def execution(self, arn: str) -> Execution:
            return replace(super().execution(execution_arn("choice")), arn=arn, name=arn.rpartition(":")[2])

        def history(self, arn: str) -> History:
            del arn
            return map_of(250)[1]

        def definition(self, arn: str) -> Definition:
            del arn
            return map_of(1)[0]

    client = cast("Any", Many(["choice"]))
    settings = Settings(client=client, control=None, where="a made-up engine", how_to_start="./scripts/up")
    uvicorn.run(create_app(settings), port=port, log_level="error", lifespan="off", ws="none")


if __name__ == "__main__":
    assert Path(__file__).is_relative_to(ROOT)
    main()
