"""A deployed API, as a test sends requests to it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import urllib3

from localdev.system.waiting import WaitTimeoutError, wait_until
from localdev.testing.running import Execution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localdev.testing.case import Case
    from localdev.testing.reading import Reader

_SECONDS: Final = 30.0
_PART: Final = r"""[^\s"'\\:,]+"""
_EXECUTION: Final = re.compile(rf"arn:[\w-]+:states:[\w-]*:\d*:(?:execution|express:{_PART}):{_PART}:{_PART}")


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    """Whatever the case of a name."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object it carries."""
        document = self.json()
        assert isinstance(document, dict), f"expected a JSON object, found {document!r}"
        return document

    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)


class Api:
    """A REST or HTTP API of the deployed stacks, at one stage."""

    def __init__(self, base_url: str, reader: Reader, case: Case) -> None:
        self.base_url = base_url.rstrip("/")
        self._reader = reader
        self._case = case
        self._http = urllib3.PoolManager(retries=False, timeout=_SECONDS, maxsize=16)

    def request(
        self,
        method: str = "GET",
        path: str = "/",
        *,
        query: str | Mapping[str, str] = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json: object = None,  # as requests and urllib3 name it
    ) -> Answer:
        """Return the answer to one request, whatever its status; redirects are not followed.

        A ``query`` that is text is sent as it is. A ``path`` with a scheme is a whole address, e.g. of a ``Location``.
        An execution that the answer names is one of this test's: it is in its report, and stopped if it outlives it.
        """
        encoded = query if isinstance(query, str) else urlencode(query)
        url = path if "://" in path else f"{self.base_url}{path}"
        response = self._http.request(
            method,
            f"{url}{'?' if encoded else ''}{encoded}",
            headers={**self._traced(headers or {}), **(headers or {})},
            redirect=False,
            **({"json": json} if json is not None else {"body": body}),
        )
        answer = Answer(response.status, response.headers, response.data)
        for arn in _EXECUTION.findall(answer.text):
            self._case.started(Execution(arn, self._reader))
        return answer

    def _traced(self, headers: Mapping[str, str]) -> dict[str, str]:
        is_given = any(name.lower() == "x-amzn-trace-id" for name in headers)
        return {} if is_given else self._case.traced()

    def get(self, path: str = "/", **request: Any) -> Answer:
        """Return the answer to a ``GET``."""
        return self.request("GET", path, **request)

    def post(self, path: str = "/", **request: Any) -> Answer:
        """Return the answer to a ``POST``."""
        return self.request("POST", path, **request)

    def put(self, path: str = "/", **request: Any) -> Answer:
        """Return the answer to a ``PUT``."""
        return self.request("PUT", path, **request)

    def delete(self, path: str = "/", **request: Any) -> Answer:
        """Return the answer to a ``DELETE``."""
        return self.request("DELETE", path, **request)

    def wait_for(
        self,
        method: str,
        path: str,
        wanted: Callable[[Answer], bool],
        timeout: float = _SECONDS,
        **request: Any,
    ) -> Answer:
        """Send a request until its answer is ``wanted``, and return that.

        :raises WaitTimeoutError: none was within ``timeout`` seconds; the error has the last answer's status and body.
        """
        last: list[Answer] = []

        def send() -> Answer | None:
            last[:] = [self.request(method, path, **request)]
            return last[0] if wanted(last[0]) else None

        try:
            return wait_until(send, what=f"the wanted answer to {method} {path}", seconds=timeout)
        except WaitTimeoutError as error:
            raise WaitTimeoutError(f"{error.message}\nThe last was {last[0].status}: {last[0].text}") from None

    def __repr__(self) -> str:
        return f"<api {self.base_url}>"
