"""Corrections of CloudFormation, in the order they apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType


def _replace_engine(released: ModuleType) -> None:
    from localstack_corrections.cloudformation.engine.provider import Provider
    from localstack_corrections.cloudformation.resources.own import load_own_first

    load_own_first()
    released.CloudformationProviderV2 = Provider  # type: ignore[attr-defined]  # LocalStack makes the one it finds here


CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        name="stack-updates",
        localstack="Updates of 84 of 102 resource types change nothing, and a stack whose deployment failed cannot be "
        "updated.",
        aws="Every update changes or replaces its resource, and a failed deployment is rolled back.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html",
        patches={"localstack.services.cloudformation.v2.provider": _replace_engine},
    ),
)
