"""A stack with a function whose code is in a bucket that is not there."""

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

application = App()
lambda_.CfnFunction(
    Stack(application, "unrunnable-function"),
    "Function",
    runtime="python3.13",
    code=lambda_.CfnFunction.CodeProperty(s3_bucket="no-such-bucket", s3_key="function.zip"),
    handler="index.handler",
    role="arn:aws:iam::000000000000:role/unrunnable",
)
application.synth()
