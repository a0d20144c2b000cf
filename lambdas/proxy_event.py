"""Read the event of API Gateway's Lambda proxy integration.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
from collections.abc import Mapping
from typing import cast


class ProxyEvent:
    """A proxy event in which nothing is taken for granted: what is missing or of another type is not there."""

    def __init__(self, document: object) -> None:
        self._document = _mapping(document)

    def query(self, name: str) -> object:
        """Return the value of a query parameter, the last one where it is repeated; ``None`` where there is none."""
        values = self._member("multiValueQueryStringParameters").get(name)
        if isinstance(values, list) and values:
            return cast(object, values[-1])
        return self._member("queryStringParameters").get(name)

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever the case of its name; the last one where it is repeated."""
        for headers in (self._member("multiValueHeaders"), self._member("headers")):
            for key, value in headers.items():
                last = value[-1] if isinstance(value, list) and value else value
                if key.lower() == name.lower() and isinstance(last, str):
                    return last
        return None

    def header_values(self, name: str) -> list[str]:
        """Return all values of a header, whatever the case of its name."""
        for headers in (self._member("multiValueHeaders"), self._member("headers")):
            found: list[str] = []
            for key, value in headers.items():
                if key.lower() == name.lower():
                    listed = value if isinstance(value, list) else [value]
                    found += [text for text in listed if isinstance(text, str)]
            if found:
                return found
        return []

    def path_parameter(self, name: str) -> str | None:
        """Return the part of the path that a ``{name}`` of the resource stands for, perhaps still percent-encoded."""
        return _text(self._member("pathParameters").get(name))

    def context(self, name: str) -> str | None:
        """Return a text in the request context, such as ``stage``."""
        return _text(self._member("requestContext").get(name))

    def body(self) -> str | None:
        """Return the body as text; ``None`` where the request has none.

        :raises ValueError: it is not text: not UTF-8, or not the base64 it is said to be.
        """
        body = self._document.get("body")
        if body is None or body == "":
            return None
        if not isinstance(body, str):
            raise ValueError(f"the body is {type(body).__name__}, not text")  # noqa: TRY004 - one error for the caller
        if self._document.get("isBase64Encoded") is True:
            return base64.b64decode(body, validate=True).decode("utf-8")
        return body

    def _member(self, name: str) -> Mapping[str, object]:
        return _mapping(self._document.get(name))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        return {}
    return {key: member for key, member in value.items() if isinstance(key, str)}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
