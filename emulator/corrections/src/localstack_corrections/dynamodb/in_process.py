"""DynamoDB and its streams without Java and without a download: moto's tables, in LocalStack's process.

LocalStack forwards DynamoDB's requests to DynamoDB Local, a Java program that it downloads when the first request
comes. Offline, that request fails after more than a minute. Here the requests go to moto, unless DynamoDB Local is
installed or ``DYNAMODB_ENGINE=dynamodb-local`` asks for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from localstack_corrections import model_constraints
from localstack_corrections.correction import Correction
from localstack_corrections.dynamodb import (
    answers,
    arithmetic,
    atomic_writes,
    billing,
    comparisons,
    expiry,
    exports,
    kinesis_destination,
    pages,
    partiql,
    projections,
    requests,
    stream_records,
    streams,
    tables,
    transactions,
)
from localstack_corrections.in_process import InProcessBackend, dispatch_in_process

SETTING = "DYNAMODB_ENGINE"
IN_PROCESS, DYNAMODB_LOCAL = "in-process", "dynamodb-local"
_JAR = Path("dynamodb-local", "2", "DynamoDBLocal.jar")
_CHANGES_TABLES = frozenset({"CreateTable", "DeleteTable", "UpdateTable", "RestoreTableFromBackup"})

_KEPT_BY_PROVIDER = frozenset({"ReplicaUpdates", "SSESpecification", "TableClass"})


def is_chosen() -> bool:
    """Return whether moto serves DynamoDB: by the setting, else because DynamoDB Local is not installed."""
    choice = os.environ.get(SETTING, "").strip().lower()
    if choice in (IN_PROCESS, DYNAMODB_LOCAL):
        return choice == IN_PROCESS
    return not is_installed()


def is_installed() -> bool:
    """Return whether DynamoDB Local is in one of the folders LocalStack installs packages to."""
    from localstack import config

    return any(Path(folder, _JAR).exists() for folder in (config.dirs.static_libs, config.dirs.var_libs))


def _choose_providers() -> None:
    """Choose the providers that keep streams where the tables are; LocalStack's others keep them in Kinesis."""
    if not is_chosen():
        return
    from localstack import config

    for service in ("dynamodb", "dynamodbstreams"):
        config.SERVICE_PROVIDER_CONFIG.set_provider(service, "v2")


def _if_chosen(patch: Any) -> Any:
    return lambda module: patch(module) if is_chosen() else None


def _replace_server(module: Any) -> None:
    class InProcessServer:
        """Stand in for the DynamoDB Local that LocalStack's providers ask for, with nothing to start or stop."""

        url = "http://127.0.0.1"
        _instance: InProcessServer | None = None

        def __init__(self) -> None:
            self.proxy = InProcessBackend(before=model_constraints.check, after=_notify_provider)

        @classmethod
        def get(cls) -> InProcessServer:
            """Return the one backend of DynamoDB and of its streams."""
            cls._instance = cls._instance or cls()
            return cls._instance

        def start_dynamodb(self) -> bool:
            """Return at once: there is no process to start."""
            return True

        def stop_dynamodb(self) -> None:
            """Drop all tables, as LocalStack expects where the state is reset."""
            from moto.dynamodb.models import dynamodb_backends

            with self.proxy.exclusive():
                dynamodb_backends.reset()

    module.DynamodbServer = InProcessServer


def _notify_provider(context: Any) -> None:
    """Forget descriptions of tables that changed, and leave to the provider what it keeps by itself.

    Queries are validated with the cached indexes. The provider keeps replicas, table class and encryption when DynamoDB
    Local refuses an update, which it does for those; moto accepts them and does nothing.
    """
    if context.operation.name not in _CHANGES_TABLES:
        return
    from localstack.aws.api import CommonServiceException
    from localstack.services.dynamodb.utils import SCHEMA_CACHE

    SCHEMA_CACHE.clear()
    if context.operation.name == "UpdateTable" and _KEPT_BY_PROVIDER & context.service_request.keys():
        raise CommonServiceException("ValidationException", "Nothing to update")


def _dispatch(module: Any) -> None:
    dispatch_in_process(module, "dynamodb", lambda provider: getattr(provider.server, "proxy", None))


def _keep_credentials(module: Any) -> None:
    """Leave the account in the credentials, where moto reads it; DynamoDB Local wants account and region."""
    module.get_ddb_access_key = lambda account_id, _region: account_id
    expiry.replace_worker(module)
    kinesis_destination.replace_provider(module)
    tables.replace_provider(module)


def _replace_models(module: Any) -> None:
    for part in (atomic_writes, transactions, partiql, billing, tables):
        part.replace(module)
    stream_records.allow_again(module)


def _replace_items(module: Any) -> None:
    arithmetic.replace(module)
    projections.replace(module)


def _replace_tables(module: Any) -> None:
    stream_records.replace(module)
    pages.replace(module)


def _replace_handler(module: Any) -> None:
    module.ProjectionExpressionParser = projections.Projection
    # a transaction is checked before it is looked up by its token, and its answer is completed after
    transactions.replace_handler(module)
    partiql.replace_handler(module)
    tables.replace_handler(module)
    exports.replace_handler(module)
    answers.replace(module)
    requests.replace(module)


def _keep_arns(module: Any) -> None:
    """Leave stream ARNs and iterators as they are; DynamoDB Local has its own account and region in them."""
    module.DynamoDBStreamsProvider.modify_stream_arn_for_ddb_local = lambda _self, arn: arn


IN_PROCESS_DYNAMODB = Correction(
    name="in-process-dynamodb",
    localstack="DynamoDB and its streams download and start a Java program with the first request.",
    aws="DynamoDB is there; nothing is downloaded.",
    source="docs/differences.md; offline, the first request failed after 70 s (LocalStack 4.14, November 2026)",
    patches={
        module: _if_chosen(patch)
        for module, patch in {
            "localstack.services.dynamodb.server": _replace_server,
            "localstack.services.providers": _dispatch,
            "localstack.services.dynamodb.v2.provider": _keep_credentials,
            "localstack.services.dynamodbstreams.v2.provider": _keep_arns,
            "localstack.services.dynamodb.resource_providers.aws_dynamodb_table": tables.replace_resource,
            "moto.dynamodb.comparisons": comparisons.replace,
            "moto.dynamodb.models.dynamo_type": _replace_items,
            "moto.dynamodb.models.table": _replace_tables,
            "moto.dynamodb.models.table_export": exports.replace_export,
            "moto.dynamodb.models.table_import": exports.replace_import,
            "moto.dynamodb.models": _replace_models,
            "moto.dynamodb.responses": _replace_handler,
            "moto.dynamodbstreams.models": streams.replace,
        }.items()
    },
    begin=_choose_providers,
)
