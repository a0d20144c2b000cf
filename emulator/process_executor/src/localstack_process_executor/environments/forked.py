"""A process that a fork server has made."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Forked:
    """An environment that has been made: the id of its init, and our ends of its descriptors."""

    pid: int
    output: int
    status: int
    life: int
    isolated: bool
    """Whether the end of its init ends everything in it."""

    def end(self) -> None:
        """End it, unless it has been handed on: the end of its life ends everything in it."""
        for descriptor in (self.life, self.output, self.status):
            os.close(descriptor)
