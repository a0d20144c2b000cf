"""The properties of the resource types that are emulated, as AWS's public schemas have them.

cfn-lint brings the schemas. What the emulator checks of them is small, and is written beside the code that checks it.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cfnlint.schema import Schema
from cfnlint.schema._getatts import GetAtts

from localdev.system.project import EMULATOR_PYTHON, ROOT

SCHEMAS = ROOT / "emulator/corrections/src/localstack_corrections/cloudformation/schemas.jsonl"
_OWN = (
    *(f"AWS::ApiGateway::{name}" for name in ("Authorizer",)),
    *(f"AWS::ApiGatewayV2::{name}" for name in ("Api", "Authorizer", "Deployment", "Integration", "Route", "Stage")),
    *(f"AWS::StepFunctions::{name}" for name in ("StateMachineAlias", "StateMachineVersion")),
    *(f"AWS::Logs::{name}" for name in ("MetricFilter", "ResourcePolicy", "SubscriptionFilter")),
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::Dashboard",
    "AWS::Events::Archive",
)
"""Types that LocalStack does not have, and ours adds."""
_KEPT = (
    "$ref", "additionalProperties", "enum", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength",
    "minimum", "pattern", "patternProperties", "properties", "required", "type",
)  # fmt: skip
_OF_TYPES = frozenset({"properties", "patternProperties", "definitions"})


def schemas() -> str:
    """Return one line for each type: its name, and what is checked of its schema."""
    return "".join(f"{name}\t{json.dumps(_schema(name), separators=(',', ':'))}\n" for name in sorted(_types()))


def _types() -> set[str]:
    found = {json.loads(path.read_text())["typeName"] for path in _localstack().rglob("*.schema.json")}
    return ({name for name in found if name in _files()} | set(_OWN)) - {"AWS::CloudFormation::CustomResource"}


def _localstack() -> Path:
    (services,) = EMULATOR_PYTHON.parents[1].glob("lib/python*/site-packages/localstack/services")
    return services


def _data() -> Path:
    spec = find_spec("cfnlint")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "data" / "schemas"


def _files() -> dict[str, str]:
    found: dict[str, str] = json.loads((_data() / "providers" / "us-east-1.json").read_text())
    return found


def _schema(name: str) -> Any:
    whole = json.loads((_data() / "resources" / f"{_files()[name]}.json").read_text())
    definitions = {key: _reduced(value) for key, value in (whole.get("definitions") or {}).items()}
    reduced = {**_reduced(whole), "attributes": sorted(GetAtts(Schema(whole)).attrs)}
    return {**reduced, "definitions": definitions} if definitions else reduced


def _reduced(schema: Any) -> Any:
    """Return what is checked of a schema: names, types, which are required, and what values may be."""
    if not isinstance(schema, dict):
        return schema
    kept = {key: schema[key] for key in _KEPT if key in schema}
    for key in _OF_TYPES & kept.keys():
        kept[key] = {name: _reduced(each) for name, each in kept[key].items()}
    if "items" in kept:
        kept["items"] = _reduced(kept["items"])
    if "pattern" in kept:
        kept.pop("enum", None)  # cfn-lint knows some words of a pattern: AWS takes others, too
    if not _compiles(kept.get("pattern", "")):
        kept.pop("pattern")
    if kept.get("additionalProperties") is not False:
        kept.pop("additionalProperties", None)
    return kept


def _compiles(pattern: str) -> bool:
    """Return whether a pattern of Java's, which AWS checks with, is one of Python's, too."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
