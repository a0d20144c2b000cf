"""Convert an amount at the rate of the environment."""

import os
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the amount with its total."""
    return {"amount": event["amount"], "total": round(event["amount"] * float(os.environ["RATE"]), 2)}
