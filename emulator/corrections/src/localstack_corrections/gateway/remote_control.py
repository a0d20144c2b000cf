"""The emulator's own end, which whoever reaches its port could bring about: a function, or a page in a browser."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_ACTIONS = frozenset({"kill", "restart"})
_REFUSAL = "The emulator {} over HTTP. Hint: stop it with the command 'down', or by a signal.\n"


def _refuse(module: ModuleType) -> None:
    resource = module.HealthResource
    released: Callable[..., Any] = resource.on_post

    @wraps(released)
    def on_post(self: Any, request: Any) -> Any:
        document = request.get_json(force=True, silent=True)
        if document and not isinstance(document, dict):
            return module.Response("invalid request", 400)
        if document and document.get("action") in _ACTIONS:
            return module.Response(_REFUSAL.format("is neither ended nor started anew"), 403)
        return released(self, request)

    @wraps(resource.on_put)
    def on_put(_self: Any, _request: Any) -> Any:
        # kept in memory, and told to everybody as if it were the emulator's own
        return module.Response(_REFUSAL.format("is not told its state"), 403)

    resource.on_post, resource.on_put = on_post, on_put
    # the routes were made with what was there before
    for rule in module.get_internal_apis().url_map.iter_rules():
        owner = getattr(rule.endpoint, "__self__", None)
        if isinstance(owner, resource):
            rule.endpoint = getattr(owner, rule.endpoint.__name__)


REMOTE_CONTROL = Correction(
    "remote-control",
    "Ends, or says what it is told of itself, when anybody who reaches its port asks for it at `/_localstack/health`.",
    "Answers 403: AWS cannot be ended by a function.",
    "docs/isolation.md",
    {"localstack.services.internal": _refuse},
)
