"""Prices one row of an order."""

PRICES = {"pen": 2, "book": 15}


def handler(row: dict[str, str], _context: object) -> dict[str, object]:
    """Return what ``count`` of ``item`` cost. An unknown item raises KeyError, a count that is none ValueError."""
    return {"item": row["item"], "total": PRICES[row["item"]] * int(row["count"])}
