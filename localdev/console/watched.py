"""Answer in the engine's place where that is silent for too long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
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
_READS: Final = {"GET", "HEAD"}
_ONLY_READ: Final = "/compare/"
"""What is posted there changes nothing."""


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

    What is to change something is not handed to an engine that is known to be silent.
    """

    def __init__(self, app: ASGIApp, pulse: Pulse, silent: Callable[[Request, Fate], Response]) -> None:
        self._app = app
        self._pulse = pulse
        self._silent = silent
        self._given_up: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request of ASGI."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        is_read = scope["method"] in _READS or scope["path"].startswith(_ONLY_READ)
        if self._is_silent() and (not is_read or len(self._given_up) >= _MOST_WAITING):
            fate = Fate.READ if is_read else Fate.NOT_SENT
            await self._silent(Request(scope), fate)(scope, receive, send)
            return
        asked, answer = _Asked(receive), _Answer(send)
        page = asyncio.ensure_future(_run(self._app, scope, asked.receive, answer.send))
        while not (await asyncio.wait({page}, timeout=_LOOKS_SECONDS))[0]:
            # what is not here yet is not what the engine keeps waiting
            if self._is_silent() and not answer.has_begun and (is_read or asked.is_whole):
                answer.is_given_up = True
                self._give_up(page)
                await self._silent(Request(scope), Fate.READ if is_read else Fate.SENT)(scope, receive, send)
                return
        await page

    def _is_silent(self) -> bool:
        return self._pulse.silence() >= PATIENCE_SECONDS

    def _give_up(self, page: asyncio.Task[None]) -> None:
        """Leave a page to itself: its thread cannot be stopped, and ends when the engine answers or its time is up."""
        self._given_up.add(page)
        page.add_done_callback(self._ended)

    def _ended(self, page: asyncio.Task[None]) -> None:
        self._given_up.discard(page)
        if not page.cancelled():
            # nobody waits for it: what it raises has been answered already
            page.exception()


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


@dataclass
class _Answer:
    """Passes on the answer to a request until another one has been given."""

    to: Send
    has_begun: bool = False
    is_given_up: bool = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if self.is_given_up:
            return
        self.has_begun = True
        await self.to(message)


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
