"""HTTP APIs, which LocalStack 4.14.0 does not have. WebSocket APIs and VPC links are not there, either."""

from localstack_corrections.apigatewayv2 import http_apis
from localstack_corrections.correction import Correction

CORRECTIONS: tuple[Correction, ...] = (http_apis.CORRECTION,)

STILL_DIFFERENT: tuple[str, ...] = (
    "WebSocket APIs and VPC links are not emulated.",
    (
        "A function that takes longer than its integration's time-out is a 503 `Service Unavailable`, as people report "
        "it of AWS; HTTP and service integrations are a 504, as AWS documents it for all."
    ),
    "`$context.integration.requestId` is `-`, and the limit of 10,240 bytes of headers is not enforced.",
)
