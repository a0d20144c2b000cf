"""The task *Order Pizza Job*: does this flavour have pineapple on it?"""

import logging
from typing import TypedDict

logger = logging.getLogger(__name__)

_WITH_PINEAPPLE = frozenset({"hawaiian", "pineapple"})


class PineappleAnalysis(TypedDict):
    """Analysis that the state machine decides by."""

    containsPineapple: bool


def handler(event: object, context: object) -> PineappleAnalysis:  # noqa: ARG001 - Lambda passes both
    """Analyse a flavour, whatever its case and the space around it.

    >>> handler(" Hawaiian ", None)
    {'containsPineapple': True}

    :raises TypeError: the flavour is no string; the execution fails with this error.
    """
    if not isinstance(event, str):
        raise TypeError(f"The flavour must be a string, not {type(event).__name__}.")
    analysis: PineappleAnalysis = {"containsPineapple": event.strip().casefold() in _WITH_PINEAPPLE}
    logger.info("Pizza analysed", extra={"flavour": event, **analysis})
    return analysis
