"""``up``: an engine, started and with the stack on it."""

import argparse
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from localdev.commands.base import Command, engine_of, engine_options
from localdev.commands.consent import announce
from localdev.deployment import assemblies, cdk
from localdev.deployment.bootstrapping import ensure_bootstrapped
from localdev.deployment.stack import StackOutputs, reachable_api_url, stack_exists, stack_outputs
from localdev.engines import Engine
from localdev.engines.embedded import sweep
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.file_lock import exclusive
from localdev.system.project import STATE
from localdev.system.terminal import err, out, progress
from pizzeria.orders import OrderApi


def start(engine: Engine) -> None:
    """Start the engine, saying so."""
    sweep()
    if engine.outlives_us:
        with progress("looking at the engine", f"the {engine.name} engine is ready at {engine.where}"):
            engine.start()
            ensure_bootstrapped(engine)
        return
    if engine.is_up():
        err.print(f"[green]✓[/] the emulator is up already at {engine.where}")
        return
    with progress("starting LocalStack", f"LocalStack is ready at {engine.where}") as say:
        engine.start(say)


def deploy(engine: Engine) -> str:
    """Deploy the stack as it is now, saying so; the address of its API."""
    with _alone(engine):
        return _deploy(engine)


def start_and_deploy(engine: Engine) -> str:
    """Start the engine and deploy; the address of the stack's API. An emulator started here ends with an interrupt."""
    with _alone(engine):
        was_up = engine.outlives_us or engine.is_up()
        try:
            return _start_and_deploy(engine)
        except KeyboardInterrupt:
            if not was_up:
                engine.stop()
            raise


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Two commands never deploy to the same emulator at once; an account's CloudFormation sees to that itself."""
    if engine.endpoint_url is None or engine.cdk_program == "cdk":
        yield
        return

    def say() -> None:
        err.print(f"Another deployment at {engine.where} has not ended; waiting for it.", soft_wrap=True)

    STATE.mkdir(exist_ok=True)
    with exclusive(STATE / f"deployment-{endpoint_port(engine.endpoint_url)}.lock", say):
        yield


def _start_and_deploy(engine: Engine) -> str:
    """While the engine starts, the app is synthesised and the CDK CLI loaded."""
    if engine.cdk_program == "cdk":
        # a real account is looked at before anything begins there
        start(engine)
        return _deploy(engine)
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        prepared = pool.submit(lambda: stack.enter_context(cdk.prepared_deployment(engine, _assembly(engine))))
        start(engine)
        with _deploying(engine):
            outputs = prepared.result().run()
    return _api_url(engine, outputs)


def _deploy(engine: Engine) -> str:
    with _deploying(engine):
        outputs = cdk.deploy(engine, _assembly(engine))
    return _api_url(engine, outputs)


def _api_url(engine: Engine, outputs: Mapping[str, str]) -> str:
    return reachable_api_url(StackOutputs.of(outputs, engine.stack_name).api_url, engine.endpoint_url)


def destroy(engine: Engine) -> None:
    """Remove the stack if it is there, saying so."""
    if not stack_exists(engine.clients(), engine.stack_name):
        out.print(f"There is no stack {engine.stack_name} in {engine.where}.")
        engine.forget()
        return
    with progress("destroying the stack", f"{engine.stack_name} is destroyed"):
        cdk.destroy(engine, _assembly(engine))
    engine.forget()


def _assembly(engine: Engine) -> Path:
    return assemblies.assembly(engine.stack_name, linter=engine.cdk_program == "cdk")


@contextmanager
def _deploying(engine: Engine) -> Iterator[None]:
    # also a deployment that fails leaves something to be destroyed
    engine.remember()
    with progress(f"deploying the stack with {engine.cdk_program}", "the stack is deployed"):
        yield


def order_api(engine: Engine) -> OrderApi:
    """The deployed API. :raises LocaldevError: the engine is not up, or the stack not deployed."""
    require_up(engine)
    outputs = stack_outputs(engine.clients(), engine.stack_name)
    return OrderApi(reachable_api_url(outputs.api_url, engine.endpoint_url))


def require_up(engine: Engine) -> None:
    """:raises LocaldevError: nothing has been started on this port."""
    if not engine.is_up():
        raise LocaldevError(f"Nothing is up at {engine.where}.", "start it with ./scripts/up.")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-deploy", action="store_true", help="start only, deploy nothing")


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    again = engine_options(options)
    announce(engine, "deploys")
    if options.no_deploy:
        start(engine)
        out.print(f"\nDeploy with  ./scripts/deploy{again}\nStop with    ./scripts/down{again}")
        return 0
    url = start_and_deploy(engine)
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


COMMAND = Command(
    "Start the emulator, deploy the stack on it, and say where the order API is.\nWhile it is up, deploy again.",
    _run,
    _add_arguments,
)
