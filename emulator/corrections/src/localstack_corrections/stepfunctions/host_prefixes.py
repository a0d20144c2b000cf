"""Clients of this machine put no prefix before the host's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL

if TYPE_CHECKING:
    from types import ModuleType


def _call_the_host_itself(module: ModuleType) -> None:
    from botocore.config import Config

    plain = module._BOTO_CLIENT_CONFIG.merge(Config(inject_host_prefix=False))
    module._BOTO_CLIENT_CONFIG = module.config = plain  # type: ignore[attr-defined]


CORRECTION = Correction(
    name="host-prefixes",
    localstack="Fails tasks such as `aws-sdk:sfn:startSyncExecution`: the host `sync-localhost` does not exist.",
    aws="Runs them.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html",
    patches={f"{ASL}.utils.boto_client": _call_the_host_itself},
)
