"""Log a request in one line without collecting what that line does not show.

For every response LocalStack copies the headers of both sides and the bodies for its log, which shows them only with
``DEBUG=1``. The lines are the same ones.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _log_lines_alone(module: ModuleType) -> None:
    logger = module.ResponseLogger
    log_everything = logger._log

    def log(self: Any, context: Any, response: Any) -> None:
        internal = context.is_internal_call
        if context.operation:
            to = self.internal_aws_logger if internal else self.aws_logger
        else:
            to = self.internal_http_logger if internal else self.http_logger
        if to.isEnabledFor(logging.DEBUG):
            log_everything(self, context, response)
        elif not to.isEnabledFor(logging.INFO):
            pass
        elif not context.operation:
            to.info("%s %s => %d", context.request.method, context.request.path, response.status_code)
        elif context.service_exception:
            to.info(
                "AWS %s.%s => %d (%s)",
                context.service.service_name,
                context.operation.name,
                response.status_code,
                context.service_exception.code,
            )
        else:
            to.info("AWS %s.%s => %s", context.service.service_name, context.operation.name, response.status_code)

    logger._log = log


ADJUSTMENT = Adjustment("request-log", {"localstack.aws.handlers.logging": _log_lines_alone})
