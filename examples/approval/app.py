"""A workflow that asks a person and waits: their answer comes by HTTP, or a day passes."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

ONE_DAY = cdk.Duration.hours(24)


class ApprovalStack(cdk.Stack):
    """``POST /requests/{id}/{answer}`` with ``approve`` or ``reject`` answers the request of that id."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Requests",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        ask, answer = self._function("Ask"), self._function("Answer")
        self.table.grant_read_write_data(ask)
        self.table.grant_read_write_data(answer)
        machine = sfn.StateMachine(self, "Approval", definition_body=sfn.DefinitionBody.from_chainable(self._flow(ask)))
        machine.grant_task_response(answer)
        api = apigateway.HttpApi(self, "Api")
        api.add_routes(
            path="/requests/{id}/{answer}",
            methods=[apigateway.HttpMethod.POST],
            integration=HttpLambdaIntegration("ToAnswer", answer),
        )
        cdk.CfnOutput(self, "ApiUrl", value=api.api_endpoint)
        cdk.CfnOutput(self, "RequestsName", value=self.table.table_name)

    def _function(self, name: str) -> lambda_.Function:
        return lambda_.Function(
            self,
            name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler=f"{name.lower()}.handler",
            code=lambda_.Code.from_asset("functions"),
            environment={"REQUESTS": self.table.table_name},
        )

    def _flow(self, ask: lambda_.Function) -> sfn.IChainable:
        """Return the states: ask, wait for the token to come back, and go where the answer leads."""
        approval = tasks.LambdaInvoke(
            self,
            "Ask For Approval",
            lambda_function=ask,
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            task_timeout=sfn.Timeout.duration(ONE_DAY),
            payload=sfn.TaskInput.from_object({"id": sfn.JsonPath.string_at("$.id"), "token": sfn.JsonPath.task_token}),
            result_path="$.answer",
        )
        rejected = sfn.Fail(self, "Rejected", error="Rejected", cause="A person said no.")
        unanswered = sfn.Fail(self, "Unanswered", error="Unanswered", cause="Nobody answered within a day.")
        approval.add_catch(rejected, errors=["Rejected"])
        approval.add_catch(unanswered, errors=[sfn.Errors.TIMEOUT])
        return approval.next(sfn.Succeed(self, "Approved"))


if __name__ == "__main__":
    app = cdk.App()
    ApprovalStack(app, "approval")
    app.synth()
