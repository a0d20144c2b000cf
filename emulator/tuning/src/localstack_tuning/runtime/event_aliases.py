"""Look up an event's present name once for all of botocore's clients.

botocore goes through 120 former names of services for every event that a session or a client registers a handler for,
each with a memory of its own: a twenty-fifth of a start, in which LocalStack makes some fifty of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _share_names(module: ModuleType) -> None:
    names: dict[str, str] = {}
    initialize = module.EventAliaser.__init__

    def share(self: Any, event_emitter: Any, event_aliases: Any = None) -> None:
        initialize(self, event_emitter, event_aliases)
        if self._event_aliases == module.EVENT_ALIASES:
            self._alias_name_cache = names

    module.EventAliaser.__init__ = share


ADJUSTMENT = Adjustment("event-aliases", {"botocore.hooks": _share_names})
