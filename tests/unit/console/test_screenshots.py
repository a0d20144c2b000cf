"""The README's pictures of the console."""

from __future__ import annotations

import re

from localdev.project import ROOT
from tests.console.pictures import COMMAND, made_from, pictures, recorded


def test_every_picture_the_readme_shows_is_there_for_light_and_dark() -> None:
    shown = re.findall(r'(?:src|srcset)="(docs/images/[\w-]+\.png)"', (ROOT / "README.md").read_text())

    assert {name.rpartition("-")[2] for name in shown} == {"light.png", "dark.png"}
    assert [name for name in shown if not (ROOT / name).read_bytes().startswith(b"\x89PNG")] == []


def test_the_pictures_show_the_console_as_it_is() -> None:
    made, kept = recorded()

    assert made == made_from(), f"the pictures in docs/images/ are stale. Hint: {COMMAND}"
    assert kept == pictures(), f"a picture in docs/images/ is not one that was made. Hint: {COMMAND}"
