"""A stack with a function of a runtime that the process executor cannot run."""

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

application = App()
lambda_.Function(
    Stack(application, "unrunnable-function"),
    "Function",
    runtime=lambda_.Runtime.NODEJS_22_X,
    code=lambda_.Code.from_inline("exports.handler = async () => {}"),
    handler="index.handler",
)
application.synth()
