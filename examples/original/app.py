"""The pizzeria as the original pattern has it: an HTTP API, a starter and a pizza function in JavaScript."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

FUNCTIONS = Path(__file__).parent / "functions"


class OriginalStack(cdk.Stack):
    """An order starts an execution; pineapple fails it."""

    def __init__(self, scope: cdk.App, construct_id: str) -> None:
        super().__init__(scope, construct_id)

        order_pizza = tasks.LambdaInvoke(
            self,
            "Order Pizza Job",
            lambda_function=self._function("Pizza", "pizza.handler"),
            input_path="$.flavour",
            result_path="$.pineappleAnalysis",
            payload_response_only=True,
        )
        failed = sfn.Fail(
            self, "Sorry, We Dont add Pineapple", cause="They asked for Pineapple", error="Failed To Make Pizza"
        )
        made = sfn.Succeed(self, "Lets make your pizza", output_path="$.pineappleAnalysis")
        with_pineapple = (
            sfn.Choice(self, "With Pineapple?")
            .when(sfn.Condition.boolean_equals("$.pineappleAnalysis.containsPineapple", True), failed)
            .otherwise(made)
        )
        machine = sfn.StateMachine(
            self,
            "StateMachine",
            definition_body=sfn.DefinitionBody.from_chainable(order_pizza.next(with_pineapple)),
            timeout=cdk.Duration.minutes(5),
        )

        starter = self._function("Starter", "starter.handler", STATE_MACHINE_ARN=machine.state_machine_arn)
        machine.grant_start_execution(starter)
        api = http.HttpApi(
            self, "Api", default_integration=integrations.HttpLambdaIntegration("ToStarter", handler=starter)
        )
        cdk.CfnOutput(self, "ApiUrl", value=api.api_endpoint)
        cdk.CfnOutput(self, "StateMachineArn", value=machine.state_machine_arn)

    def _function(self, construct_id: str, handler: str, **variables: str) -> lambda_.Function:
        return lambda_.Function(
            self,
            construct_id,
            runtime=lambda_.Runtime.NODEJS_22_X,
            code=lambda_.Code.from_asset(str(FUNCTIONS)),
            handler=handler,
            timeout=cdk.Duration.seconds(20),
            memory_size=256,
            environment=variables,
        )


app = cdk.App()
OriginalStack(app, "original")
app.synth()
