"""Rehearsals that come in a header of the request that starts their execution, in place of a request of their own."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from localstack_rehearsals.answers import MalformedError
from localstack_rehearsals.rehearsal import REHEARSALS, Rehearsal

HEADER: Final = "X-Localdev-Rehearsal"
"""JSON as the control API has it, and ``definition``: the digest of the one that the test knows."""
_REFUSED: Final = "RehearsalRefused"
_STARTING: Final = frozenset({"StartExecution"})


def definition_of(machine_arn: str) -> str | None:
    """Return the digest of a state machine's definition, by which a test knows that its copy is current."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    _, _, _, region, account, *_ = machine_arn.split(":")
    machine = sfn_stores[account][region].state_machines.get(machine_arn)
    return hashlib.sha256(machine.definition.encode()).hexdigest() if machine is not None else None


def take(_chain: Any, context: Any, _response: Any) -> None:
    """Register the rehearsal that a request to start an execution brings with it.

    :raises CommonServiceException: it is not understood, or its test knows another definition; nothing is started.
    """
    if context.operation is None or context.operation.name not in _STARTING:
        return
    text = context.request.headers.get(HEADER)
    if text is None:
        return
    from localstack.aws.api import CommonServiceException

    try:
        _register(text)
    except (MalformedError, ValueError, TypeError) as error:
        raise CommonServiceException(_REFUSED, str(error), 400) from error


def _register(text: str) -> None:
    document = json.loads(text)
    known = document.pop("definition", None) if isinstance(document, dict) else None
    rehearsal = Rehearsal.from_document(document)
    earlier = REHEARSALS.find(rehearsal.machine_arn, rehearsal.name)
    if earlier is not None and earlier.text == text:
        return  # the client sends its request again, for the answer was lost
    if known is not None and known != definition_of(rehearsal.machine_arn):
        raise MalformedError("The state machine has been updated since the test has read it.")
    rehearsal.text = text
    REHEARSALS.register(rehearsal)


def install() -> None:
    """Look at every request that starts an execution, from now on."""
    from localstack.aws.handlers import serve_custom_service_request_handlers

    if take not in serve_custom_service_request_handlers.handlers:
        serve_custom_service_request_handlers.append(take)
