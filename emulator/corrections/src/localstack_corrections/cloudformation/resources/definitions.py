"""Definitions of state machines: JSON or YAML, with ``DefinitionSubstitutions``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml
from localstack.services.stepfunctions.resource_providers.aws_stepfunctions_statemachine import (
    StepFunctionsStateMachineProvider,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = ("DefinitionString", "DefinitionS3Location", "Definition")


def replace_reading() -> None:
    """Read definitions as AWS's own provider does.

    LocalStack takes a file for JSON, and fails without a reason for a ``${name}`` that is not among the substitutions.
    https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-stepfunctions, DefinitionProcessor.
    """
    StepFunctionsStateMachineProvider._get_definition = _definition


def _definition(_: Any, model: Mapping[str, Any], s3: Any) -> str:
    """Return the definition as JSON."""
    kinds = [kind for kind in _KINDS if model.get(kind) is not None]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none of them"
        raise ValueError(f"A state machine needs exactly one of {', '.join(_KINDS)}; found {found}.")
    substitutions = model.get("DefinitionSubstitutions") or {}
    match kinds[0]:
        case "DefinitionS3Location":
            return _as_json(_substituted(_read(model["DefinitionS3Location"], s3), substitutions))
        case "Definition":
            return _substituted(json.dumps(model["Definition"]), substitutions)
        case kind:
            return _substituted(model[kind], substitutions)


def _read(location: Mapping[str, Any], s3: Any) -> str:
    version = {"VersionId": location["Version"]} if location.get("Version") else {}
    answer = s3.get_object(Bucket=location["Bucket"], Key=location["Key"], **version)
    text: str = answer["Body"].read().decode()
    return text


def _substituted(definition: str, values: Mapping[str, Any]) -> str:
    """Replace what has a value; any other ``${name}`` stays."""

    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        return str(found).lower() if isinstance(found, bool) else str(found)

    if not values:
        return definition
    names = "|".join(re.escape(name) for name in values)
    return re.sub(rf"\$\{{({names})\}}", value, definition)


def _as_json(definition: str) -> str:
    """Return a definition that is JSON as it is, and one in YAML as JSON."""
    try:
        json.loads(definition)
    except json.JSONDecodeError:
        try:
            if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(definition)):
                # a few lines of them fill the memory; AWS's reader does not resolve them either
                raise ValueError("The definition has YAML aliases, which are not resolved.")
            found = yaml.safe_load(definition)
        except yaml.YAMLError as error:
            raise ValueError(f"The definition is neither JSON nor YAML: {error}") from error
        return json.dumps(found, default=str)
    return definition
