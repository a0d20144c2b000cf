"""Choose which of a person's environment variables the emulator gets; docs/engines.md has the list."""

from __future__ import annotations

import os
from typing import Final

PASSED_ON: Final = frozenset(
    {
        # ours
        "CORRECTIONS",
        "DYNAMODB_ENGINE",
        "KINESIS_ENGINE",
        "LAMBDA_SPARE_KEEPALIVE_SECONDS",
        "LOGS_KEPT_EVENTS",
        "LOGS_KEPT_MEGABYTES",
        "LOG_FILE_MEGABYTES",
        "REHEARSALS",
        "STEPFUNCTIONS_KEPT_EXECUTIONS",
        "TRACE_RECORD",
        "TUNING",
        # LocalStack's: https://docs.localstack.cloud/aws/capabilities/config/configuration/
        "BUCKET_MARKER_LOCAL",
        "CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES",
        "CFN_PER_RESOURCE_TIMEOUT",
        "CFN_VERBOSE_ERRORS",
        "DISABLE_CORS_CHECKS",
        "DISABLE_CORS_HEADERS",
        "DISABLE_CUSTOM_CORS_APIGATEWAY",
        "DISABLE_CUSTOM_CORS_S3",
        "DYNAMODB_ERROR_PROBABILITY",
        "DYNAMODB_READ_ERROR_PROBABILITY",
        "DYNAMODB_REMOVE_EXPIRED_ITEMS",
        "DYNAMODB_WRITE_ERROR_PROBABILITY",
        "EAGER_SERVICE_LOADING",
        "EXTRA_CORS_ALLOWED_HEADERS",
        "EXTRA_CORS_ALLOWED_ORIGINS",
        "EXTRA_CORS_EXPOSE_HEADERS",
        "GATEWAY_SERVER",
        "GATEWAY_WORKER_THREAD_COUNT",
        "IN_MEMORY_CLIENT",
        "KINESIS_ERROR_PROBABILITY",
        "LAMBDA_KEEPALIVE_MS",
        "LAMBDA_RETRY_BASE_DELAY_SECONDS",
        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT",
        "LAMBDA_RUNTIME_EXECUTOR",
        "LAMBDA_SYNCHRONOUS_CREATE",
        "LAMBDA_TRUNCATE_STDOUT",
        "LS_LOG",
        "OPENAPI_VALIDATE_REQUEST",
        "OPENAPI_VALIDATE_RESPONSE",
        "S3_SKIP_KMS_KEY_VALIDATION",
        "S3_SKIP_SIGNATURE_VALIDATION",
        "SERVICES",
        "SNS_SES_SENDER_ADDRESS",
        "SQS_DELAY_PURGE_RETRY",
        "SQS_DELAY_RECENTLY_DELETED",
        "SQS_DISABLE_CLOUDWATCH_METRICS",
        "SQS_ENABLE_MESSAGE_RETENTION_PERIOD",
        "SQS_ENDPOINT_STRATEGY",
        "STRICT_SERVICE_LOADING",
    }
)
"""Settings that change nothing of what the emulator may reach or who may reach it."""

PASSED_ON_PREFIXES: Final = ("CORRECTIONS_", "LAMBDA_LIMITS_", "LAMBDA_PROCESS_", "TUNING_")

ADDED_TO: Final = frozenset({"LAMBDA_HOT_RELOAD_FOLDERS"})
"""A setting that the engine adds a value of its own to."""

_LOCALSTACK_PREFIXES: Final = (
    "CFN_", "DNS_", "DYNAMODB_", "EDGE_", "GATEWAY_", "KINESIS_", "LAMBDA_", "LEGACY_", "LOCALSTACK_", "OPENSEARCH_",
    "OUTBOUND_", "PROVIDER_OVERRIDE_", "S3_", "SNAPSHOT_", "SNS_", "SQS_",
)  # fmt: skip
_LOCALSTACK_NAMES: Final = frozenset(
    {"CONFIG_DIR", "CONFIG_PROFILE", "CUSTOM_SSL_CERT_PATH", "DISABLE_EVENTS", "ENABLE_CONFIG_UPDATES",
     "FILESYSTEM_ROOT", "PERSISTENCE", "SKIP_SSL_CERT_DOWNLOAD", "USE_SSL"}
)  # fmt: skip


def passed_on() -> dict[str, str]:
    """Return the settings of the emulator that the person has set, and that it gets."""
    return {name: value for name, value in os.environ.items() if _is_passed_on(name)}


def left_out() -> list[str]:
    """Return the names of the person's variables that LocalStack would read, and does not get."""
    return sorted(name for name in os.environ if _is_localstacks(name) and not _is_passed_on(name))


def _is_passed_on(name: str) -> bool:
    return name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES)


def _is_localstacks(name: str) -> bool:
    is_one = name in _LOCALSTACK_NAMES or name.startswith(_LOCALSTACK_PREFIXES)
    return is_one and name not in ADDED_TO
