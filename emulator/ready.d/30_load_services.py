"""Load the services a serverless workflow uses while its deployment is still being prepared.

LocalStack loads a service when the first request for it comes; most of a first deployment is such loading. A thread
of its own does it, so that the emulator is ready now.
"""

import logging

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.threads import start_thread

SERVICES = ("sqs", "logs", "lambda", "stepfunctions", "events", "apigateway", "sts", "cloudwatch")
LOG = logging.getLogger(__name__)


def load(_params: object = None) -> None:
    """Require each service in turn; one that cannot be loaded will say so when it is called."""
    for service in SERVICES:
        try:
            SERVICE_PLUGINS.require(service)
        except Exception as error:  # noqa: BLE001 - a head start must never keep the emulator from working
            LOG.warning("could not load %s: %s", service, error)


start_thread(load, name="load-services")
