"""An address of an API that a template writes with ``amazonaws.com`` is one of the emulator, as with ``URLSuffix``."""

from __future__ import annotations

from typing import Any

from localstack import config
from localstack.services.cloudformation.engine.v2 import change_set_model_preproc as released
from localstack.utils.urls import localstack_host


def replace_rewriting() -> None:
    """Rewrite addresses whole; LocalStack drops the region and adds its port, and leaves a host that nobody has."""
    released.ChangeSetModelPreproc._perform_static_replacements = staticmethod(_rewritten)


def _rewritten(value: Any) -> Any:
    match = released.REGEX_OUTPUT_APIGATEWAY.match(value)
    if not match or value in config.CFN_STRING_REPLACEMENT_DENY_LIST:
        return value
    return f"{match[1]}{localstack_host().host_and_port()}/{match[3]}"
