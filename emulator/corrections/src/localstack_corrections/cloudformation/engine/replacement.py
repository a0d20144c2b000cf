"""Tell which changes need a new physical resource, by the schema of the resource type.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from localstack_corrections.cloudformation.records import Properties

CREATE_ONLY: Mapping[str, frozenset[str]] = {
    # what the schemas in LocalStack 4.14 lack, by AWS's public resource schemas
    "AWS::DynamoDB::Table": frozenset({"KeySchema", "LocalSecondaryIndexes"}),
    "AWS::EC2::VPCGatewayAttachment": frozenset({"VpcId"}),
    "AWS::Lambda::Version": frozenset({"CodeSha256", "Description", "ProvisionedConcurrencyConfig", "RuntimePolicy"}),
    "AWS::SecretsManager::SecretTargetAttachment": frozenset({"SecretId"}),
}


def replaced_by(resource_type: str, schema: Mapping[str, Any], before: Properties, after: Properties) -> list[str]:
    """Return the changed properties, as dotted paths, that cannot change without a replacement."""
    paths = {pointer.removeprefix("/properties/") for pointer in schema.get("createOnlyProperties", ())}
    paths |= CREATE_ONLY.get(resource_type, frozenset())
    return sorted(path.replace("/", ".") for path in paths if _at(before, path) != _at(after, path))


def custom_name(resource_type: str, schema: Mapping[str, Any], before: Properties, after: Properties) -> str | None:
    """Return the name that a replacement would have in common with the resource it replaces, or None.

    A resource whose name the template leaves open gets a new one, so its replacement can be created beside it.
    """
    names = sorted(_identity(resource_type, schema))
    if not names or any(name not in after or before.get(name) != after[name] for name in names):
        return None
    return "|".join(str(after[name]) for name in names)


def is_another(resource_type: str, schema: Mapping[str, Any], before: Properties, after: Properties) -> bool:
    """Return whether a replacement stands beside the resource, although LocalStack gives both one physical id.

    That of a base path mapping is its API's.
    """
    names = _identity(resource_type, schema)
    return bool(names) and any(before.get(name) != after.get(name) for name in names)


def _identity(resource_type: str, schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the properties by which a service tells two resources of a type apart, as far as a template names them."""
    read_only = _top_level(schema.get("readOnlyProperties", ()))
    primary = _top_level(schema.get("primaryIdentifier", ()))
    if primary and not primary & read_only:
        return primary
    kind = resource_type.rsplit("::", 1)[-1]
    create_only = _top_level(schema.get("createOnlyProperties", ()))
    return frozenset({"Name", f"{kind}Name"}) & create_only


def _top_level(pointers: Iterable[str]) -> frozenset[str]:
    return frozenset(pointer.removeprefix("/properties/").split("/")[0] for pointer in pointers)


def _at(properties: Any, path: str) -> Any:
    for part in path.split("/"):
        if not isinstance(properties, dict):
            return None
        properties = properties.get(part)
    return properties
