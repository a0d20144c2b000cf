"""A CDK app of constructs whose resources are made by functions of the CDK itself; ``VERSION`` changes each of them."""

from __future__ import annotations

import os
from pathlib import Path

from aws_cdk import App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack, triggers
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_sqs as sqs
from aws_cdk import custom_resources as custom

HERE = Path(__file__).parent
VERSION = os.environ["VERSION"]
PYTHON = lambda_.Runtime.PYTHON_3_13

app = App()
stack = Stack(app, "constructs")
code = lambda_.Code.from_asset(str(HERE / "handlers"))
log = sqs.Queue(stack, "Log")


def function(name: str, handler: str) -> lambda_.Function:
    """Return a function of the one module."""
    return lambda_.Function(stack, name, runtime=PYTHON, handler=f"handlers.{handler}", code=code)


# a resource whose handler is asked until it is complete
provider = custom.Provider(
    stack,
    "Provider",
    on_event_handler=function("OnEvent", "on_event"),
    is_complete_handler=function("IsComplete", "is_complete"),
    query_interval=Duration.seconds(1),
)
thing = CustomResource(stack, "Thing", service_token=provider.service_token, properties={"Version": VERSION})
CfnOutput(stack, "Said", value=thing.get_att_string("Said"))

# notifications of a bucket, which is emptied before it is deleted
bucket = s3.Bucket(stack, "Bucket", removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True)
prefix = s3.NotificationKeyFilter(prefix=f"v{VERSION}/")
bucket.add_event_notification(s3.EventType.OBJECT_CREATED, notifications.SqsDestination(log), prefix)
CfnOutput(stack, "BucketName", value=bucket.bucket_name)

# files of a folder, and one that is made of what the deployment knows
site = s3.Bucket(stack, "Site", removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True)
settings = deployment.Source.json_data("settings.json", {"version": VERSION, "log": log.queue_url})
deployment.BucketDeployment(
    stack,
    "Files",
    sources=[deployment.Source.asset(str(HERE / "site")), settings],
    destination_bucket=site,
    memory_limit=512,
)
CfnOutput(stack, "SiteName", value=site.bucket_name)

# a call of the SDK
call = custom.AwsSdkCall(
    service="SSM",
    action="putParameter",
    parameters={"Name": "/constructs", "Value": VERSION, "Type": "String", "Overwrite": True},
    physical_resource_id=custom.PhysicalResourceId.of("parameter"),
)
custom.AwsCustomResource(
    stack,
    "Parameter",
    on_update=call,
    on_delete=custom.AwsSdkCall(service="SSM", action="deleteParameter", parameters={"Name": "/constructs"}),
    policy=custom.AwsCustomResourcePolicy.from_sdk_calls(resources=custom.AwsCustomResourcePolicy.ANY_RESOURCE),
)

# a log group of a function that nobody has made, and a function that each deployment runs
days = logs.RetentionDays.ONE_WEEK if VERSION == "1" else logs.RetentionDays.ONE_MONTH
logs.LogRetention(stack, "Retention", log_group_name="/constructs", retention=days)
trigger = triggers.TriggerFunction(
    stack,
    "Trigger",
    runtime=PYTHON,
    handler="handlers.trigger",
    code=code,
    environment={"LOG": log.queue_url, "VERSION": VERSION},
)
log.grant_send_messages(trigger)
CfnOutput(stack, "LogUrl", value=log.queue_url)
app.synth()
