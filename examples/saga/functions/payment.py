"""Charges and refunds a card. The last digits of a card decide, as test cards of payment services do."""


class CardDeclinedError(Exception):
    """The bank said no."""


class PaymentUnavailable(Exception):  # noqa: N818 - its name is the error that the workflow retries
    """The payment service is away."""


def handler(event: dict[str, str], _context: object) -> dict[str, str]:
    """Charge or refund ``card``."""
    card = event["card"]
    if event["action"] == "charge" and card.endswith("0002"):
        raise CardDeclinedError("Your card was declined.")
    if event["action"] == "charge" and card.endswith("0009"):
        raise PaymentUnavailable("Try again.")
    return {"action": event["action"], "card": card[-4:]}
