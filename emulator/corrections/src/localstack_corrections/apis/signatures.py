"""Check the AWS Signature Version 4 of a request against the keys that this LocalStack knows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

_ALGORITHM = "AWS4-HMAC-SHA256"
_FORM = re.compile(
    r"Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]+)"
)
_SKEW = timedelta(minutes=5)
_MOST_SECONDS = 604_800
_TIME = "%Y%m%dT%H%M%SZ"
_LOCAL_SECRET = "test"  # noqa: S105 - LocalStack's documented default for any local account
_LOCAL_KEYS = re.compile(r"test|\d{12}")
"""LocalStack's own access keys: ``test``, and an account's id."""


class SignatureError(Exception):
    """Why a request's signature does not count: AWS's status, error type and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Caller:
    """Signer of a request."""

    account: str
    access_key: str
    user_id: str
    arn: str


@dataclass(frozen=True)
class _Signed:
    key_id: str
    scope: str
    region: str
    service: str
    headers: list[str]
    signature: str
    time: str
    token: str | None
    expires: timedelta | None


def caller(region: str, method: str, path: str, query: str, headers: Headers, body: bytes) -> Caller:
    """Return who signed the request for the region; ``path`` and ``query`` are as they were sent.

    :raises SignatureError: it is not signed, or the signature does not count.
    """
    signed = _signed(query, headers)
    _check_scope(signed, region)
    known = _known(signed.key_id)
    if known is None:
        raise SignatureError("UnrecognizedClientException", "The security token included in the request is invalid.")
    secret, token, found = known
    if token and signed.token != token:
        raise SignatureError("UnrecognizedClientException", "The security token included in the request is invalid.")
    _check_time(signed)
    canonical = _canonical(method, path, query, headers, body, signed)
    text = "\n".join((_ALGORITHM, signed.time, signed.scope, hashlib.sha256(canonical.encode()).hexdigest()))
    if not hmac.compare_digest(_signature(secret, signed, text), signed.signature):
        raise SignatureError(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.",
        )
    return found


def _signed(query: str, headers: Headers) -> _Signed:
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if parameters.get("X-Amz-Algorithm") == _ALGORITHM:
        return _of(
            parameters.get("X-Amz-Credential", ""),
            parameters.get("X-Amz-SignedHeaders", ""),
            parameters.get("X-Amz-Signature", ""),
            parameters.get("X-Amz-Date", ""),
            parameters.get("X-Amz-Security-Token"),
            _expires(parameters.get("X-Amz-Expires") or ""),
        )
    authorization = headers.get("Authorization")
    if not authorization:
        raise SignatureError("MissingAuthenticationTokenException", "Missing Authentication Token")
    match = _FORM.search(authorization) if authorization.startswith(_ALGORITHM) else None
    if match is None:
        dated = any(name in headers for name in ("X-Amz-Date", "Date"))
        raise SignatureError("IncompleteSignatureException", _incomplete(authorization, dated=dated))
    time = headers.get("X-Amz-Date") or ""
    token = headers.get("X-Amz-Security-Token")
    return _of(match["credential"], match["headers"], match["signature"], time, token, None)


def _expires(seconds: str) -> timedelta:
    if not seconds.isdecimal() or int(seconds) > _MOST_SECONDS:
        # in no more than a week, which a signature's key lives
        raise SignatureError("IncompleteSignatureException", "X-Amz-Expires must be a number of at most 604800 seconds")
    return timedelta(seconds=int(seconds))


def _incomplete(authorization: str, *, dated: bool) -> str:
    """Return what a header lacks, which has a scheme and then pairs with commas between them.

    https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden
    """
    pairs = [pair.strip() for pair in authorization.partition(" ")[2].split(",") if pair.strip()]
    for pair in pairs:
        if "=" not in pair:
            return (
                f"'{pair}' not a valid key=value pair (missing equal-sign) in Authorization header: '{authorization}'."
            )
    given = {pair.partition("=")[0] for pair in pairs}
    lacks = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if name not in given
    ]
    if not dated:
        lacks.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    return " ".join([*lacks, f"Authorization={authorization}"])


