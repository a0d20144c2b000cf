"""The CDK app: one stack, the same for every account, region and engine."""

import aws_cdk as cdk

from infra.the_state_machine_stack import TheStateMachineStack

app = cdk.App()
# another name than its id lets several of them be in one account
TheStateMachineStack(app, "the-state-machine", stack_name=app.node.try_get_context("stackName"))
app.synth()
