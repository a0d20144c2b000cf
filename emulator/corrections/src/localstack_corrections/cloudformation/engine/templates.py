"""Read templates as CloudFormation reads them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

from typing import Any

import yaml
from localstack.services.cloudformation.engine import yaml_parser
from localstack.services.cloudformation.engine.validations import ValidationError


def refuse_aliases() -> None:
    """Refuse YAML's aliases, by which a template of a few lines becomes one that fills the memory."""
    loader: Any = yaml_parser.customloader

    class WithoutAliases(loader):  # type: ignore[misc]
        """LocalStack's reader of templates."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            """Return the next node of the document."""
            if self.check_event(yaml.AliasEvent):
                raise ValidationError("Template error: YAML aliases are not allowed in CloudFormation templates")
            return super().compose_node(parent, index)

    yaml_parser.customloader = WithoutAliases
