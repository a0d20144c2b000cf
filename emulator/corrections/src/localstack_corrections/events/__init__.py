"""Corrections of EventBridge, in the order they apply."""

from localstack_corrections.correction import Correction

CORRECTIONS: tuple[Correction, ...] = ()
