"""Three ways for a function not to answer."""

import os
import time


class OvenError(Exception):
    """Error that the function raises."""


def raises(event: object, context: object) -> None:
    """Raise."""
    print("about to raise")
    raise OvenError("the oven is cold")


def timesout(event: object, context: object) -> None:
    """Run for longer than the function's timeout."""
    print("about to sleep")
    time.sleep(60)
    print("awake again")


def exits(event: object, context: object) -> None:
    """End the process."""
    os._exit(17)
