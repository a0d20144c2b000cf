"""A file that arrives starts a workflow which works on its rows at once, and writes what came of them beside it."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

INCOMING = "incoming/"


class FanOutStack(cdk.Stack):
    """``incoming/NAME.csv`` becomes ``results/incoming/NAME.csv.json``."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(self, "Files", event_bridge_enabled=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        price = lambda_.Function(
            self,
            "Price",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="price.handler",
            code=lambda_.Code.from_asset("functions"),
        )
        rows = self._rows(price)
        machine = sfn.StateMachine(
            self, "PriceList", definition_body=sfn.DefinitionBody.from_chainable(rows.next(self._written()))
        )
        self.bucket.grant_read_write(machine)
        events.Rule(
            self,
            "Arrived",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [self.bucket.bucket_name]}, "object": {"key": [{"prefix": INCOMING}]}},
            ),
            targets=[
                targets.SfnStateMachine(
                    machine,
                    input=events.RuleTargetInput.from_object(
                        {"key": events.EventField.from_path("$.detail.object.key")}
                    ),
                )
            ],
        )
        cdk.CfnOutput(self, "BucketName", value=self.bucket.bucket_name)

    def _rows(self, price: lambda_.Function) -> sfn.DistributedMap:
        """Return the state that prices each row in an execution of its own; one bad row in ten is tolerated."""
        rows = sfn.DistributedMap(
            self,
            "Each Row",
            item_reader=sfn.S3CsvItemReader(
                bucket=self.bucket,
                key=sfn.JsonPath.string_at("$.key"),
                csv_headers=sfn.CsvHeaders.use_first_row(),
            ),
            max_concurrency=10,
            tolerated_failure_percentage=10,
            map_execution_type=sfn.StateMachineType.EXPRESS,
            result_path="$.rows",
        )
        rows.item_processor(tasks.LambdaInvoke(self, "Price One", lambda_function=price, payload_response_only=True))
        return rows

    def _written(self) -> tasks.CallAwsService:
        return tasks.CallAwsService(
            self,
            "Write Results",
            service="s3",
            action="putObject",
            parameters={
                "Bucket": self.bucket.bucket_name,
                "Key": sfn.JsonPath.format("results/{}.json", sfn.JsonPath.string_at("$.key")),
                "Body": sfn.JsonPath.object_at("$.rows"),
            },
            iam_resources=[self.bucket.arn_for_objects("results/*")],
            result_path=sfn.JsonPath.DISCARD,
        )


if __name__ == "__main__":
    app = cdk.App()
    FanOutStack(app, "fan-out")
    app.synth()
