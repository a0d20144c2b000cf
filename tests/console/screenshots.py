"""Take the README's pictures of the console: ``.venv/bin/python -m tests.console.screenshots``.

Starts an emulator of its own, deploys the stack, orders, and writes ``docs/images/console-{light,dark}.png``.
"""

from __future__ import annotations

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

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs" / "images"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_FLAVOURS = ("pepperoni", "margherita", "hawaiian", "quattro stagioni", "pineapple")


def main() -> None:
    """Take them."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit(f"None of {', '.join(BROWSERS)} is installed.\nHint: apt-get install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    engine = start_for_tests("embedded")
    try:
        with TemporaryDirectory() as folder:
            cdk.deploy(engine, cdk.synthesize(output=Path(folder), stack_name=engine.stack_name))
        outputs = stack_outputs(engine.clients(), engine.stack_name)
        orders = OrderApi(reachable_api_url(outputs.api_url, engine.endpoint_url))
        arn = [orders.wait(orders.place(flavour)).order.execution_arn for flavour in _FLAVOURS][-1]
        settings = console_settings(engine, read_only=False, hosts=frozenset({"127.0.0.1"}))
        with served(settings) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
            for scheme in SCHEMES:
                _take(browser, f"{url}/executions/{arn}?state=Order%20Pizza%20Job", "console", scheme)
                _take(browser, f"{url}/machines/{outputs.state_machine_arn}", "console-orders", scheme)
            browser.close()
    finally:
        engine.stop()


def _take(browser: Browser, url: str, name: str, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(viewport={"width": 1360, "height": 860}, color_scheme=scheme)
    page.goto(url)
    if "/executions/" in url:
        expect(page.get_by_role("list", name="Log lines")).to_contain_text("Pizza analysed")
    page.screenshot(path=IMAGES / f"{name}-{scheme}.png")
    page.close()


if __name__ == "__main__":
    main()
