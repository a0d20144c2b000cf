"""A deployed queue, as a test sends to it and waits for what arrives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from localdev.executions.text import json_or_text
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localdev.engines.clients import Clients

_SECONDS: Final = 30.0
_LONG_POLL: Final = 1
_AT_ONCE: Final = 10


@dataclass(frozen=True)
class Message:
    """A message that was received."""

    id: str
    body: str
    attributes: dict[str, str]

    @property
    def document(self) -> Any:
        """The body, parsed where it is JSON."""
        return json_or_text(self.body)


class Queue:
    """A queue of the deployed stacks."""

    def __init__(self, url: str, clients: Clients) -> None:
        self.url = url
        self._client = clients.client("sqs")

    def send(self, body: object) -> str:
        """Send a message, and return its id; what is not text is sent as JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        return self._client.send_message(QueueUrl=self.url, MessageBody=text)["MessageId"]

    def wait_for(self, wanted: Callable[[Message], bool] = lambda _: True, timeout: float = _SECONDS) -> Message:
        """Wait for a message that is ``wanted``, take it off the queue, and return it; others go back when it is found.

        :raises WaitTimeoutError: none has arrived within ``timeout`` seconds.
        """
        # given back at once, the first ones of a long queue would be received again and again
        others: list[str] = []
        try:
            return wait_until(lambda: self._take(wanted, others), what=f"a message on {self.url}", seconds=timeout)
        finally:
            self._give_back(others)

    def _give_back(self, receipts: Sequence[str]) -> None:
        """Make messages visible again; one that is so already is left alone."""
        for few in batched(receipts, _AT_ONCE, strict=False):
            entries: Any = [
                {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for number, receipt in enumerate(few)
            ]
            self._client.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)

    def _take(self, wanted: Callable[[Message], bool], others: list[str]) -> Message | None:
        answer = self._client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=_AT_ONCE, WaitTimeSeconds=_LONG_POLL
        )
        found = None
        for each in answer.get("Messages", []):
            message = Message(
                each["MessageId"], each["Body"], {str(key): value for key, value in each.get("Attributes", {}).items()}
            )
            if found is None and wanted(message):
                found = message
                self._client.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
            else:  # for whoever waits for it
                others.append(each["ReceiptHandle"])
        return found

    def __repr__(self) -> str:
        return f"<queue {self.url.rpartition('/')[2]}>"
