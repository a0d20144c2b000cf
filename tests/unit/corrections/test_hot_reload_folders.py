"""Test which folders may be shown to functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_corrections.lambda_.hot_reload_folders import VARIABLE, is_allowed

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_allowed_when_nothing_is_named(tmp_path: Path) -> None:
    assert not is_allowed(str(tmp_path), {})
    assert not is_allowed("/", {VARIABLE: ""})


def test_a_named_folder_and_what_is_below_it_are_allowed(tmp_path: Path) -> None:
    settings = {VARIABLE: f"/elsewhere:{tmp_path}"}

    assert is_allowed(str(tmp_path), settings)
    assert is_allowed(str(tmp_path / "a/b"), settings)
    assert not is_allowed(str(tmp_path.parent), settings)
    assert not is_allowed(f"{tmp_path}/../x", settings)


def test_a_link_counts_as_what_it_leads_to(tmp_path: Path) -> None:
    allowed, link = tmp_path / "allowed", tmp_path / "allowed/link"
    allowed.mkdir()
    link.symlink_to("/etc")

    assert not is_allowed(str(link), {VARIABLE: str(allowed)})
