"""Change sets that undo drift: they start from what the services have, not from what the last deployment made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.records import specified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.records import Properties, Record, Records

MODE = "REVERT_DRIFT"
type Drifted = Mapping[str, Properties | None]
"""The values that a service has in the place of a template's, by logical id; ``None`` for a resource that is gone."""


def template_as_it_is(template: Properties, drifted: Drifted) -> Properties:
    """Return a deployed template as somebody would write it who looks at the services."""
    if not drifted:
        return template
    resources: dict[str, Any] = {}
    for name, resource in template.get("Resources", {}).items():
        actual = drifted.get(name, {})
        if actual is not None:
            properties = _changed(resource.get("Properties", {}), actual)
            resources[name] = {**resource, "Properties": properties} if actual else resource
    return {**template, "Resources": resources}


def records_as_they_are(records: Records, drifted: Drifted) -> Records:
    """Return the deployed resources with the values that their services have.

    Those that are gone stay: what refers to them was made with their values.
    """
    return {name: _as_it_is(record, drifted.get(name)) for name, record in records.items()} if drifted else records


def gone(drifted: Drifted) -> frozenset[str]:
    """Return the logical ids of the resources that are not there any more."""
    return frozenset(name for name, actual in drifted.items() if actual is None)


def _as_it_is(record: Record, actual: Properties | None) -> Record:
    if not actual:
        return record
    wanted = _changed(specified(record), actual)
    return {**record, "Properties": _changed(record["Properties"], actual), "SpecifiedProperties": wanted}


def _changed(properties: Properties, actual: Properties) -> Properties:
    return {name: value for name, value in {**properties, **actual}.items() if value is not None}
