"""HTTP APIs, which LocalStack 4.14.0 does not have. WebSocket APIs and VPC links are not there, either."""

from localstack_corrections.apigatewayv2 import http_apis
from localstack_corrections.correction import Correction

CORRECTIONS: tuple[Correction, ...] = (http_apis.CORRECTION,)
