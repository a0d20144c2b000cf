"""AWS's names for a function's folders, where it runs without a file system of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PathTranslation:
    """Writes AWS's paths for this machine's, in error payloads and in logs."""

    names: Mapping[str, str] = field(default_factory=dict)
    """This machine's folder to AWS's."""

    def apply(self, text: bytes) -> bytes:
        """Return the text with every folder's name replaced, the longest first."""
        for ours in sorted(self.names, key=len, reverse=True):
            text = text.replace(ours.encode(), self.names[ours].encode())
        return text
