"""Corrections of what every request passes through, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.gateway.credentials import LINEAR_CREDENTIALS
from localstack_corrections.gateway.encoded_bodies import ENCODED_BODIES
from localstack_corrections.gateway.form_bodies import FORM_BODIES
from localstack_corrections.gateway.malformed_requests import MALFORMED_REQUESTS
from localstack_corrections.gateway.remote_control import REMOTE_CONTROL

CORRECTIONS: tuple[Correction, ...] = (
    LINEAR_CREDENTIALS,
    ENCODED_BODIES,
    FORM_BODIES,
    MALFORMED_REQUESTS,
    REMOTE_CONTROL,
)
