"""Edit Python source where its syntax says, whatever its comments and its formatting."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def set_dict_value(file: Path, key: str, expression: str) -> None:
    """Save a file in which the one dictionary's value of ``key`` is another expression."""

    def value_of(node: ast.AST) -> ast.expr | None:
        if not isinstance(node, ast.Dict):
            return None
        keys = [each.value if isinstance(each, ast.Constant) else None for each in node.keys]
        return node.values[keys.index(key)] if key in keys else None

    _replace(file, value_of, expression)


def set_keyword(file: Path, name: str, expression: str) -> None:
    """Save a file in which the one argument that is passed as ``name`` is another expression."""
    _replace(file, lambda node: node.value if isinstance(node, ast.keyword) and node.arg == name else None, expression)


def _replace(file: Path, find: Callable[[ast.AST], ast.expr | None], expression: str) -> None:
    source = file.read_bytes()
    (found,) = (place for node in ast.walk(ast.parse(source)) if (place := find(node)))
    lines = source.splitlines(keepends=True)
    begin = sum(map(len, lines[: found.lineno - 1])) + found.col_offset
    end = sum(map(len, lines[: (found.end_lineno or 0) - 1])) + (found.end_col_offset or 0)
    file.write_bytes(source[:begin] + expression.encode() + source[end:])
