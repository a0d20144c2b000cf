"""The emulator's control API: mocks, faults and a clock of single executions. See ``emulator/rehearsals``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localdev.executions.emulator import REHEARSALS, EmulatorApi, RefusedError, UnansweredError, UnservedError
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS: Final = 90.0


class Control:
    """Client of one emulator's control API, for any thread. What fails is said to the person who runs the tests."""

    def __init__(self, endpoint_url: str) -> None:
        """Take an endpoint. :raises LocaldevError: it is AWS's, which has no such thing."""
        self._api = EmulatorApi(endpoint_url, REHEARSALS, seconds=_SECONDS)
        if self._api.is_account:
            raise LocaldevError(
                "Mocks, faults and clocks need an emulator; this test runs on an AWS account.",
                "run it with --engine embedded, or skip it on AWS.",
            )

    def get(self, path: str = "", **parameters: str) -> dict[str, Any]:
        """Read something."""
        return self._answered(lambda: self._api.get(path, **parameters))

    def post(self, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Send something."""
        return self._answered(lambda: self._api.send("POST", document, path))

    def delete(self, document: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """Remove something, and return its report."""
        return self._answered(lambda: self._api.send("DELETE", document, path))

    def _answered(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return ask()
        except UnansweredError as error:
            raise LocaldevError(f"The emulator at {self._api.endpoint_url} does not answer: {error}.") from None
        except UnservedError:
            raise LocaldevError(
                f"The emulator at {self._api.endpoint_url} takes no mocks, faults and clocks.",
                "start it with this project's plugins (--engine embedded or container).",
            ) from None
        except RefusedError as error:
            raise LocaldevError(str(error)) from None
