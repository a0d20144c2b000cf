"""The CDK app: one stack, the same for every account, region and engine."""

import aws_cdk as cdk

from infra.the_state_machine_stack import TheStateMachineStack

app = cdk.App()
TheStateMachineStack(app, "the-state-machine")
app.synth()
