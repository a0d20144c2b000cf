"""Corrections of EventBridge, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.events import target_inputs

CORRECTIONS: tuple[Correction, ...] = (target_inputs.CORRECTION,)
