"""JWT authorizers: a token is checked against the keys that its issuer publishes.

AWS takes issuers with HTTPS only; here an issuer may be an ``http`` address, so that one on this machine can be used.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

import json
import threading
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.authorization import identity
from localstack_corrections.apigatewayv2.invocation import HttpApiError

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation

ALGORITHMS = ("RS256", "RS384", "RS512")
"""API Gateway takes algorithms of RSA only."""
_KEYS_FOR = 2 * 60 * 60
"""Seconds for which API Gateway keeps an issuer's keys."""
_REFRESH_AFTER = 10
"""Seconds before an unknown key makes the keys be read once more."""
_LIMIT = 1.5
"""Seconds an issuer has to answer."""


class _Keys:
    """The keys of one issuer."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: dict[str, Any] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def get(self, key_id: str) -> Any:
        with self._lock:
            age = monotonic() - self._read_at
            if age > _KEYS_FOR or (key_id not in self._keys and age > _REFRESH_AFTER):
                self._keys = self._read()
                self._read_at = monotonic()
            return self._keys.get(key_id)

    def _read(self) -> dict[str, Any]:
        from jwt import PyJWK

        issuer = self._issuer.rstrip("/")
        where = str(_fetched(f"{issuer}/.well-known/openid-configuration")["jwks_uri"])
        keys = {}
        for key in _fetched(where)["keys"]:
            if key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and key.get("kid"):
                keys[key["kid"]] = PyJWK(key, algorithm=key.get("alg") or "RS256").key
        return keys


_issuers: dict[str, _Keys] = {}


def _fetched(url: str) -> dict[str, Any]:
    import urllib3

    response = urllib3.PoolManager(cert_reqs="CERT_NONE", assert_hostname=False).request(
        "GET", url, timeout=_LIMIT, retries=False
    )
    if response.status != 200:
        raise ValueError(f"{url} answered {response.status}")
    document: dict[str, Any] = json.loads(response.data)
    return document


def authorized(invocation: Invocation, authorizer: dict[str, Any], scopes: list[str]) -> dict[str, Any]:
    """Return the claims and scopes of the request's token.

    :raises HttpApiError: 401 for a token that is missing, forged, expired or for somebody else; 403 without the scope.
    """
    found = identity.values(invocation, authorizer)
    if not found:
        raise HttpApiError(401, "Unauthorized", {"www-authenticate": "Bearer"})
    configuration = authorizer.get("jwtConfiguration") or {}
    claims = _claims(found[0].removeprefix("Bearer ").removeprefix("bearer ").strip(), configuration)
    granted = _scopes(claims)
    if scopes and not set(scopes) & set(granted):
        needed = " ".join(scopes)
        raise HttpApiError(
            403,
            "Forbidden",
            {"www-authenticate": f'Bearer scope="{needed}" error="insufficient_scope"'},
        )
    return {"claims": {name: _text(value) for name, value in claims.items()}, "scopes": granted if scopes else None}


def _claims(token: str, configuration: dict[str, Any]) -> dict[str, Any]:
    import jwt

    issuer = str(configuration.get("issuer") or "")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise _refused("the token is malformed", error) from error
    if header.get("alg") not in ALGORITHMS:
        raise _refused(f"signing method {header.get('alg')} is invalid")
    key = _key(issuer, str(header.get("kid") or ""))
    options = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_iss": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=list(ALGORITHMS), options=options)
    except jwt.PyJWTError as error:
        raise _refused("the signature is invalid", error) from error
    _check(claims, issuer, configuration.get("audience") or [])
    return claims


def _key(issuer: str, key_id: str) -> Any:
    keys = _issuers.setdefault(issuer, _Keys(issuer))
    try:
        key = keys.get(key_id)
    except Exception as error:  # an issuer can fail in any way
        raise _refused("OIDC discovery endpoint communication error", error) from error
    if key is None:
        raise _refused("the token has no kid of the issuer's keys")
    return key


def _check(claims: dict[str, Any], issuer: str, audience: list[str]) -> None:
    now = time()
    if claims.get("iss") != issuer:
        raise _refused("invalid issuer")
    claimed = claims.get("aud") or claims.get("client_id") or []
    if not set([claimed] if isinstance(claimed, str) else claimed) & set(audience):
        raise _refused("the token has an invalid audience")
    if not _number(claims, "exp") > now:
        raise _refused("the token has expired")
    if "nbf" in claims and _number(claims, "nbf") > now:
        raise _refused("the token is not valid yet")
    if "iat" in claims and _number(claims, "iat") > now:
        raise _refused("the token was issued in the future")


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"the token has no {name} that is a number")
    return float(value)


def _scopes(claims: dict[str, Any]) -> list[str]:
    value = claims.get("scope") or claims.get("scp") or ""
    return value.split() if isinstance(value, str) else [str(scope) for scope in value]


def _text(value: Any) -> str:
    """Return a claim as functions get it: ``[a b]`` for an array."""
    if isinstance(value, list):
        return f"[{' '.join(map(_text, value))}]"
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def _refused(why: str, error: Exception | None = None) -> HttpApiError:
    header = f'Bearer scope="" error="invalid_token" error_description="{why}"'
    return HttpApiError(401, "Unauthorized", {"www-authenticate": header}, reason=f"{why}: {error}" if error else why)
