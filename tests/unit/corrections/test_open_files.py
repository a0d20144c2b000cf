"""The limit of open files."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import resource
from localstack_corrections.process.open_files import MOST, raise_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
raise_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == (MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)))
"""


def test_the_soft_limit_is_raised_as_far_as_it_may_be() -> None:
    path = next(entry for entry in sys.path if entry.endswith("corrections/src"))
    program = f"import sys; sys.path.insert(0, {path!r})\n{_PROGRAM}"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "True"
