"""Find the parts of a page."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any


def graph_of(page: str) -> dict[str, Any]:
    """Return the graph that is drawn on a page."""
    match = re.search(r'data-graph="([^"]*)"', page)
    assert match
    graph: dict[str, Any] = json.loads(unescape(match[1]))
    return graph


def strip_of(page: str) -> list[str]:
    """Return the names in the strip of the way taken."""
    strip = page[page.index('<ol class="strip"') :].partition("</ol>")[0]
    return [unescape(name) for name in re.findall(r"<span>([^<]*)</span>", strip)]
