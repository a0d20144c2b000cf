"""Patch LocalStack's Lambda service with the first function: an idle emulator needs no patch."""

from __future__ import annotations

import logging
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.version import version as localstack_version

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)
PATCHED_VERSION = "4.14.0"
_OPERATION = "CreateFunction"
_done = False


def patch_with_the_first_function() -> None:
    """Have the operation that makes the first function patch the service before. Called before that starts."""
    global _done  # noqa: PLW0603 - the patched class is global, too
    if localstack_version != PATCHED_VERSION:
        LOG.warning("LocalStack is %s; the process executor was made for %s.", localstack_version, PATCHED_VERSION)
    elif not _done:
        _done = True
        start: Callable[[LambdaProvider], None] = LambdaProvider.on_before_start

        @wraps(start)
        def start_waiting(self: LambdaProvider) -> None:
            _wait_for_the_first()
            start(self)

        LambdaProvider.on_before_start = start_waiting


def _wait_for_the_first() -> None:
    # the provider's own methods are not looked up any more
    operations = SERVICE_PLUGINS.get_service("lambda").skeleton.dispatch_table
    create = operations[_OPERATION]

    def patch_and_create(context: Any, request: Any) -> Any:
        from localstack_process_executor.patches import service_patches

        service_patches.apply()
        operations[_OPERATION] = create
        return create(context, request)

    operations[_OPERATION] = patch_and_create
