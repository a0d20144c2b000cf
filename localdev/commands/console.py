"""``console``: state machines and their executions, in a browser."""

import argparse
import errno
import socket
import webbrowser
from contextlib import closing

from localdev.commands.base import Command, engine_of, engine_options, port_argument
from localdev.commands.terminal import out
from localdev.engines import Engine, registry
from localdev.engines.embedded import known_engines
from localdev.system.errors import LocaldevError
from localdev.system.processes import port_holder

_LOOPBACK = "127.0.0.1"
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - where a person asks for it
_PORT = 8080


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--console-port",
        type=port_argument,
        default=_PORT,
        metavar="N",
        help=f"the console's own port (default: {_PORT})",
    )
    parser.add_argument(
        "--host", default=_LOOPBACK, help=f"the address it listens on (default: {_LOOPBACK}, this machine alone)"
    )
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")
    parser.add_argument("--read-only", action="store_true", help="start, stop and order nothing")
    parser.add_argument("--allow-changes", action="store_true", help="with --engine aws, which is else read-only")


def _run(options: argparse.Namespace) -> int:
    import uvicorn

    from localdev.commands.console_pages import console_settings
    from localdev.console.app import create_app

    engine = _engine(options)
    host = options.host.strip("[]")
    listener = _listener(host, options.console_port)
    name = f"[{host}]" if ":" in host else host
    settings = console_settings(
        engine,
        read_only=options.read_only or (engine.kind.is_account and not options.allow_changes),
        hosts=frozenset({_LOOPBACK, "localhost", "[::1]", name}),
        answers_to_addresses=host in _EVERYWHERE,
        options=engine_options(options),
    )
    url = f"http://{_LOOPBACK if host in _EVERYWHERE else name}:{options.console_port}"
    config = uvicorn.Config(
        create_app(settings), log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
    )
    out.print(f"The console is at\n  {url}\n\nIt reads {engine.where}. Ctrl-C ends it.", soft_wrap=True)
    if not options.no_open:
        webbrowser.open(url)
    with closing(listener):
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _engine(options: argparse.Namespace) -> Engine:
    """Return the engine that is named; where none is, the one emulator that is up."""
    named = options.port or options.endpoint_url or options.engine != registry.DEFAULT
    up = [] if named else [engine for engine in known_engines() if engine.is_up()]
    if len(up) == 1:
        options.port = up[0].port
    return engine_of(options)


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens. :raises LocaldevError: the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        holder = f" ({port_holder(port)})" if error.errno == errno.EADDRINUSE else ""
        raise LocaldevError(
            f"The console cannot listen on {host}:{port}: {error.strerror}{holder}.",
            "choose another port with --console-port.",
        ) from error
    return listener


COMMAND = Command(
    "Open the console: executions drawn as a coloured graph, step by step while they run.",
    _run,
    _add_arguments,
)