def _of(
    credential: str, headers: str, signature: str, time: str, token: str | None, expires: timedelta | None
) -> _Signed:
    key_id, _, scope = credential.partition("/")
    parts = scope.split("/")
    if len(parts) != 4 or parts[3] != "aws4_request":
        raise SignatureError("IncompleteSignatureException", _not_a_credential(credential))
    return _Signed(key_id, scope, parts[1], parts[2], headers.lower().split(";"), signature, time, token, expires)


def _not_a_credential(credential: str) -> str:
    return (
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got '{credential}'."
    )


def _check_scope(signed: _Signed, region: str) -> None:
    """Raise an error unless the signature is one for API Gateway in the region.

    The words are those of https://github.com/Kong/insomnia/issues/713.
    """
    problems = []
    if signed.region != region:
        problems.append(f"Credential should be scoped to a valid region, not '{signed.region}'. ")
    if signed.service != "execute-api":
        problems.append("Credential should be scoped to correct service: 'execute-api'. ")
    if problems:
        raise SignatureError("InvalidSignatureException", "".join(problems))


def _check_time(signed: _Signed) -> None:
    try:
        at = datetime.strptime(signed.time, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureError("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'.") from error
    now = datetime.now(UTC)
    until = at + (signed.expires or _SKEW)
    if now > until:
        raise SignatureError(
            "InvalidSignatureException",
            f"Signature expired: {signed.time} is now earlier than {(now - (signed.expires or _SKEW)).strftime(_TIME)}",
        )
    if at > now + _SKEW:
        raise SignatureError(
            "InvalidSignatureException", f"Signature not yet current: {signed.time} is still later than {now:{_TIME}}"
        )


def _canonical(method: str, path: str, query: str, headers: Headers, body: bytes, signed: _Signed) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    )
    lines = [f"{name}:{_header(headers, name)}" for name in signed.headers]
    said = headers.get("X-Amz-Content-SHA256")
    digest = said if said == "UNSIGNED-PAYLOAD" else hashlib.sha256(body).hexdigest()
    return "\n".join(
        (
            method,
            # the path is encoded once more, for every service but S3
            quote(path, safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            *lines,
            "",
            ";".join(signed.headers),
            digest,
        )
    )


def _header(headers: Headers, name: str) -> str:
    return ",".join(" ".join(value.split()) for value in headers.getlist(name))


def _signature(secret: str, signed: _Signed, text: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in signed.scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _known(key_id: str) -> tuple[str, str | None, Caller] | None:
    """Return secret, session token and owner of an access key of IAM's or STS's, or of LocalStack's own."""
    if _LOCAL_KEYS.fullmatch(key_id):
        account = key_id if key_id.isdigit() else "000000000000"
        return _LOCAL_SECRET, None, Caller(account, key_id, account, f"arn:aws:iam::{account}:root")
    return _of_user(key_id) or _of_role(key_id)


def _of_user(key_id: str) -> tuple[str, str | None, Caller] | None:
    from moto.iam.models import iam_backends

    for account, backends in list(iam_backends.items()):
        for backend in list(backends.values()):
            for user in list(backend.users.values()):
                for key in user.access_keys:
                    if key.access_key_id == key_id and key.status == "Active":
                        return key.secret_access_key, None, Caller(account, key_id, user.id, user.arn)
    return None


def _of_role(key_id: str) -> tuple[str, str | None, Caller] | None:
    from moto.sts.models import sts_backends

    for account, backends in list(sts_backends.items()):
        for backend in list(backends.values()):
            for role in list(backend.assumed_roles):
                if role.access_key_id == key_id:
                    found = Caller(account, key_id, role.user_id, role.arn)
                    return role.secret_access_key, role.session_token, found
    return None
