"""boto3 clients of an emulator, blind to every AWS setting of this machine; and those of the person's account."""

from __future__ import annotations

import os
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import NoRegionError, ProfileNotFound

from localdev.system.child_environment import DUMMY_CREDENTIALS
from localdev.system.endpoints import loopback_endpoint
from localdev.system.errors import LocaldevError
from localdev.system.project import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

_CONFIG = Config(connect_timeout=5, read_timeout=65, retries={"mode": "standard", "total_max_attempts": 3})
_OF_AN_EMULATOR = _CONFIG.merge(Config(proxies={}, inject_host_prefix=False, user_agent="Boto3 md/Botocore localdev"))
"""An emulator is on this machine: whatever ``HTTP_PROXY`` names cannot reach it, and its host has no other name, such
as the ``sync-`` that StartSyncExecution puts before it. A name of the client that is given is not put together anew for
each call, which is an eighth of its processor time."""

# botocore's table of settings: name in a configuration file, variable, default, conversion
_BLIND = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Neither ``~/.aws`` nor ``AWS_PROFILE`` has a say in local work."""


def no_region() -> LocaldevError:
    """Return the error that the person's settings name no region."""
    return LocaldevError("No AWS region is set.", "set AWS_REGION, or a region in the profile AWS_PROFILE names.")


class Clients:
    """Makes clients for one emulator, in one account and region."""

    _making = Lock()

    def __init__(self, endpoint_url: str, account: str | None = None, region: str = REGION) -> None:
        """Make clients for an endpoint, of its default account or another. :raises LocaldevError: it is elsewhere."""
        session = botocore.session.Session(session_vars=_BLIND)
        self._session = boto3.Session(
            # what LocalStack takes for an account is the key's own name
            aws_access_key_id=account or DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=DUMMY_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=region,
            botocore_session=session,
        )
        self._endpoint_url: str | None = loopback_endpoint(endpoint_url)
        self._config = _OF_AN_EMULATOR

    @property
    def region(self) -> str | None:
        """The region they call, if one is set."""
        region: str | None = self._session.region_name
        return region

    @overload
    def client(self, service: Literal["cloudformation"]) -> CloudFormationClient: ...
    @overload
    def client(self, service: Literal["lambda"]) -> LambdaClient: ...
    @overload
    def client(self, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["sqs"]) -> SQSClient: ...
    @overload
    def client(self, service: Literal["ssm"]) -> SSMClient: ...
    @overload
    def client(self, service: Literal["stepfunctions"]) -> SFNClient: ...
    @overload
    def client(self, service: Literal["sts"]) -> STSClient: ...
    @overload
    def client(self, service: str) -> Any: ...
    def client(self, service: str) -> object:
        """Return the client of one service. It is made once, which takes longer than most calls, for all threads.

        :raises LocaldevError: the person's settings name no region.
        """
        with self._making:
            if service not in self._made:
                self._made[service] = self._new(service)
            return self._made[service]

    def _new(self, service: str) -> object:
        try:
            return self._session.client(service, endpoint_url=self._endpoint_url, config=self._config)  # type: ignore[call-overload]
        except NoRegionError as error:
            raise no_region() from error

    @cached_property
    def _made(self) -> dict[str, object]:
        return {}

    def resource(self, service: str) -> Any:
        """Return boto3's resource of one service, such as DynamoDB's with its tables."""
        return self._session.resource(service, endpoint_url=self._endpoint_url, config=self._config)  # type: ignore[call-overload]


class AccountClients(Clients):
    """Makes clients for the account that the person's own AWS settings name. Only for ``--engine aws``."""

    def __init__(self, region: str | None = None) -> None:
        """Read the person's settings; a region wins over theirs.

        :raises LocaldevError: they name a profile that is not there.
        """
        try:
            # the CDK and the other SDKs read this variable, boto3 does not
            self._session = boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None)
        except ProfileNotFound as error:
            raise LocaldevError(f"{error}.", "AWS_PROFILE names it; see 'aws configure list-profiles'.") from error
        self._endpoint_url = None
        self._config = _CONFIG
