"""Serve a function's own URL below the endpoint, too: its host name takes a look-up that not every machine can make.

``/_aws/lambda-url/ID/PATH`` is answered as ``http://ID.lambda-url.REGION.HOST/PATH``, like ``/_aws/execute-api`` is for
APIs.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

PREFIX: Final = "/_aws/lambda-url"


def serve_below_the_endpoint(module: ModuleType) -> None:
    """Add the routes when LocalStack's router of function URLs adds its own."""
    urls = module.FunctionUrlRouter
    register = urls.register_routes

    @wraps(register)
    def register_routes(self: Any) -> None:
        is_first = not self.registered
        register(self)
        if not is_first:
            return

        def handle(request: Any, api_id: str, **_: str) -> Any:
            region = _region_of(module, api_id)
            return self.handle_lambda_url_invocation(_as_by_host(request, api_id, region), api_id=api_id, region=region)

        for path in ("", "/", "/<path:path>"):
            self.router.add(f"{PREFIX}/<api_id>{path}", endpoint=handle)

    urls.register_routes = register_routes


def _region_of(module: ModuleType, api_id: str) -> str:
    """Return the region of a URL's function; of one that is not there, the default, where it is not found either."""
    for stores in module.lambda_stores.values():
        for region, store in stores.items():
            configs = (each for function in store.functions.values() for each in function.function_url_configs.values())
            if any(each.url_id.lower() == api_id.lower() for each in configs):
                return str(region)
    return "us-east-1"


def _as_by_host(request: Any, api_id: str, region: str) -> Any:
    """Return the request as if it had been sent to the URL's own host."""
    from localstack.http import Request
    from localstack.http.request import get_raw_path

    prefix = f"{PREFIX}/{api_id}"
    headers = request.headers.copy() if hasattr(request.headers, "copy") else dict(request.headers)
    headers["Host"] = f"{api_id}.lambda-url.{region}.{request.host}"
    raw_path = get_raw_path(request).removeprefix(prefix) or "/"
    query = request.query_string.decode("latin-1")
    return Request(
        method=request.method,
        path=request.path.removeprefix(prefix) or "/",
        headers=headers,
        body=request.get_data(),
        query_string=query,
        remote_addr=request.remote_addr,
        raw_path=f"{raw_path}?{query}" if query else raw_path,
    )
