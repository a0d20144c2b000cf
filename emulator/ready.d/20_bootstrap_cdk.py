"""Make the emulator's environment one that the CDK can deploy to, so that nobody types ``cdklocal bootstrap``.

LocalStack runs every script of this folder in its own process once it serves requests, and says at
``/_localstack/init/ready`` how each went. The template is the CDK CLI's own, named by ``CDK_BOOTSTRAP_TEMPLATE``.
"""

import os
from pathlib import Path

from localstack.aws.connect import connect_to

STACK_NAME = "CDKToolkit"
PARAMETERS = {
    "FileAssetsBucketKmsKeyId": "AWS_MANAGED_KEY",
    "CloudFormationExecutionPolicies": "arn:aws:iam::aws:policy/AdministratorAccess",
}
"""What ``cdk bootstrap`` gives without being asked; the template by itself would make a key that costs money on AWS."""
WAIT = {"Delay": 0.05, "MaxAttempts": 600}


def bootstrap(template: Path, region: str) -> None:
    """Create the stack in the default account, and wait until it is complete."""
    cloudformation = connect_to(region_name=region).cloudformation
    cloudformation.create_stack(
        StackName=STACK_NAME,
        TemplateBody=template.read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK_NAME, WaiterConfig=WAIT)


bootstrap(Path(os.environ["CDK_BOOTSTRAP_TEMPLATE"]), os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
