"""The scripts, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from localdev.verbs.base import Verb

_PLACES = {
    "up": "up.VERB",
    "down": "down.VERB",
    "deploy": "deploy.DEPLOY",
    "cdk": "deploy.CDK",
    "watch": "watch.VERB",
    "order": "order.ORDER",
    "demo": "order.DEMO",
    "status": "status.VERB",
    "history": "history.VERB",
    "console": "console.VERB",
    "logs": "logs.VERB",
    "doctor": "doctor.VERB",
    "image": "image.VERB",
}


class Verbs(Mapping[str, Verb]):
    """Each verb, imported when it is asked for: a command needs one of them."""

    def __getitem__(self, name: str) -> Verb:
        module, attribute = _PLACES[name].split(".")
        verb: Verb = getattr(import_module(f"{__name__}.{module}"), attribute)
        return verb

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


VERBS = Verbs()
"""``setup`` and ``test`` need no verb: they work before anything is installed, and call pytest."""

__all__ = ["VERBS", "Verb"]
