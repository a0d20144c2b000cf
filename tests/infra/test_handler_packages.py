"""What ``lambdas/requirements.txt`` names is a layer of every function, made for Lambda's own machine."""

from __future__ import annotations

import json
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from infra.handler_packages import handler_packages

if TYPE_CHECKING:
    from pathlib import Path

ARM = lambda_.Architecture.ARM_64
LINUX = "manylinux_2_17"


def _wheel(folder: Path, name: str, tag: str = "py3-none-any", says: str = "", **metadata: list[str]) -> None:
    """Write a wheel with one module, which says something."""
    folder.mkdir(exist_ok=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"{key.replace('_', '-')}: {each}" for key, values in metadata.items() for each in values]
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as archive:
        archive.writestr(f"{name}.py", f"SAYS = {says!r}\n")
        archive.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name} = {name}:SAYS\n")
        archive.writestr(f"{info}/RECORD", "")


def _requirements(folder: Path, *lines: str) -> Path:
    path = folder / "requirements.txt"
    path.write_text("\n".join(["--no-index", "--find-links wheels", *lines]) + "\n")
    return path


def _layer(folder: Path, requirements: Path, **settings: Any) -> tuple[Path, str]:
    """Return the folder that the layer is made of, and the name of its asset."""
    cache = folder / "cache"
    stack = Stack(App(outdir=str(folder / "cdk.out")), "S")
    handler_packages(stack, requirements, cache=cache, **settings)
    (layer,) = Template.from_stack(stack).find_resources("AWS::Lambda::LayerVersion").values()
    (made,) = cache.iterdir()
    return made / "python", json.dumps(layer["Properties"]["Content"])


def test_without_requirements_there_is_no_layer(tmp_path: Path) -> None:
    assert handler_packages(Stack(App()), tmp_path / "requirements.txt") == []


def test_a_package_that_is_not_there_is_said_with_its_name(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("./no-such-package\n")

    with pytest.raises(RuntimeError, match=r"(?s)requirements.txt could not be installed.*no-such-package.*Hint"):
        handler_packages(Stack(App(outdir=str(tmp_path / "cdk.out"))), requirements, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(("settings", "machine"), [({}, "x86_64"), ({"architecture": ARM}, "aarch64")])
def test_the_wheel_is_for_the_functions_machine_and_not_for_this_one(
    tmp_path: Path, settings: dict[str, Any], machine: str
) -> None:
    for each in ("x86_64", "aarch64"):
        _wheel(tmp_path / "wheels", "native", f"cp313-cp313-{LINUX}_{each}", each)
    layer, _ = _layer(tmp_path, _requirements(tmp_path, "native"), **settings)
    assert (layer / "native.py").read_text() == f"SAYS = '{machine}'\n"


def test_extras_are_installed_and_what_a_marker_excludes_is_not(tmp_path: Path) -> None:
    needs = ['extra_one; extra == "more"', 'other; python_version < "3"']
    _wheel(tmp_path / "wheels", "first", Requires_Dist=needs, Provides_Extra=["more"])
    _wheel(tmp_path / "wheels", "extra_one")
    layer, _ = _layer(tmp_path, _requirements(tmp_path, "first[more]"))
    assert {path.name for path in layer.glob("*.py")} == {"first.py", "extra_one.py"}
    assert not (layer / "bin").exists()


_MARKERS = {
    'sys_platform == "linux"': True,
    'sys_platform in "win32 darwin"': False,
    'platform_system == "Linux" and os_name == "posix"': True,
    'platform_machine == "aarch64"': True,
    'platform_machine == "x86_64"': False,
    'python_version == "3.12" and python_full_version < "3.13"': True,
    'python_version >= "3.13"': False,
    'implementation_name == "cpython" and platform_python_implementation == "CPython"': True,
}
"""Markers of requirements, and whether each holds for a function of Python 3.12 on ARM."""


def test_markers_are_those_of_the_function_and_not_of_this_machine(tmp_path: Path) -> None:
    listed = {f"listed_{number}": marker for number, marker in enumerate(_MARKERS)}
    needed = {f"needed_{number}": marker for number, marker in enumerate(_MARKERS)}
    for each in listed | needed:
        _wheel(tmp_path / "wheels", each)
    _wheel(tmp_path / "wheels", "first", Requires_Dist=[f"{name}; {marker}" for name, marker in needed.items()])
    requirements = _requirements(tmp_path, "first", *(f"{name}; {marker}" for name, marker in listed.items()))

    layer, _ = _layer(tmp_path, requirements, architecture=ARM, runtime=lambda_.Runtime.PYTHON_3_12)

    installed = {path.stem for path in layer.glob("*.py")} - {"first"}
    assert installed == {name for name, marker in (listed | needed).items() if _MARKERS[marker]}


def test_a_package_without_a_wheel_says_what_it_needs(tmp_path: Path) -> None:
    _wheel(tmp_path / "wheels", "native", "cp313-cp313-win_amd64")
    with pytest.raises(RuntimeError, match=r"(?s)native.*Hint: .*wheel for Python 3.13 on manylinux2014_x86_64"):
        _layer(tmp_path, _requirements(tmp_path, "native"))


def test_the_asset_is_the_same_everywhere_and_another_one_for_another_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for number, lines in enumerate((["one"], ["one"], ["one", "two"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for each in ("one", "two"):
            _wheel(folder / "wheels", each)
        names.append(_layer(folder, _requirements(folder, *lines))[1])
    assert names[0] == names[1] != names[2]
    # what is there is not installed again
    monkeypatch.setattr(sys, "executable", "/no/python")
    assert _layer(tmp_path / "0", _requirements(tmp_path / "0", "one"))[1] == names[0]
