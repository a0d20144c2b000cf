"""Answer in the engine's place where that is silent for too long."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from localdev.console.pulse import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from localdev.console.pulse import Pulse

_LOOKS_SECONDS: Final = 0.1
_MOST_WAITING: Final = 8
"""Requests that wait for a silent engine, each of which takes a thread: more are answered at once."""
_FRESH_SECONDS: Final = 3.0
"""How long a page that came too late may be given to whoever asks for it again: a page that goes on asks twice."""
_LONGEST_SECONDS: Final = 60.0
"""How long a page is waited for that was given up."""
_READS: Final = {"GET", "HEAD"}
_ONLY_READ: Final = "/compare/"
"""What is posted there changes nothing."""

type _Key = tuple[str, str, bytes, bool]


class Fate(Enum):
    """What becomes of a request that a silent engine keeps waiting."""

    READ = auto()
    """It only reads: whoever asks again is answered when the engine is back."""
    SENT = auto()
    """It is to change something, and the engine may have it already."""
    NOT_SENT = auto()
    """It is to change something, and has not been handed on."""


class Watched:
    """Lets no page wait for an engine that does not answer: it is answered with one that says so.

    What is to change something is not handed to an engine that is known to be silent. A page that was given up, and
    comes after all, is given to whoever asks for it next: of an engine that takes seconds for each answer, too, pages
    are seen.
    """

    def __init__(self, app: ASGIApp, pulse: Pulse, silent: Callable[[Request, Fate], Response]) -> None:
        self._app = app
        self._pulse = pulse
        self._silent = silent
        self._given_up: set[asyncio.Task[None]] = set()
        self._late: dict[_Key, _Answer] = {}
        """Of pages that were given up, by what was asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request of ASGI."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        is_read = scope["method"] in _READS or scope["path"].startswith(_ONLY_READ)
        late = self._late.get(_key(scope))
        if late is not None and not late.is_of_no_use:
            await self._joined(late, scope, receive, send)
        elif self._is_silent() and (not is_read or len(self._given_up) >= _MOST_WAITING):
            fate = Fate.READ if is_read else Fate.NOT_SENT
            await self._silent(Request(scope), fate)(scope, receive, send)
        else:
            await self._served(scope, receive, send, is_read=is_read)

    async def _joined(self, late: _Answer, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as a page does that is given up, if it comes before the engine is silent for too long again."""
        while not late.has_ended:
            if self._is_silent():
                await self._silent(Request(scope), Fate.READ)(scope, receive, send)
                return
            await asyncio.sleep(_LOOKS_SECONDS)
        if late.is_of_no_use:
            await self._served(scope, receive, send, is_read=True)
        else:
            await late.replay(send)

    async def _served(self, scope: Scope, receive: Receive, send: Send, *, is_read: bool) -> None:
        """Serve a request, or answer in the engine's place."""
        asked, answer = _Asked(receive), _Answer(send)
        page = asyncio.ensure_future(_run(self._app, scope, asked.receive, answer.send))
        while not (await asyncio.wait({page}, timeout=_LOOKS_SECONDS))[0]:
            # what is not here yet is not what the engine keeps waiting
            if self._is_silent() and not answer.has_begun and (is_read or asked.is_whole):
                self._give_up(page, answer, scope)
                await self._silent(Request(scope), Fate.READ if is_read else Fate.SENT)(scope, receive, send)
                return
        await page

    def _is_silent(self) -> bool:
        return self._pulse.silence() >= PATIENCE_SECONDS

    def _give_up(self, page: asyncio.Task[None], answer: _Answer, scope: Scope) -> None:
        """Leave a page to itself: its thread cannot be stopped, and ends when the engine answers or its time is up."""
        answer.is_given_up = True
        answer.useful_until = time.monotonic() + _LONGEST_SECONDS
        self._given_up.add(page)
        if scope["method"] == "GET":
            self._late[_key(scope)] = answer
            while len(self._late) > _MOST_WAITING:
                del self._late[next(iter(self._late))]
        page.add_done_callback(lambda page: self._ended(page, answer))

    def _ended(self, page: asyncio.Task[None], answer: _Answer) -> None:
        self._given_up.discard(page)
        # nobody waits for it: what it raises has been answered already
        has_failed = page.cancelled() or page.exception() is not None
        answer.has_ended = True
        answer.useful_until = 0.0 if has_failed else time.monotonic() + _FRESH_SECONDS


def _key(scope: Scope) -> _Key:
    """Return what tells a request from others: a page of its own, or a part of one."""
    return scope["method"], scope["path"], scope["query_string"], (b"hx-request", b"true") in scope["headers"]


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


@dataclass
class _Answer:
    """Passes on the answer to a request until another one has been given, and keeps what comes after that."""

    to: Send
    has_begun: bool = False
    is_given_up: bool = False
    has_ended: bool = False
    """Whether all of it has come after it was given up."""
    useful_until: float = 0.0
    kept: list[Message] = field(default_factory=list)

    @property
    def is_of_no_use(self) -> bool:
        """Whether it has taken too long, or came too long ago."""
        return time.monotonic() > self.useful_until

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if self.is_given_up:
            self.kept.append(message)
            return
        self.has_begun = True
        await self.to(message)

    async def replay(self, send: Send) -> None:
        """Send what was kept to whoever has asked again."""
        for message in self.kept:
            await send(message)


@dataclass
class _Asked:
    """Passes on the body of a request, and notes when all of it has come."""

    from_: Receive
    is_whole: bool = False

    async def receive(self) -> Message:
        """Return the next part of it."""
        message = await self.from_()
        self.is_whole = not message.get("more_body", False)
        return message
