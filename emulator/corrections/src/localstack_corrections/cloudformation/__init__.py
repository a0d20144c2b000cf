"""Corrections of CloudFormation, in the order they apply."""

from localstack_corrections.correction import Correction

CORRECTIONS: tuple[Correction, ...] = ()
