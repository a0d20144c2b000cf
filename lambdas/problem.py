"""Answers other than the one asked for, as problem documents (RFC 9457)."""

from http import HTTPStatus


class ProblemError(Exception):
    """The request cannot be answered as asked; the response says why.

    :param status: the HTTP status to answer with.
    :param detail: a sentence for the client: what is wrong and, where there is one, the way out.
    :param field: the part of the request that is wrong, by the name the client knows it by.
    :param retry_after: in how many seconds the same request may well succeed.
    """

    def __init__(
        self, status: HTTPStatus, detail: str, *, field: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.retry_after = retry_after

    def document(self) -> dict[str, str | int]:
        """Return the problem document. Its type is ``about:blank``: the status says what kind of problem it is."""
        document: dict[str, str | int] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        return document if self.field is None else {**document, "field": self.field}
