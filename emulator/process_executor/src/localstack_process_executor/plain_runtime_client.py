"""What ``runtime_client``, the native half of awslambdaric, does, for a Python that it was not built for.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Stands in ``/var/runtime`` as ``runtime_client.py``.
"""

import http.client
import os

_PREFIX = "/2018-06-01/runtime/invocation"
_connection = None
_user_agent = ""


def initialize_client(user_agent):  # type: ignore[no-untyped-def]
    global _user_agent  # noqa: PLW0603 - as the native module, one client for a process
    _user_agent = user_agent


def next():  # type: ignore[no-untyped-def] # noqa: A001
    response = _request("GET", f"{_PREFIX}/next")
    headers = dict(response.getheaders())
    deadline = headers.get("Lambda-Runtime-Deadline-Ms")
    if deadline is not None:
        headers["Lambda-Runtime-Deadline-Ms"] = int(deadline)
    return response.read(), headers


def post_invocation_result(invoke_id, result, content_type, _invocation_id=None):  # type: ignore[no-untyped-def]
    _request("POST", f"{_PREFIX}/{invoke_id}/response", result, {"Content-Type": content_type}).read()


def post_error(invoke_id, error, xray_cause, _invocation_id=None):  # type: ignore[no-untyped-def] # noqa: ARG001
    body = error if isinstance(error, bytes) else error.encode()
    _request("POST", f"{_PREFIX}/{invoke_id}/error", body, {"Content-Type": "application/json"}).read()


def _request(method, path, body=None, headers=None):  # type: ignore[no-untyped-def]
    global _connection  # noqa: PLW0603
    if _connection is None:
        _connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    _connection.request(method, path, body, {"User-Agent": _user_agent, **(headers or {})})
    return _connection.getresponse()
