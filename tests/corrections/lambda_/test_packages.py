"""Packages and hot reload: what a caller of the API cannot make the emulator touch."""

from __future__ import annotations

import io
import stat
import uuid
import zipfile
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from pathlib import Path

    from localdev.engines.clients import Clients

ROLE = "arn:aws:iam::000000000000:role/any"
HANDLER = "def handler(event, context):\n    return open('/var/task/secret').read()\n"
LINK = (stat.S_IFLNK | 0o777) << 16


def package(links: dict[str, str], files: dict[str, str]) -> bytes:
    """Return a package with these links and, after them, these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("function.py", HANDLER)
        for name, target in links.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = LINK
            archive.writestr(entry, target)
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def create(aws: Clients, **code: Any) -> str:
    """Create a function of a random name and return the name."""
    name = f"guest-{uuid.uuid4().hex[:8]}"
    aws.client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Handler="function.handler", Role=ROLE, Code=cast(Any, code)
    )
    return name


def test_a_package_cannot_write_through_a_link(aws: Clients, tmp_path: Path) -> None:
    hostile = package({"d": str(tmp_path)}, {"d/planted": "x"})

    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*Could not unzip uploaded file"):
        create(aws, ZipFile=hostile)

    assert list(tmp_path.iterdir()) == []


def test_a_package_cannot_change_the_mode_of_a_file_of_the_host(aws: Clients, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)

    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        create(aws, ZipFile=package({"secret": str(secret)}, {}))

    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_an_update_and_a_layer_are_refused_like_a_creation(aws: Clients, tmp_path: Path) -> None:
    functions, hostile = aws.client("lambda"), package({"d": str(tmp_path)}, {"d/planted": "x"})
    name = create(aws, ZipFile=package({}, {"secret": "x"}))
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        functions.update_function_code(FunctionName=name, ZipFile=hostile)
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        functions.publish_layer_version(LayerName="hostile", Content={"ZipFile": hostile})

    assert list(tmp_path.iterdir()) == []


def test_a_layer_cannot_be_named_after_a_path(aws: Clients) -> None:
    with pytest.raises(ClientError, match="Invalid name"):
        aws.client("lambda").publish_layer_version(LayerName="../../x", Content={"ZipFile": package({}, {"a": "b"})})


def test_a_package_out_of_a_bucket_is_refused_too(aws: Clients, tmp_path: Path) -> None:
    storage, bucket = aws.client("s3"), f"packages-{uuid.uuid4().hex[:8]}"
    storage.create_bucket(Bucket=bucket)
    storage.put_object(Bucket=bucket, Key="p.zip", Body=package({"d": str(tmp_path)}, {"d/planted": "x"}))

    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        create(aws, S3Bucket=bucket, S3Key="p.zip")

    assert list(tmp_path.iterdir()) == []


def test_a_link_inside_a_package_works(aws: Clients) -> None:
    name = create(aws, ZipFile=package({"secret": "data/real"}, {"data/real": "inside"}))
    functions = aws.client("lambda")
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    assert functions.invoke(FunctionName=name)["Payload"].read() == b'"inside"'


def test_only_allowed_folders_are_shown_to_functions(aws: Clients, tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=r"Hot reload from .* is not allowed.*Hint: .*LAMBDA_HOT_RELOAD_FOLDERS"):
        create(aws, S3Bucket="hot-reload", S3Key=str(tmp_path))
