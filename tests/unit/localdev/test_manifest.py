"""Stacks of an assembly, the services they need, and the folders of their functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from localdev.deployment.handlers import FunctionFolder, function_folders
from localdev.deployment.manifest import Stack, stacks_of
from localdev.deployment.package_files import is_packaged
from localdev.deployment.services import check_services, needed_services
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = {
    "Resources": {
        "Start": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Handler": "start.handler", "Code": {"S3Key": "abc.zip"}},
        },
        "Inline": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Handler": "index.handler", "Code": {"ZipFile": ""}},
        },
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}},
        "Metadata": {"Type": "AWS::CDK::Metadata", "Properties": {}},
        "Own": {"Type": "Custom::Own", "Properties": {}},
    }
}


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """Provide an assembly of two stacks, one of them with a name that is not its id."""
    folder = tmp_path / "cdk.out"
    (folder / "asset.abc").mkdir(parents=True)
    for name in ("start.py", "common.py"):
        (folder / "asset.abc" / name).touch()
    artifacts: dict[str, Any] = {
        "Orders": {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "Orders.template.json", "stackName": "orders-1"},
            "displayName": "Orders",
        },
        "Queues": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Queues.template.json"}},
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    (folder / "Orders.template.json").write_text(json.dumps(TEMPLATE))
    (folder / "Queues.template.json").write_text("{}")
    assets = {"files": {"abc": {"source": {"path": "asset.abc", "packaging": "zip"}}}}
    (folder / "Orders.assets.json").write_text(json.dumps(assets))
    return folder


def test_all_stacks_are_found_with_their_ids_and_names(assembly: Path) -> None:
    assert [(stack.id, stack.name) for stack in stacks_of(assembly)] == [("Orders", "orders-1"), ("Queues", "Queues")]


@pytest.mark.parametrize("wanted", ["Orders", "orders-1"])
def test_a_stack_is_chosen_by_its_id_or_its_name(assembly: Path, wanted: str) -> None:
    assert [stack.id for stack in stacks_of(assembly, [wanted])] == ["Orders"]


def test_a_stack_that_is_not_there_is_named_with_those_that_are(assembly: Path) -> None:
    with pytest.raises(LocaldevError, match=r"no stack 'Pizza'.\nHint: There is Orders, Queues"):
        stacks_of(assembly, ["Pizza"])


def test_the_services_are_those_of_the_resources(assembly: Path) -> None:
    assert needed_services(stacks_of(assembly)) == {"lambda", "stepfunctions"}


def test_a_service_that_an_emulator_lacks_is_named(assembly: Path) -> None:
    engine = Mock(services=lambda: frozenset({"lambda"}), where="http://127.0.0.1:1")

    with pytest.raises(LocaldevError, match=r"lacks what the app's stacks need: stepfunctions\."):
        check_services(engine, stacks_of(assembly))


def test_a_function_runs_the_folder_with_its_module_and_most_of_its_assets_files(
    assembly: Path, tmp_path: Path
) -> None:
    ours, theirs, others = (tmp_path / name for name in ("ours", "theirs", "others"))
    for folder, names in ((ours, ["start.py", "common.py"]), (theirs, ["start.py"]), (others, ["common.py"])):
        folder.mkdir()
        for name in names:
            (folder / name).touch()
    (stack, _) = stacks_of(assembly)

    assert function_folders(stack, [theirs, others, ours]) == {"Start": FunctionFolder(ours)}


def test_what_an_asset_has_a_function_gets_under_watch_too(assembly: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "start.py").touch()
    (assembly / "asset.abc" / "sub").mkdir()
    for name in ("requirements.txt", "sub/.prices.json", "start.pyc"):
        (assembly / "asset.abc" / name).touch()
    (stack, _) = stacks_of(assembly)

    left_out = function_folders(stack, [tmp_path / "ours"])["Start"].left_out

    assert [is_packaged(name, left_out) for name in ("requirements.txt", "sub/.prices.json", "new/.stock.json")] == [
        True, True, True,
    ]  # fmt: skip
    assert not any(is_packaged(name, left_out) for name in ("start.pyc", "__pycache__/start.pyc", "requirements.in"))


def test_code_from_elsewhere_has_no_folder(assembly: Path, tmp_path: Path) -> None:
    (stack, _) = stacks_of(assembly)

    assert function_folders(stack, [tmp_path]) == {}


def test_the_stacks_of_a_stage_are_stacks_of_the_app(assembly: Path) -> None:
    stage = assembly / "assembly-Prod"
    stage.mkdir()
    properties = {"templateFile": "ProdOrders.template.json", "stackName": "Prod-Orders"}
    artifact = {"type": "aws:cloudformation:stack", "properties": properties, "displayName": "Prod/Orders"}
    (stage / "manifest.json").write_text(json.dumps({"artifacts": {"ProdOrders1A2B": artifact}}))
    manifest = json.loads((assembly / "manifest.json").read_text())
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    manifest["artifacts"]["assembly-Prod"] = nested
    (assembly / "manifest.json").write_text(json.dumps(manifest))

    (found,) = stacks_of(assembly, ["Prod/Orders"])

    assert (found.name, found.template_file) == ("Prod-Orders", stage / "ProdOrders.template.json")


def test_a_name_of_a_stack_that_is_none_gets_the_most_similar_one(assembly: Path) -> None:
    with pytest.raises(
        LocaldevError, match=r"no stack 'Order'.\nHint: did you mean 'Orders'\? There is Orders, Queues"
    ):
        stacks_of(assembly, ["Order"])


@pytest.fixture
def bundled(assembly: Path) -> Stack:
    """Provide a stack with a function whose code was bundled."""
    (stack, _) = stacks_of(assembly)
    stack.template["Resources"]["Start"]["Metadata"] = {"aws:asset:is-bundled": True}
    return stack


def test_a_function_that_was_bundled_runs_its_folder_with_what_bundling_has_added(
    bundled: Stack, assembly: Path, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "start.py").touch()

    found = function_folders(bundled, [tmp_path / "source"])

    assert found == {"Start": FunctionFolder(tmp_path / "source", assembly / "asset.abc")}


def test_a_function_whose_module_was_written_by_bundling_runs_no_folder(bundled: Stack, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "start.py").write_text("before = 'it was minified'")

    assert function_folders(bundled, [tmp_path / "source"]) == {}


@pytest.mark.parametrize("module", ["start.js", "start.mjs", "start.cjs"])
def test_a_function_in_javascript_runs_the_folder_of_its_module(assembly: Path, tmp_path: Path, module: str) -> None:
    (tmp_path / "node").mkdir()
    for folder in (tmp_path / "node", assembly / "asset.abc"):
        (folder / module).touch()
    (assembly / "asset.abc" / "start.py").unlink()
    (stack, _) = stacks_of(assembly)

    assert function_folders(stack, [tmp_path / "node"]) == {"Start": FunctionFolder(tmp_path / "node")}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("aws://111111111111/eu-west-1", ("111111111111", "eu-west-1")),
        ("aws://unknown-account/unknown-region", (None, None)),
        ("aws://unknown-account/eu-west-1", (None, "eu-west-1")),
    ],
)
def test_the_account_and_region_are_those_that_the_app_names(
    assembly: Path, environment: str, expected: tuple[str | None, str | None]
) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    manifest["artifacts"]["Orders"]["environment"] = environment
    (assembly / "manifest.json").write_text(json.dumps(manifest))

    (stack,) = stacks_of(assembly, ["Orders"])

    assert (stack.account, stack.region) == expected
