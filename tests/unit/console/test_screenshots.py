"""The README's pictures of the console."""

from __future__ import annotations

import re

from localdev.system.project import ROOT


def test_every_picture_the_readme_shows_is_there_for_light_and_dark() -> None:
    shown = re.findall(r'(?:src|srcset)="(docs/images/[\w-]+\.png)"', (ROOT / "README.md").read_text())

    assert {name.rpartition("-")[2] for name in shown} == {"light.png", "dark.png"}
    assert [name for name in shown if not (ROOT / name).read_bytes().startswith(b"\x89PNG")] == []
