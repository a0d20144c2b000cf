"""Corrections of CloudWatch Logs, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.logs.kept_events import KEPT_EVENTS
from localstack_corrections.logs.log_pages import LOG_PAGES

CORRECTIONS: tuple[Correction, ...] = (KEPT_EVENTS, LOG_PAGES)
