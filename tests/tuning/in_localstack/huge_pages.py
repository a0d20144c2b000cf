"""Show what of this process lies in huge pages after all; prints JSON."""

import json
import re
from pathlib import Path

from localstack_tuning.runtime import huge_pages

HUGE = 2 * 1024 * 1024
lasting = [bytes([number]) * 1000 for number in range(200)] * 1000 + [bytearray(16 * HUGE)]
huge_pages.lay_into_huge_pages()
rollup = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8")
print(
    json.dumps(
        {
            "huge": int(re.search(r"AnonHugePages: +(\d+)", rollup)[1]) * 1024,
            "as it was": lasting[:200] == [bytes([number]) * 1000 for number in range(200)] and not any(lasting[-1]),
        }
    )
)
