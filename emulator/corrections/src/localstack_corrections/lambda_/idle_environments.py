"""Environments that a burst has started are given back soon after it."""

from __future__ import annotations

import threading
import time
import weakref
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.settings import positive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

VARIABLE, DEFAULT = "LAMBDA_SPARE_KEEPALIVE_SECONDS", 60
KEPT = 4
"""Environments of a function version that stay for LocalStack's own ten minutes (``LAMBDA_KEEPALIVE_MS``)."""
_LOOKS = 4
"""How often spare environments are looked for in the time that one stays."""


class Idle:
    """Environments of one function service, and since when they have been idle.

    LocalStack notes the time of day at which one returned, which a clock that is set makes useless for that. Here it is
    a sign that one has returned since the last look.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: weakref.WeakKeyDictionary[Any, tuple[datetime, float]] = weakref.WeakKeyDictionary()

    def spare(self, environments: Iterable[Any], seconds: float) -> list[Any]:
        """Return the environments of a function version that have been idle for so long, but for the newest ones."""
        now = self._now()
        idle = [(self._since(each, now), each) for each in environments if _is_idle(each)]
        idle.sort(key=lambda found: found[0], reverse=True)
        return [each for since, each in idle[KEPT:] if now - since >= seconds]

    def _since(self, environment: Any, now: float) -> float:
        """Return when it was first seen to have returned as it has."""
        returned, since = self._seen.get(environment, (None, now))
        if returned != environment.last_returned:
            self._seen[environment] = environment.last_returned, now
            return now
        return since


def _is_idle(environment: Any) -> bool:
    # one that has never worked has been started for somebody
    has_worked = environment.last_returned > datetime.min  # noqa: DTZ901 - as LocalStack's
    return bool(has_worked and environment.status.name == "READY" and environment.initialization_type == "on-demand")


def _give_back(module: ModuleType) -> None:
    seconds = positive(VARIABLE, DEFAULT)
    service = module.AssignmentService
    start: Callable[..., Any] = service.start_environment

    def look(self: Any) -> None:
        pause, idle = threading.Event(), Idle()
        while not pause.wait(seconds / _LOOKS):
            for environments in list(self.environments.values()):
                for environment in idle.spare(list(environments.values()), seconds):
                    # it goes only if nobody has taken it meanwhile
                    environment.keepalive_passed()

    @wraps(start)
    def start_and_look(self: Any, *arguments: Any, **options: Any) -> Any:
        if not getattr(self, "gives_back", False):
            self.gives_back = True
            threading.Thread(target=look, args=(self,), name="lambda-spare-environments", daemon=True).start()
        return start(self, *arguments, **options)

    service.start_environment = start_and_look


IDLE_ENVIRONMENTS = Correction(
    "idle-environments",
    "Keeps every environment that a burst has started for ten minutes.",
    f"Keeps {KEPT} of a function for ten minutes, the others for {DEFAULT} seconds (setting `{VARIABLE}`).",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (shutdown phase)",
    {"localstack.services.lambda_.invocation.assignment": _give_back},
)
