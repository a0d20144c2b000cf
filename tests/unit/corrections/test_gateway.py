"""What every request passes through."""

from __future__ import annotations

import gzip
import re

import pytest

from localstack_corrections.gateway import credentials
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


@pytest.mark.parametrize("body", [b"", b"plain", b"\x1f\x8bplain", gzip.compress(b"pizza" * 100)[:-20]])
def test_a_body_that_is_not_compressed_is_handed_on(body: bytes) -> None:
    assert decoded(body) is body
