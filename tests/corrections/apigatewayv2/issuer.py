"""An issuer of JSON web tokens on this machine, with RSA in a few lines: the tests have no library for it."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SMALL = [number for number in range(3, 2000, 2) if all(number % other for other in range(3, 45, 2) if other < number)]
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""What precedes a SHA-256 digest in a PKCS #1 signature: RFC 8017, section 9.2."""


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _is_prime(number: int) -> bool:
    """Return whether the number is prime, with Fermat's test: good enough for a key of a test."""
    if any(number % small == 0 for small in _SMALL):
        return False
    return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11, 13))


def _prime(bits: int) -> int:
    while True:
        number = random.getrandbits(bits) | 1 | 3 << (bits - 2)
        if number % 65537 != 1 and _is_prime(number):
            return number


class Key:
    """An RSA key."""

    def __init__(self, name: str) -> None:
        self.name = name
        first, second = _prime(1024), _prime(1024)
        self.modulus = first * second
        self._private = pow(65537, -1, (first - 1) * (second - 1))

    def sign(self, data: bytes) -> bytes:
        """Return the signature RS256."""
        tail = _SHA256 + hashlib.sha256(data).digest()
        size = (self.modulus.bit_length() + 7) // 8
        padded = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
        return pow(int.from_bytes(padded), self._private, self.modulus).to_bytes(size)

    @property
    def public(self) -> dict[str, str]:
        """Return the JSON web key."""
        return {
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.name, "e": "AQAB",
            "n": _encoded(_bytes(self.modulus)),
        }  # fmt: skip


class Issuer:
    """Serves its public key, and makes tokens."""

    def __init__(self) -> None:
        self.key = Key("first")
        issuer = self

        class Documents(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer with the discovery document or the keys."""
                keys: Any = {"keys": [issuer.key.public]}
                discovery = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
                body = json.dumps(keys if self.path == "/keys" else discovery).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Documents)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def token(self, key: Key | None = None, algorithm: str = "RS256", **claims: Any) -> str:
        """Return a token that is good for an hour, unless the claims say otherwise."""
        now = int(time.time())
        header = {"alg": algorithm, "kid": self.key.name, "typ": "JWT"}
        body = {"iss": self.url, "aud": "pizzeria", "sub": "me", "iat": now - 5, "exp": now + 3600, **claims}
        text = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(body).encode())}"
        signature = b"" if algorithm == "none" else (key or self.key).sign(text.encode())
        return f"{text}.{_encoded(signature)}"

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
