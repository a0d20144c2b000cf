"""Do beforehand what else the first pages would do."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from localdev.console.reading import Reading
    from localdev.console.rendering import Renderer

_YOUNG: Final = 20_000
_OLDER: Final = (20, 20)
_TURN_SECONDS: Final = 0.0005
"""How long a thread runs before another may: a page of a history comes in pieces, each of which waits that long."""


def warm(reading: Reading, renderer: Renderer) -> None:
    """Compile the templates, make the clients, and leave all there is by then out of Python's garbage collections."""
    sys.setswitchinterval(_TURN_SECONDS)
    renderer.load()
    # what cannot be read, the page that reads it says
    with contextlib.suppress(Exception):
        reading.warm()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *_OLDER)


def while_served(
    reading: Reading, renderer: Renderer
) -> Callable[[object], contextlib.AbstractAsyncContextManager[None]]:
    """Return the lifespan of an application that warms up beside its first requests."""

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        threading.Thread(target=warm, args=(reading, renderer), name="console-warm", daemon=True).start()
        yield

    return lifespan
