"""Draw an execution's graph in a page of its own, with the console's styles and scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).resolve().parents[1] / "console" / "static"
"""Files only: no code of the console is used."""


def styles() -> str:
    """Return the styles of ``<execution-graph>``."""
    return (_STATIC / "graph.css").read_text(encoding="utf-8")


def scripts() -> list[str]:
    """Return the scripts of ``<execution-graph>``, in the order in which they are to be loaded."""
    names = ("vendor/dagre.min.js", "layout.js", "graph.js")
    return [(_STATIC / name).read_text(encoding="utf-8") for name in names]
