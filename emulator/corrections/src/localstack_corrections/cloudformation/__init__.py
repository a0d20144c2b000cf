"""Corrections of CloudFormation, in the order they apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections import services
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def _replace_engine(released: ModuleType) -> None:
    from localstack_corrections.cloudformation.engine import (
        api_addresses,
        comparison,
        mapping_defaults,
        substitutions,
        templates,
    )
    from localstack_corrections.cloudformation.engine.provider import Provider
    from localstack_corrections.cloudformation.resources import definitions
    from localstack_corrections.cloudformation.resources.own import load_own_first

    load_own_first()
    comparison.see_other_arguments()
    mapping_defaults.take_defaults()
    templates.refuse_aliases()
    substitutions.replace_evaluation()
    api_addresses.replace_rewriting()
    definitions.replace_reading()
    released.CloudformationProviderV2 = Provider  # type: ignore[attr-defined]  # LocalStack makes the one it finds here


def _add_cloud_control(plugins: ModuleType) -> None:
    def create() -> Any:
        from localstack_corrections.cloudformation.cloud_control import service

        return service()

    services.add(plugins, "cloudcontrol", create)


CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        name="stack-updates",
        localstack="Updates of 84 of 102 resource types change nothing, and a stack whose deployment failed cannot be "
        "updated.",
        aws="Every update changes or replaces its resource, and a failed deployment is rolled back.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html",
        patches={"localstack.services.cloudformation.v2.provider": _replace_engine},
    ),
    Correction(
        name="resource-changes",
        localstack="Has no Cloud Control API, by which `cdk deploy --hotswap` changes a state machine.",
        aws="`UpdateResource` changes a resource of a stack, `GetResource` describes it. Resources that no stack has, "
        "and the other operations, are refused with this correction.",
        source="https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_UpdateResource.html",
        patches={"localstack.services.plugins": _add_cloud_control},
    ),
)

STILL_DIFFERENT: tuple[str, ...] = (
    (
        "A resource of a type that is not emulated is named at the end of the deployment and in the stack's events; "
        "`--strict` refuses it. A `Ref` to it is its logical id with `-not-emulated`."
    ),
    (
        "Values are checked when the resource has its turn, not before the change set is executed, and `uniqueItems`, "
        "`oneOf` and `anyOf` of a type's schema are not checked."
    ),
    (
        "The functions of CDK's `AwsCustomResource` get `InstallLatestAwsSdk` as `false`: npm would need a network; "
        "the AWS SDK is there."
    ),
    (
        "A template with IAM resources needs no capability, its `Rules` are not evaluated, and every property takes a "
        "`ssm-secure` reference."
    ),
)
