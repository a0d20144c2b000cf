"""The hook that LocalStack runs before it loads its services: it offers the control API, and begins the record."""

from __future__ import annotations

import logging
import os
from importlib.metadata import version
from typing import Final

from localstack.runtime import hooks

LOG = logging.getLogger(__name__)
LOCALSTACK_VERSION: Final = "4.14.0"
"""The only version that rehearsals were written for; it is the last of its kind."""
_OFF: Final = frozenset({"0", "false", "off", "no"})


@hooks.on_infra_start(priority=50)  # type: ignore[untyped-decorator]
def offer_rehearsals() -> None:
    """Offer rehearsals, unless they are switched off, and keep the record of what is asked for.

    For rehearsals nothing of LocalStack is changed before the first one.
    """
    if os.environ.get("REHEARSALS", "").strip().lower() in _OFF:
        LOG.info("rehearsals: switched off")
        return
    if version("localstack-core") != LOCALSTACK_VERSION:
        LOG.warning("rehearsals: written for LocalStack %s, which this is not; none are offered", LOCALSTACK_VERSION)
        return
    from localstack_rehearsals.control import add_routes

    add_routes()
    if os.environ.get("TRACE_RECORD", "").strip().lower() not in _OFF:
        from localstack_rehearsals.record.control import keep_record

        keep_record()
