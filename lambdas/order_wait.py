"""``Prefer: wait=N``: the client would rather wait up to N seconds for the outcome than ask for it.

https://www.rfc-editor.org/rfc/rfc7240#section-4.3
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from order_document import is_running
from order_executions import UnknownOrderError, describe_order
from problem import ProblemError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef
    from proxy_event import ProxyEvent

LONGEST_WAIT = 24
"""Seconds. The last look takes two at most, and the function has 28: API Gateway ends a request after 29."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_PREFERENCES = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,])+')
"""Preferences between commas; one in quotes is a part of a value."""
_PREFERENCE = re.compile(r'\s*(?P<name>[^\s=;,"]+)\s*(?:=\s*(?P<value>"[^"]*"|[^\s;,"]*))?')


def preferred_wait(event: ProxyEvent) -> int | None:
    """Return N; ``None`` where the request prefers no wait. A preference that is malformed is none."""
    for part in _PREFERENCES.findall(",".join(event.header_values("Prefer"))):
        match = _PREFERENCE.match(part)
        if match and match["name"].lower() == "wait":
            value = (match["value"] or "").strip('"')
            # Python reads no number of more than 4300 digits, and a wait of 18 is longer than any
            return int(value.lstrip("0")[:18] or 0) if value.isascii() and value.isdecimal() else None
    return None


def outcome_within(order_id: str, seconds: float, since: float) -> DescribeExecutionOutputTypeDef | None:
    """Return the order's execution once it has ended; ``None`` where it has not in the time.

    :param since: the value of ``time.monotonic`` from which the seconds count.
    """
    deadline = since + min(seconds, LONGEST_WAIT)
    pause = _FIRST_PAUSE
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        try:
            execution = describe_order(order_id, hurried=True)
        except UnknownOrderError:
            continue  # DescribeExecution is eventually consistent
        except (ProblemError, ClientError):
            return None  # the order is placed all the same; its status can be asked for
        if not is_running(execution):
            return execution
    return None
