"""Services of ``aws-sdk`` tasks by the names that Step Functions has for them, and times in what they answer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK_SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

NAMES: Final = {
    "applicationdiscoveryservice": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "costandusagereportservice": "cur",
    "costexplorer": "ce",
    "databasemigrationservice": "dms",
    "directoryservice": "ds",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearchservice": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuildingservice": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntimeservice": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
}
"""Names that follow the service's id, where boto has others; any other is boto's without hyphens."""
_MILLISECOND: Final = 1000


@cache
def _hyphenated() -> dict[str, str]:
    import botocore.session

    names: list[str] = botocore.session.get_session().get_available_services()
    return {name.replace("-", ""): name for name in names if "-" in name}


def boto_name(name: str) -> str:
    """Return boto's name of the service that Step Functions calls so."""
    return NAMES.get(name) or _hyphenated().get(name, name)


def as_instant(moment: datetime) -> str:
    """Write a moment as the Java SDK does: in UTC, in milliseconds, without a fraction where there is none."""
    whole = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    precision = "milliseconds" if whole.microsecond >= _MILLISECOND else "seconds"
    return whole.isoformat(timespec=precision).replace("+00:00", "Z")


def as_milliseconds(moment: datetime) -> int:
    """Return a moment as optimised integrations write it: milliseconds since the epoch."""
    whole = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(whole.timestamp() * 1000)


def _with_moments(value: Any, write: Callable[[datetime], Any]) -> Any:
    """Write the moments within an answer, in place."""
    if isinstance(value, datetime):
        return write(value)
    places: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, inner in list(places):
        value[place] = _with_moments(inner, write)
    return value


def _patch(module: ModuleType) -> None:
    task = module.StateTaskService
    service_name = task._get_boto_service_name
    normalise = task._normalise_response

    @wraps(service_name)
    def get_boto_service_name(self: Any, boto_service_name: str | None = None) -> str:
        return boto_name(service_name(self, boto_service_name))

    @wraps(normalise)
    def normalise_response(self: Any, response: Any, *arguments: Any, **options: Any) -> None:
        normalise(self, response, *arguments, **options)
        _with_moments(response, as_instant if type(self).__name__ == "StateTaskServiceAwsSdk" else as_milliseconds)

    task._get_boto_service_name = get_boto_service_name
    task._normalise_response = normalise_response


CORRECTION = Correction(
    name="sdk-services",
    localstack=(
        "Knows `aws-sdk` services by boto's names alone, such as `events` and `cognito-idp`; times in results are"
        " texts in microseconds that end in `+00:00`."
    ),
    aws=(
        "They follow the services' ids: `eventbridge`, `cloudwatchlogs`, `cognitoidentityprovider`,"
        " `elasticloadbalancingv2`. Times end in `Z` after milliseconds; those of optimised integrations are epoch"
        " milliseconds."
    ),
    source="Developer guide, Learning to use AWS service SDK integrations (supported services); times as measured on"
    " AWS in floci-io/floci's tests `StepFunctionsDescribeMapRunIntegrationTest` and"
    " `AslExecutorNestedStartExecutionTest`",
    patches={f"{TASK_SERVICE}.state_task_service": _patch},
)
