"""Take the pictures of the console: ``.venv/bin/python -m tests.console.screenshots``.

Starts an emulator of its own, deploys the stack, orders, and writes the README's
``docs/images/console-{light,dark}.png``. Then runs ten workflows in the shapes of real ones, and puts their pages, at
three widths, on a sheet for each theme: ``docs/images/workflows-{light,dark}.jpg``. ``--pages FOLDER`` keeps the pages
in full size; ``--sheets`` takes no other pictures.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect, sync_playwright

from localdev.commands.console_pages import console_settings
from localdev.deployment import cdk
from localdev.deployment.stack import reachable_api_url
from localdev.system.project import ROOT
from localdev.testing.engines import start_for_tests
from pizzeria.orders import OrderApi
from pizzeria.stack import stack_outputs
from tests.console.browsers import BROWSERS
from tests.console.conftest import ARGUMENTS, served
from tests.console.workflows import WORKFLOWS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from localdev.engines import Engine

IMAGES = ROOT / "docs" / "images"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_FLAVOURS = ("pepperoni", "margherita", "hawaiian", "quattro stagioni", "pineapple")


type Scheme = Literal["light", "dark"]

WIDTHS = ((375, 812), (768, 900), (1440, 900))
_SHEET_SCALE = 0.3
_SHEET_WIDTH = 1640
_SHEET_STYLE = """
  body { margin: 0; padding: 10px; background: %s; color: %s; font: 600 13px system-ui, sans-serif }
  main { display: grid; grid-template-columns: 1fr 1fr; gap: 12px } figure { margin: 0 }
  div { display: flex; gap: 6px; margin-top: 3px } img { border: 1px solid #8888; border-radius: 4px }
"""


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(prog="tests.console.screenshots", description=__doc__)
    parser.add_argument("--sheets", action="store_true", help="take the sheets of workflows alone")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="keep the workflows' pages in full size")
    options = parser.parse_args()
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit(f"None of {', '.join(BROWSERS)} is installed.\nHint: apt-get install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    engine = start_for_tests("embedded")
    try:
        settings = console_settings(engine, read_only=False, hosts=frozenset({"127.0.0.1"}))
        with served(settings) as url, sync_playwright() as playwright, TemporaryDirectory() as folder:
            browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
            if not options.sheets:
                _take_orders(browser, engine, url)
            _take_workflows(browser, engine, url, options.pages or Path(folder))
            browser.close()
    finally:
        engine.stop()


def _take_orders(browser: Browser, engine: Engine, url: str) -> None:
    with TemporaryDirectory() as folder:
        cdk.deploy(engine, cdk.synthesize(output=Path(folder), engine=engine))
    outputs = stack_outputs(engine.clients(), engine.stack_name)
    orders = OrderApi(reachable_api_url(outputs.api_url, engine.endpoint_url))
    arn = [orders.wait(orders.place(flavour)).order.execution_arn for flavour in _FLAVOURS][-1]
    for scheme in SCHEMES:
        _take(browser, f"{url}/executions/{arn}?state=Order%20Pizza%20Job", "console", scheme)
        _take(browser, f"{url}/machines/{outputs.state_machine_arn}", "console-orders", scheme)


def _take_workflows(browser: Browser, engine: Engine, url: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    executions = {workflow.name: workflow.run(engine.clients()) for workflow in WORKFLOWS}
    for scheme in SCHEMES:
        for width, height in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            for name, arn in executions.items():
                page.goto(f"{url}/executions/{arn}")
                expect(page.locator("#graph svg.graph")).to_be_visible()
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
            page.close()
        _take_sheet(browser, folder, scheme)


def _take_sheet(browser: Browser, folder: Path, scheme: Scheme) -> None:
    colours = ("#ffffff", "#1b1f27") if scheme == "light" else ("#0f1115", "#eceef2")
    figures = []
    for workflow in WORKFLOWS:
        images = "".join(
            f"<img src='{(folder / f'{workflow.name}-{width}-{scheme}.png').resolve().as_uri()}' "
            f"width='{round(width * _SHEET_SCALE)}' height='{round(height * _SHEET_SCALE)}'>"
            for width, height in WIDTHS
        )
        figures.append(f"<figure>{workflow.name}<div>{images}</div></figure>")
    sheet = folder / f"sheet-{scheme}.html"
    sheet.write_text(f"<style>{_SHEET_STYLE % colours}</style><main>{''.join(figures)}</main>")
    page = browser.new_page(viewport={"width": _SHEET_WIDTH, "height": 1000})
    page.goto(sheet.resolve().as_uri())
    page.screenshot(path=IMAGES / f"workflows-{scheme}.jpg", type="jpeg", quality=55, full_page=True)
    page.close()


def _take(browser: Browser, url: str, name: str, scheme: Scheme) -> None:
    page = browser.new_page(viewport={"width": 1360, "height": 860}, color_scheme=scheme)
    page.goto(url)
    if "/executions/" in url:
        expect(page.get_by_role("list", name="Log lines")).to_contain_text("Pizza analysed")
    page.screenshot(path=IMAGES / f"{name}-{scheme}.png")
    page.close()


if __name__ == "__main__":
    main()
