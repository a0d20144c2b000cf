"""``up``: an engine, started and with the stack on it."""

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from localdev import cdk
from localdev.aws import Clients
from localdev.engines import Engine
from localdev.engines.embedded import sweep
from localdev.errors import LocaldevError
from localdev.orders import OrderApi
from localdev.project import DEFAULT_PORT, STATE
from localdev.stack import reachable_api_url, stack_outputs
from localdev.terminal import err, out, progress
from localdev.verbs.base import Verb, engine_of


def start(engine: Engine) -> None:
    """Start the engine, saying so."""
    sweep()
    if engine.is_up():
        err.print(f"[green]✓[/] the emulator is up already at {engine.endpoint_url}")
        return
    with progress("starting LocalStack", f"LocalStack is ready at {engine.endpoint_url}"):
        engine.start()


def deploy(engine: Engine) -> None:
    """Deploy the stack as it is now, saying so."""
    with _assembly_folder() as folder, progress("deploying the stack with cdklocal", "the stack is deployed"):
        cdk.deploy(engine, cdk.synthesize(output=folder))


def start_and_deploy(engine: Engine) -> None:
    """Start the engine and deploy; the app is synthesised while the engine starts."""
    with _assembly_folder() as folder, ThreadPoolExecutor(1) as pool:
        assembly = pool.submit(cdk.synthesize, output=folder)
        start(engine)
        with progress("deploying the stack with cdklocal", "the stack is deployed"):
            cdk.deploy(engine, assembly.result())


@contextmanager
def _assembly_folder() -> Iterator[Path]:
    STATE.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="cdk.out-", dir=STATE) as folder:
        yield Path(folder)


def order_api(engine: Engine) -> OrderApi:
    """The deployed API. :raises LocaldevError: the engine is not up, or the stack not deployed."""
    require_up(engine)
    outputs = stack_outputs(Clients(engine.endpoint_url))
    return OrderApi(reachable_api_url(outputs.api_url, engine.endpoint_url))


def require_up(engine: Engine) -> None:
    """:raises LocaldevError: nothing has been started on this port."""
    if not engine.is_up():
        raise LocaldevError(f"Nothing is up at {engine.endpoint_url}.", "start it with ./scripts/up.")


def port_option(options: argparse.Namespace) -> str:
    """What has to be typed to mean the same emulator again."""
    return "" if options.port == DEFAULT_PORT else f" --port {options.port}"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-deploy", action="store_true", help="start only, deploy nothing")


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    again = port_option(options)
    if options.no_deploy:
        start(engine)
        out.print(f"\nDeploy with  ./scripts/deploy{again}\nStop with    ./scripts/down{again}")
        return 0
    start_and_deploy(engine)
    url = order_api(engine).base_url
    out.print(
        f"""
The order API is at
  {url}

Try it       curl -i '{url}/any/path?flavour=pepperoni'
Order        ./scripts/order pepperoni pineapple{again}
Look inside  ./scripts/logs{again}
Stop         ./scripts/down{again}""",
        soft_wrap=True,
    )
    return 0


VERB = Verb(
    "Start the emulator, deploy the stack on it, and say where the order API is.\nWhile it is up, deploy again.",
    _run,
    _add_arguments,
)
