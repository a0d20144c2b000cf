"""Test what every request passes through."""

from __future__ import annotations

import errno
import gzip
import re
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_corrections.gateway import credentials, malformed_requests
from localstack_corrections.gateway.encoded_bodies import decoded

ACCESS_KEY = r".*Credential=([^/]+)/[^/]+/[^/]+/.*"
REGION = r".*Credential=[^/]+/[^/]+/([^/]+)/.*"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host",
        "Credential=a/b/c/d Credential=e/f/g/h",
        "Credential=a/b/c",
        "nothing of this kind",
    ],
)
def test_credentials_are_found_as_before(header: str) -> None:
    assert credentials.findall(ACCESS_KEY, header) == re.findall(ACCESS_KEY, header)
    assert credentials.sub(REGION, r"\1", header) == re.sub(REGION, r"\1", header)


def test_a_compressed_body_is_decompressed() -> None:
    assert decoded(gzip.compress(b"pizza")) == b"pizza"


@pytest.mark.parametrize("body", [b"", b"plain", b"\x1f\x8bplain", gzip.compress(b"pizza" * 100, mtime=0)[:-20]])
def test_a_body_that_is_not_compressed_is_handed_on(body: bytes) -> None:
    assert decoded(body) is body


def test_a_body_that_would_fill_the_memory_is_not_decompressed() -> None:
    body = gzip.compress(bytes(33 * 1024 * 1024))
    assert decoded(body) is body


class _ServiceError(Exception):
    """An error that a service answers with."""

    def __init__(self, code: str, message: str, status_code: int = 400, **_: Any) -> None:
        super().__init__(message)
        self.code, self.status_code = code, status_code


MODULE: Any = SimpleNamespace(ServiceException=_ServiceError, CommonServiceException=_ServiceError)
NO_REQUEST = SimpleNamespace(service_request=None, request=SimpleNamespace(get_data=lambda: b"{}"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_an_error_that_clients_try_again(number: int) -> None:
    found: Any = malformed_requests._of_an_operation(MODULE, OSError(number, "full"), NO_REQUEST)

    assert (found.code, found.status_code) == ("ServiceUnavailable", 503)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), KeyError("x"), _ServiceError("Code", "text")])
def test_any_other_error_stays_what_it_is(error: Exception) -> None:
    assert malformed_requests._of_an_operation(MODULE, error, NO_REQUEST) is error
