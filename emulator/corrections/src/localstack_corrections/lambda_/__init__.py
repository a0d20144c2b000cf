"""Corrections of Lambda, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.lambda_.woken_pollers import WOKEN_POLLERS

CORRECTIONS: tuple[Correction, ...] = (WOKEN_POLLERS,)
