"""The workflow that decides on an order."""

from aws_cdk import Acknowledgment, Duration, Stack, Validations
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.functions import logical_id, python_function
from infra.log_groups import log_group


class OrderWorkflow(Construct):
    """*Order Pizza Job* looks for pineapple; with it the order fails, without it the pizza is made."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)

        order_pizza = python_function(
            self,
            "OrderPizza",
            module="order_pizza",
            description="Says whether a flavour has pineapple on it",
            timeout=Duration.seconds(10),
        )

        order_pizza_job = tasks.LambdaInvoke(
            self,
            "Order Pizza Job",
            lambda_function=order_pizza,
            payload_response_only=True,
            input_path="$.flavour",
            result_path="$.pineappleAnalysis",
        )
        sorry = sfn.Fail(
            self, "Sorry, We Dont add Pineapple", error="Failed To Make Pizza", cause="They asked for Pineapple"
        )
        lets_make_your_pizza = sfn.Succeed(self, "Lets make your pizza", output_path="$.pineappleAnalysis")

        definition = order_pizza_job.next(
            sfn.Choice(self, "With Pineapple?")
            .when(sfn.Condition.boolean_equals("$.pineappleAnalysis.containsPineapple", value=True), sorry)
            .otherwise(lets_make_your_pizza)
        )

        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            definition_body=sfn.DefinitionBody.from_chainable(definition),
            state_machine_type=sfn.StateMachineType.STANDARD,
            timeout=Duration.minutes(5),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                # "vendedlogs": such groups share one resource policy of the account instead of filling it up
                destination=log_group(self, "StateMachineLogs", f"/aws/vendedlogs/states/{Stack.of(self).stack_name}"),
                include_execution_data=True,
                level=sfn.LogLevel.ALL,
            ),
        )
        Validations.of(self.state_machine.role).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::<{logical_id(order_pizza)}.Arn>:*]",
                reason="The CDK's grant to invoke a function covers its versions and aliases.",
            ),
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="X-Ray and the delivery of logs know no resources that could be named instead.",
            ),
        )
