"""A REST API and an HTTP API in front of the same function: how soon each answers, here and on the rival.

Both are asked in turns over connections that are kept, so that a busy machine is as busy for one as for the other.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import statistics
import sys
import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks import machine
from benchmarks.emulators import ROLE, zipped
from benchmarks.rival import NoRivalError, Rival, installed
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.project import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import Engine
    from localdev.engines.clients import Clients

KINDS = {"rest_api_ms": "a REST API", "http_api_ms": "an HTTP API"}
"""The name of each figure, and what it is of."""
_SOURCE = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'pizza'}\n"
_WARM_UP, _REQUESTS, _SECONDS = 30, 200, 60.0
_HOST = "execute-api.localhost"
RESULTS = Path(__file__).parent / "results" / "gateways.json"


class _Api:
    """An API on a connection of its own."""

    def __init__(self, engine: Engine, identifier: str, path: str) -> None:
        address = urlsplit(str(engine.endpoint_url))
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_SECONDS)
        self._headers = {"Host": f"{identifier}.{_HOST}:{address.port}"}
        self._path = path

    def ask(self) -> float:
        """Return milliseconds from a request to its answer.

        :raises LocaldevError: the answer is not the function's.
        """
        began = time.perf_counter()
        self._connection.request("GET", self._path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        taken = (time.perf_counter() - began) * 1000
        if (response.status, body) != (200, b"pizza"):
            raise LocaldevError(f"{self._headers['Host']} answered {response.status} with {body[:200]!r}")
        return taken


def measure(engines: dict[str, Engine]) -> dict[str, dict[str, list[float]]]:
    """Return the milliseconds of each request, by the engine's name and the kind of API."""
    apis = {
        (name, key): api for name, engine in engines.items() for key, api in _apis(engine, engine.clients()).items()
    }
    samples: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in engines}
    for (name, key), api in list(apis.items()):
        try:
            for _ in range(_WARM_UP):
                api.ask()
        except (LocaldevError, OSError, http.client.HTTPException) as error:
            print(f"{name}: no figure of {KINDS[key]}: {error}", file=sys.stderr)
            del apis[name, key]
    for _ in range(_REQUESTS):
        for (name, key), api in apis.items():
            samples[name][key].append(api.ask())
    return samples


def _apis(engine: Engine, clients: Clients) -> dict[str, _Api]:
    """Make a function and the APIs in front of it."""
    functions = clients.client("lambda")
    function = functions.create_function(
        FunctionName=f"b-{uuid.uuid4().hex[:12]}",
        Runtime="python3.13",
        Handler="function.handler",
        Role=ROLE,
        Timeout=10,
        Code={"ZipFile": zipped(_SOURCE)},
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=function)
    return {"rest_api_ms": _rest_api(engine, clients, function), "http_api_ms": _http_api(engine, clients, function)}


def _rest_api(engine: Engine, clients: Clients, function: str) -> _Api:
    client: Any = clients.client("apigateway")
    api = client.create_rest_api(name="bench")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    client.put_method(**place, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    client.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    client.create_deployment(restApiId=api, stageName="prod")
    return _Api(engine, api, "/prod/")


def _http_api(engine: Engine, clients: Clients, function: str) -> _Api:
    client: Any = clients.client("apigatewayv2")
    api = client.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    client.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{integration}")
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return _Api(engine, api, "/")


@contextlib.contextmanager
def _running(*, with_rival: bool) -> Iterator[dict[str, Engine]]:
    with contextlib.ExitStack() as stack:
        rival: Rival | None = None
        if with_rival:
            try:
                rival = stack.enter_context(installed())
            except NoRivalError as error:
                print(f"{error}; only ours is measured", file=sys.stderr)
        ours = EmbeddedEngine(free_port(), ends_with_us=True)
        stack.callback(ours.stop)
        ours.start()
        engines: dict[str, Engine] = {"ours": ours}
        if rival:
            engines["rival"] = stack.enter_context(rival.running())
        yield engines


def main() -> None:
    """Measure, keep the figures, and print a line of JSON for each emulator."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gateways", description=__doc__)
    parser.add_argument("--no-rival", action="store_true", help="measure ours alone")
    options = parser.parse_args()
    with _running(with_rival=not options.no_rival) as engines:
        found = {name: _summary(figures) for name, figures in measure(engines).items()}
    for name, figures in found.items():
        print(json.dumps({"emulator": name, **figures}))
    about: dict[str, object] = {"made": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine.described()}
    RESULTS.write_text(json.dumps(about | found, indent=2) + "\n", encoding="utf-8")


def _summary(samples: dict[str, list[float]]) -> dict[str, float]:
    """Return the medians, and how much of the REST API's time the HTTP API takes, request by request."""
    figures = {key: round(statistics.median(values), 2) for key, values in samples.items()}
    if set(samples) == set(KINDS):
        pairs = zip(samples["http_api_ms"], samples["rest_api_ms"], strict=True)
        figures["http_to_rest"] = round(statistics.median(http / rest for http, rest in pairs), 2)
    return figures


if __name__ == "__main__":
    main()
