"""Messages of a queue become executions; a message that cannot is retried and then set aside, the others are not."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

ATTEMPTS = 2


class QueueStack(cdk.Stack):
    """Jobs come in on a queue: ``{"id": …, "steps": N}``."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        set_aside = sqs.Queue(self, "SetAside")
        jobs = sqs.Queue(
            self,
            "Jobs",
            visibility_timeout=cdk.Duration.seconds(1),
            dead_letter_queue=sqs.DeadLetterQueue(queue=set_aside, max_receive_count=ATTEMPTS),
        )
        machine = sfn.StateMachine(self, "Work", definition_body=sfn.DefinitionBody.from_chainable(self._work()))
        intake = lambda_.Function(
            self,
            "Intake",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="intake.handler",
            code=lambda_.Code.from_asset("functions"),
            timeout=cdk.Duration.seconds(1),
            environment={"STATE_MACHINE_ARN": machine.state_machine_arn},
        )
        machine.grant_start_execution(intake)
        intake.add_event_source(SqsEventSource(jobs, batch_size=10, report_batch_item_failures=True))
        cdk.CfnOutput(self, "JobsUrl", value=jobs.queue_url)

    def _work(self) -> sfn.IChainable:
        """Return the states: each pass through the loop does one of the job's steps."""
        done = sfn.Succeed(self, "Done")
        step = sfn.Pass(self, "Do A Step", parameters={"left.$": "States.MathAdd($.left, -1)"})
        more = sfn.Choice(self, "More?")
        step.next(more)
        more.when(sfn.Condition.number_greater_than("$.left", 0), step).otherwise(done)
        return more


if __name__ == "__main__":
    app = cdk.App()
    QueueStack(app, "queue")
    app.synth()
