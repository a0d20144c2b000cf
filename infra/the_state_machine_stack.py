"""The pizzeria's one stack."""

from typing import Any

from aws_cdk import Annotations, CfnOutput, Stack
from constructs import Construct

from infra.failed_orders import FailedOrders
from infra.handler_code import mistakes
from infra.order_api import OrderApi
from infra.order_workflow import OrderWorkflow


class TheStateMachineStack(Stack):
    """An order comes in through the API, the workflow decides on it, and when it fails it is put on a queue."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, description="Orders pizza, but never with pineapple", **kwargs)

        # The CDK also declares the dependencies that a reference implies, which cfn-lint calls redundant.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}

        for mistake in mistakes():
            Annotations.of(self).add_error(f"{mistake} Hint: nothing is deployed until it is mended.")

        workflow = OrderWorkflow(self, "OrderWorkflow")
        api = OrderApi(self, "OrderApi", state_machine=workflow.state_machine)
        failed_orders = FailedOrders(self, "FailedOrders", state_machine=workflow.state_machine)

        CfnOutput(self, "ApiUrl", value=api.url, description="Order here: any method, any path, ?flavour=...")
        CfnOutput(self, "StateMachineArn", value=workflow.state_machine.state_machine_arn)
        CfnOutput(self, "FailedOrdersQueueUrl", value=failed_orders.queue.queue_url)
