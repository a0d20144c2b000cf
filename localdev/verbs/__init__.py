"""The scripts, by name."""

from localdev.verbs import console, deploy, doctor, down, history, image, logs, order, status, up, watch
from localdev.verbs.base import Verb

VERBS: dict[str, Verb] = {
    "up": up.VERB,
    "down": down.VERB,
    "deploy": deploy.DEPLOY,
    "cdk": deploy.CDK,
    "watch": watch.VERB,
    "order": order.ORDER,
    "demo": order.DEMO,
    "status": status.VERB,
    "history": history.VERB,
    "console": console.VERB,
    "logs": logs.VERB,
    "doctor": doctor.VERB,
    "image": image.VERB,
}
"""``setup`` and ``test`` need no verb: they work before anything is installed, and call pytest."""

__all__ = ["VERBS", "Verb"]
