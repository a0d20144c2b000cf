"""The environment variables a function sees: AWS's documented set and the function's own, nothing else.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from collections.abc import Mapping

LIBRARY_PATH = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
"""Where AWS's Python looks for native libraries; the loader reads it once, when a program starts."""

_FROM_THE_SERVICE = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_TIMEOUT",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_LEVEL",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "EDGE_PORT",
    "LOCALSTACK_HOSTNAME",
    "_HANDLER",
)
"""What LocalStack's Lambda service computes for each environment and a function may see."""

_FIXED = {
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LANG": "en_US.UTF-8",
    "LD_LIBRARY_PATH": LIBRARY_PATH,
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "PWD": "/var/task",
    "SHLVL": "0",
    "TZ": ":UTC",
}
AT_THE_START = {name: _FIXED[name] for name in ("LANG", "LD_LIBRARY_PATH", "PATH", "TZ")}
"""What programs and libraries read when they start, and is the same for every function that does not set it."""
RESERVED = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
"""AWS's reserved variables: a function's own value wins over all others, and over none of these."""


def function_environment(
    from_service: Mapping[str, str | int],
    of_function: Mapping[str, str],
    *,
    runtime: str,
    runtime_api: str,
) -> dict[str, str]:
    """Return the variables one execution environment starts with; ``PYTHONPATH`` is set by :mod:`bootstrap`, as on AWS.

    ``from_service`` is what LocalStack hands to :meth:`RuntimeExecutor.start`, ``of_function`` the
    function's configuration, ``runtime`` e.g. ``python3.13``, ``runtime_api`` a ``host:port``.
    """
    xray_host = runtime_api.rpartition(":")[0]
    given = {key: str(from_service[key]) for key in _FROM_THE_SERVICE if key in from_service}
    given |= {
        **_FIXED,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_XRAY_DAEMON_ADDRESS": f"{xray_host}:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": xray_host,
        "_AWS_XRAY_DAEMON_PORT": "2000",
    }
    if "AWS_ENDPOINT_URL" in given:
        # an emulator has one host: `sync-` before its name, as StartSyncExecution has it, names none
        given["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
    own = {key: value for key, value in of_function.items() if key not in RESERVED}
    return given | own
