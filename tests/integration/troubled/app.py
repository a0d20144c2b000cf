"""A small stack of functions in trouble, each behind a state machine that catches nothing."""

from pathlib import Path

from aws_cdk import App, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

STACK_NAME = "troubled-functions"
HANDLERS = Path(__file__).parent / "handlers"
TIMEOUT_SECONDS = 1


def build(app: App) -> None:
    """Add one function and one state machine for each handler of ``trouble.py``."""
    stack = Stack(app, STACK_NAME)
    for name in ("Raises", "TimesOut", "Exits"):
        function_name = f"{STACK_NAME}-{name}"
        # LocalStack 4.14 writes to the group of the function's name, whatever the function's configuration says
        log_group = logs.LogGroup(
            stack, f"{name}Logs", log_group_name=f"/aws/lambda/{function_name}", removal_policy=RemovalPolicy.DESTROY
        )
        function = lambda_.Function(
            stack,
            name,
            function_name=function_name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset(str(HANDLERS)),
            handler=f"trouble.{name.lower()}",
            timeout=Duration.seconds(TIMEOUT_SECONDS),
            log_group=log_group,
        )
        task = tasks.LambdaInvoke(
            stack,
            f"Invoke {name}",
            lambda_function=function,
            payload_response_only=True,
            retry_on_service_exceptions=False,
        )
        machine = sfn.StateMachine(stack, f"{name}Machine", definition_body=sfn.DefinitionBody.from_chainable(task))
        CfnOutput(stack, f"{name}Function", value=function.function_name).override_logical_id(f"{name}Function")
        CfnOutput(stack, f"{name}MachineArn", value=machine.state_machine_arn).override_logical_id(f"{name}MachineArn")


if __name__ == "__main__":
    application = App()
    build(application)
    application.synth()
