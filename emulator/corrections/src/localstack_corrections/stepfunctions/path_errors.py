"""Errors of a JSONPath."""

from __future__ import annotations


class PathNotFoundError(LookupError):
    """A path that leads nowhere. Its text says where it ended, in Jayway's words."""


class InvalidPathError(ValueError):
    """A text that is no path."""
