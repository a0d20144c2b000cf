"""Corrections of LocalStack's own process, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.process.log_file import LOG_FILE
from localstack_corrections.process.open_files import OPEN_FILES
from localstack_corrections.process.steady_clock import STEADY_CLOCK

CORRECTIONS: tuple[Correction, ...] = (OPEN_FILES, LOG_FILE, STEADY_CLOCK)
