"""boto3 clients of an engine, blind to every AWS setting of this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, overload

import boto3
import botocore.session
from botocore.config import Config

from localdev.child_environment import DUMMY_CREDENTIALS
from localdev.project import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_CONFIG = Config(connect_timeout=5, read_timeout=65, retries={"mode": "standard", "total_max_attempts": 3})

# botocore's table of settings: name in a configuration file, variable, default, conversion
_BLIND = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Neither ``~/.aws`` nor ``AWS_PROFILE`` has a say in local work."""


class Clients:
    """Makes clients for one endpoint, in its default account and region."""

    def __init__(self, endpoint_url: str) -> None:
        session = botocore.session.Session(session_vars=_BLIND)
        self._session = boto3.Session(
            aws_access_key_id=DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=DUMMY_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
            botocore_session=session,
        )
        self._endpoint_url = endpoint_url

    @overload
    def client(self, service: Literal["cloudformation"]) -> CloudFormationClient: ...
    @overload
    def client(self, service: Literal["lambda"]) -> LambdaClient: ...
    @overload
    def client(self, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["sqs"]) -> SQSClient: ...
    @overload
    def client(self, service: Literal["stepfunctions"]) -> SFNClient: ...
    def client(self, service: str) -> object:
        """A client of one service."""
        return self._session.client(service, endpoint_url=self._endpoint_url, config=_CONFIG)  # type: ignore[call-overload]
