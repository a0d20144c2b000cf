"""The pattern's later form: an HTTP API runs an Express workflow and answers with its outcome. No function in front."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.aws_apigatewayv2_integrations import HttpStepFunctionsIntegration
from constructs import Construct


class ExpressStack(cdk.Stack):
    """``POST /orders`` with ``{"flavour": F}`` is an order; the response is the execution, ended."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        refuse = sfn.Fail(
            self,
            "Sorry, We Dont add Pineapple",
            error="Failed To Make Pizza",
            cause="They asked for Pineapple",
        )
        make = sfn.Succeed(self, "Lets make your pizza")
        with_pineapple = sfn.Choice(self, "With Pineapple?")
        pineapple = sfn.Condition.or_(
            sfn.Condition.string_equals("$.flavour", "pineapple"), sfn.Condition.string_equals("$.flavour", "hawaiian")
        )
        machine = sfn.StateMachine(
            self,
            "Orders",
            state_machine_type=sfn.StateMachineType.EXPRESS,
            definition_body=sfn.DefinitionBody.from_chainable(with_pineapple.when(pineapple, refuse).otherwise(make)),
            # an Express execution has no history: the console reads it from here
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self, "Log", retention=logs.RetentionDays.ONE_WEEK, removal_policy=cdk.RemovalPolicy.DESTROY
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=True,
            ),
        )
        order = HttpStepFunctionsIntegration(
            "Order",
            state_machine=machine,
            subtype=apigateway.HttpIntegrationSubtype.STEPFUNCTIONS_START_SYNC_EXECUTION,
            parameter_mapping=apigateway.ParameterMapping()
            .custom("Input", "$request.body")
            .custom("StateMachineArn", machine.state_machine_arn),
        )
        api = apigateway.HttpApi(self, "Api", description="Order a pizza, and wait for it")
        api.add_routes(path="/orders", methods=[apigateway.HttpMethod.POST], integration=order)
        cdk.CfnOutput(self, "ApiUrl", value=api.api_endpoint)
        cdk.CfnOutput(self, "StateMachineArn", value=machine.state_machine_arn)


if __name__ == "__main__":
    app = cdk.App()
    ExpressStack(app, "express-pizzeria")
    app.synth()
