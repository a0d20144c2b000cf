"""A function that failed when it was created can be mended."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import TYPE_CHECKING

from localdev.system import project
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients

ROLE = "arn:aws:iam::000000000000:role/any"


def test_an_update_starts_a_function_that_has_failed(aws: Clients, corrected_engine: EmbeddedEngine) -> None:
    functions, name = aws.client("lambda"), f"failed-{uuid.uuid4().hex[:8]}"
    missing = project.STATE / "hot" / str(corrected_engine.port) / name
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="function.handler",
        Role=ROLE,
        Code={"S3Bucket": "hot-reload", "S3Key": str(missing)},
    )

    def state() -> str | None:
        found: str = functions.get_function(FunctionName=name)["Configuration"]["State"]
        return None if found == "Pending" else found

    assert wait_until(state, what="the function to fail", seconds=60) == "Failed"
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("function.py", "def handler(event, context):\n    return 'mended'\n")

    functions.update_function_code(FunctionName=name, ZipFile=package.getvalue())

    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    assert functions.invoke(FunctionName=name)["Payload"].read() == b'"mended"'
    functions.delete_function(FunctionName=name)
