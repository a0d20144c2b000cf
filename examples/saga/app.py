"""A booking that is undone when a step of it fails: a flight, a hotel, a payment."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

text = tasks.DynamoAttributeValue.from_string
number = tasks.DynamoAttributeValue.from_number


class SagaStack(cdk.Stack):
    """Keep what is left of each flight and hotel in one table, and the bookings in another."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.stock = self._table("Stock")
        self.bookings = self._table("Bookings")
        self.payment = lambda_.Function(
            self,
            "Payment",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="payment.handler",
            code=lambda_.Code.from_asset("functions"),
        )
        machine = sfn.StateMachine(self, "Booking", definition_body=sfn.DefinitionBody.from_chainable(self._saga()))
        cdk.CfnOutput(self, "StateMachineArn", value=machine.state_machine_arn)
        cdk.CfnOutput(self, "StockName", value=self.stock.table_name)
        cdk.CfnOutput(self, "BookingsName", value=self.bookings.table_name)

    def _table(self, name: str) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            name,
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _saga(self) -> sfn.IChainable:
        """Return the steps; each that fails is followed by what undoes the ones before it, the last one first."""
        failed = sfn.Fail(self, "Booking Failed", error_path="$.failure.Error", cause_path="$.failure.Cause")
        cancel_flight = self._change("Cancel Flight", "$.flight", 1)
        cancel_hotel = self._change("Cancel Hotel", "$.hotel", 1)
        refund = self._pay("Refund", "refund")
        refund.next(cancel_hotel).next(cancel_flight).next(failed)

        reserve_flight = self._change("Reserve Flight", "$.flight", -1)
        reserve_hotel = self._change("Reserve Hotel", "$.hotel", -1)
        charge = self._pay("Charge Card", "charge")
        confirm = tasks.DynamoPutItem(
            self,
            "Confirm",
            table=self.bookings,
            item={"id": text(sfn.JsonPath.string_at("$.id")), "flight": text(sfn.JsonPath.string_at("$.flight"))},
            condition_expression="attribute_not_exists(id)",
            result_path=sfn.JsonPath.DISCARD,
        )
        for step, undo in (
            (reserve_flight, failed),
            (reserve_hotel, cancel_flight),
            (charge, cancel_hotel),
            (confirm, refund),
        ):
            step.add_catch(undo, result_path="$.failure")
        return reserve_flight.next(reserve_hotel).next(charge).next(confirm).next(sfn.Succeed(self, "Booked"))

    def _change(self, name: str, path: str, by: int) -> tasks.DynamoUpdateItem:
        """Return the state that takes one of what is left, or puts it back."""
        return tasks.DynamoUpdateItem(
            self,
            name,
            table=self.stock,
            key={"id": text(sfn.JsonPath.string_at(path))},
            update_expression="SET remaining = remaining + :by",
            condition_expression="remaining >= :least",
            expression_attribute_values={":by": number(by), ":least": number(max(0, -by))},
            result_path=sfn.JsonPath.DISCARD,
        )

    def _pay(self, name: str, action: str) -> tasks.LambdaInvoke:
        state = tasks.LambdaInvoke(
            self,
            name,
            lambda_function=self.payment,
            payload=sfn.TaskInput.from_object({"action": action, "card": sfn.JsonPath.string_at("$.card")}),
            retry_on_service_exceptions=False,
            result_path=sfn.JsonPath.DISCARD,
        )
        state.add_retry(errors=["PaymentUnavailable"], interval=cdk.Duration.seconds(1), max_attempts=2)
        return state


if __name__ == "__main__":
    app = cdk.App()
    SagaStack(app, "saga")
    app.synth()
