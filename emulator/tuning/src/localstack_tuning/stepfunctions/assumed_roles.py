"""Assume a state machine's role once in a while, not for every task.

Each task state makes an AssumeRole call and a new boto3 client for the credentials: 10 to 30 ms. The credentials are
good for an hour; here a client is used for a quarter of one, by the tasks of the same role, service and region.
"""

import time
from threading import Lock
from types import ModuleType
from typing import Any

from localstack_tuning.adjustment import Adjustment

_SECONDS = 900.0


def _keep_clients(module: ModuleType) -> None:
    make_client = module.boto_client_for
    clients: dict[tuple[str, str, str], tuple[float, Any]] = {}
    lock = Lock()

    def client_for(service: str, region: str, state_credentials: Any) -> Any:
        key = (service, region, state_credentials.role_arn)
        with lock:
            until, client = clients.get(key, (0.0, None))
        now = time.monotonic()
        if now < until:
            return client
        client = make_client(service=service, region=region, state_credentials=state_credentials)
        with lock:
            for old in [key for key, (until, _) in clients.items() if until <= now]:
                del clients[old]
            clients[key] = now + _SECONDS, client
        return client

    module.boto_client_for = client_for  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("assumed-roles", {"localstack.services.stepfunctions.asl.utils.boto_client": _keep_clients})
