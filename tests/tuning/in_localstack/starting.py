"""Show what an adjusted start leaves out, used: without the adjustments and with them; prints JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

ACCOUNT, REGION = "000000000000", "us-east-1"
# what LocalStack's gateway, CloudFormation, SSM and Step Functions import
IMPORTED = (
    "localstack.aws.app",
    "localstack.services.cloudformation.v2.provider",
    "localstack.services.ssm.provider",
    "localstack.services.stepfunctions.provider",
    "moto.apigateway.models",
    "moto.ssm.models",
)
LEFT_OUT = (
    "moto.ec2.models",
    "moto.batch.models",
    "openapi_core",
    "OpenSSL.SSL",
    "asn1crypto.parser",
    "jsonschema",
    "openapi_spec_validator.shortcuts",
    "rich.text",
    "samtranslator.translator.translator",
)
SAM_TEMPLATE = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Hello": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Runtime": "python3.13", "Handler": "index.handler", "InlineCode": "handler = print"},
        }
    },
}


def sam() -> Any:
    """Return a SAM template, transformed as CloudFormation does it."""
    from localstack.services.cloudformation.engine import transformers
    from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader

    return transformers.transform_sam(SAM_TEMPLATE, {}, ManagedPolicyLoader(None))


def ec2_backends() -> Any:
    """Return the instances that SSM looks at are EC2's own."""
    from moto.ec2.models import ec2_backends as all_of_them
    from moto.ssm import models as ssm

    backend = ssm.ec2_backends[ACCOUNT][REGION]
    backend.create_vpc("10.0.0.0/16")
    return len(backend.describe_vpcs()), backend is all_of_them[ACCOUNT][REGION]


def moto_by_name() -> Any:
    """Return as moto itself looks for a service's backends."""
    from moto.backends import get_backend

    return [type(get_backend(name)[ACCOUNT][REGION]).__name__ for name in ("ec2", "batch")]


def ec2_types() -> Any:
    """Return the API of EC2, as its provider imports it."""
    from localstack.aws.api import ec2

    zones = ec2.DescribeAvailabilityZonesResult(AvailabilityZones=[])
    return len(ec2.InstanceType), ec2.Vpc(VpcId="vpc-1"), zones, sorted(vars(ec2)["AvailabilityZone"].__annotations__)


def validation() -> Any:
    """Return a request that is none of LocalStack's own API, with validation off and on."""
    from localstack import config
    from localstack.aws import handlers
    from localstack.aws.api import RequestContext
    from localstack.aws.chain import HandlerChain
    from localstack.http import Request, Response

    def status() -> int:
        headers = {"Host": "localhost.localstack.cloud:4566", "Content-Type": "application/json"}
        context = RequestContext(Request("POST", "/_localstack/health", headers=headers, body='{"action": "dance"}'))
        response = Response()
        handlers.validate_request_schema(HandlerChain(), context, response)
        return response.status_code

    before = status()
    config.OPENAPI_VALIDATE_REQUEST = True
    return before, status()


def openapi() -> Any:
    """Try API Gateway's import of a definition: one that is right, and one that is not."""
    from moto.apigateway import models

    models.validate({"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}})
    try:
        models.validate({"openapi": "3.0.0", "info": {"title": "t"}, "paths": {}})
    except models.OpenAPIValidationError as error:
        return str(error)


def policies() -> Any:
    """Return the policies that a SAM template may name."""
    from localstack.services.cloudformation.engine import transformers

    return type(transformers.create_policy_loader()).__module__


def envelopes() -> Any:
    """Return what KMS puts a key into for its recipient."""
    from localstack.utils import crypto

    return crypto.cms.ContentInfo({"content_type": "data", "content": b"key"}).dump().hex()


def contexts() -> Any:
    """Return the class of TLS contexts that botocore makes, and what pyOpenSSL would put in its place."""
    import ssl

    from botocore import httpsession
    from urllib3.contrib import pyopenssl

    return httpsession.SSLContext is ssl.SSLContext, pyopenssl.PyOpenSSLContext.__name__


def console() -> Any:
    """Write LocalStack's console."""
    import io

    from localstack.utils import bootstrap

    bootstrap.console.file = io.StringIO()
    bootstrap.console.print("[bold]ready[/]")
    return bootstrap.console.file.getvalue()


def addresses() -> Any:
    """Return the services that moto mocks."""
    from moto.core import models

    return len(models.backend_index.backend_url_patterns)


def other_types() -> Any:
    """Return the APIs of AWS Config and DynamoDB, as their providers import them."""
    from localstack.aws.api import config, dynamodb

    keys = len(dynamodb.KeyType)
    return len(config.ComplianceType), keys, sorted(vars(dynamodb)["CreateTableOutput"].__annotations__)


def events() -> Any:
    """Return an event of botocore's under a former name, under aliases of its own, and in a copy."""
    import copy

    from botocore.hooks import EventAliaser, HierarchicalEmitter

    def heard(aliases: Any, name: str, emitted: str) -> list[str]:
        found: list[str] = []
        emitter = EventAliaser(HierarchicalEmitter(), aliases)
        emitter.register(name, lambda event_name, **_: found.append(event_name))
        copy.copy(emitter).emit(emitted)
        return found

    return (
        heard(None, "before-call.cloudwatch.PutMetricAlarm", "before-call.monitoring.PutMetricAlarm"),
        heard({"cloudwatch": "other"}, "before-call.cloudwatch", "before-call.other"),
        heard(None, "before-call.cloudwatch", "before-call.other"),
    )


def urls() -> Any:
    """Return a route's URL, built, and matched."""
    from werkzeug.routing import Map, Rule

    routes = Map([Rule("/orders/<int:number>/<path:rest>", endpoint="order")]).bind("localhost")
    url = routes.build("order", {"number": 7, "rest": "a/b", "more": "c"})
    return url, routes.match("/orders/7/a/b")


USES: tuple[Callable[[], Any], ...] = (
    sam, ec2_backends, moto_by_name, ec2_types, other_types, validation, openapi, policies, envelopes, contexts,
    console, addresses, events, urls,
)  # fmt: skip


def main(*, adjusted: bool) -> dict[str, Any]:
    if adjusted:
        from localstack_tuning import starting

        starting.apply_adjustments_of_the_start()
    for name in IMPORTED:
        import_module(name)
    beforehand = [name for name in LEFT_OUT if name in sys.modules]
    return {"beforehand": beforehand, "used": {use.__name__: use() for use in USES}}


if __name__ == "__main__":
    os.environ |= {"AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    if sys.argv[1:]:
        print(json.dumps(main(adjusted=False)))
    else:
        released = subprocess.run([sys.executable, __file__, "released"], capture_output=True, text=True, check=True)
        both = {"released": json.loads(released.stdout.splitlines()[-1]), "adjusted": main(adjusted=True)}
        print(json.dumps(both))
