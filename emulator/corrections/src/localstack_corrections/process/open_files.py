"""The number of files and connections that LocalStack may have open."""

from __future__ import annotations

import contextlib
import resource

from localstack_corrections.correction import Correction

MOST = 65_536
"""Enough for thousands of functions at a time; some systems name no limit and refuse to set none."""


def raise_limit() -> None:
    """Raise the soft limit to the hard one, or to :data:`MOST` where that is lower."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


OPEN_FILES = Correction(
    "open-files",
    "Keeps the usual limit of 1,024 open files, at which 160 functions at a time fail with Errno 24.",
    "Runs a thousand functions at a time.",
    "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (concurrent executions)",
    begin=raise_limit,
)
