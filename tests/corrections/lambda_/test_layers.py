"""Lists of layers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def test_a_layer_whose_versions_are_deleted_is_listed_no_more_and_counts_on(aws: Clients) -> None:
    api: Any = aws.client("lambda")
    name, content = f"layer-{uuid.uuid4().hex[:8]}", {"ZipFile": zipped({"python/a.py": ""})}
    api.publish_layer_version(LayerName=name, Content=content)
    assert name in [each["LayerName"] for each in api.list_layers()["Layers"]]
    api.delete_layer_version(LayerName=name, VersionNumber=1)
    assert name not in [each["LayerName"] for each in api.list_layers()["Layers"]]
    assert api.publish_layer_version(LayerName=name, Content=content)["Version"] == 2
