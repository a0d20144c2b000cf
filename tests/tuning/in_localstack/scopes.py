"""A copy of what is known by scopes: as LocalStack makes it, and as adjusted; prints JSON."""

import copy
import json
from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import Scope

from localstack_tuning.cloudformation import scope_copies


def copied() -> Any:
    scope = Scope("/Resources").open_scope("Table").open_index(3)
    known = {scope: {"Name": ["orders"]}}
    copy_of_it = copy.deepcopy(known)
    known[scope]["Name"].append("changed since")
    (key,) = copy_of_it
    return [copy_of_it[scope], type(key).__name__, key.parent, key.open_scope("Name"), key.jsonpath, copy.deepcopy(key)]


def is_itself() -> bool:
    scope = Scope("/Resources")
    return copy.deepcopy(scope) is scope


released, was_itself = copied(), is_itself()
scope_copies.ADJUSTMENT.apply()
print(json.dumps({"released": released, "adjusted": copied(), "same path": [was_itself, is_itself()]}))
