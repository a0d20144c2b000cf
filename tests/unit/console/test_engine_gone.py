"""Test what pages say when the engine, or what they show, is not there."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, UnauthorizedSSOTokenError
from starlette.testclient import TestClient

from localdev.console.app import create_app
from localdev.executions.emulator import UnansweredError
from localdev.system.waiting import wait_until
from tests.unit.console.conftest import MACHINE, ConsoleOf, execution_arn

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.executions.records import StateMachine


def test_an_execution_that_is_not_there_is_said_to_be_missing(console_of: ConsoleOf) -> None:
    response = console_of().web.get(f"/executions/{execution_arn('gone')}")

    assert response.status_code == 404
    assert f"There is no execution {execution_arn('gone')}." in response.text
    assert "was started anew since" in response.text
    assert f'href="/machines/{MACHINE}">Executions of pizzeria</a>' in response.text


def test_an_execution_whose_machine_is_missing_too_has_no_successor(console_of: ConsoleOf) -> None:
    other = execution_arn("gone").replace(":pizzeria:", ":bakery:")

    response = console_of().web.get(f"/executions/{other}")

    assert response.status_code == 404
    assert "It may have been removed." in response.text


@pytest.mark.parametrize(
    "path",
    ["/machines", f"/machines/{MACHINE}", f"/list/{MACHINE}", f"/executions/{execution_arn('choice')}", "/requests"],
)
def test_whatever_page_is_opened_says_within_three_seconds_that_the_engine_is_frozen(
    console_of: ConsoleOf, path: str
) -> None:
    thawed = Event()

    class Frozen:
        """Answers nothing that it is asked, until it is thawed."""

        def __getattr__(self, name: str) -> Callable[..., Any]:
            return lambda *_, **__: thawed.wait()

    frozen = cast(Any, Frozen())
    web = TestClient(
        create_app(replace(console_of().settings, client=frozen, stack=frozen)), base_url="http://127.0.0.1"
    )
    with web:
        began = time.monotonic()
        response = web.get(path)
        seconds = time.monotonic() - began
        thawed.set()

    assert response.status_code == 503
    assert seconds < 3
    assert "has not answered for 2 seconds: it is frozen or very busy" in response.text
    assert "data-retry" in response.text


def test_a_page_that_comes_too_late_is_given_to_whoever_asks_for_it_next(console_of: ConsoleOf) -> None:
    console = console_of()
    thawed, machines = Event(), console.engine.state_machines

    def waiting() -> list[StateMachine]:
        thawed.wait()
        return machines()

    console.engine.ping = thawed.wait  # type: ignore[assignment, method-assign]
    console.engine.state_machines = waiting  # type: ignore[method-assign]
    with TestClient(console.web.app, base_url="http://127.0.0.1:8080") as web:
        assert web.get("/machines").status_code == 503
        assert web.get("/machines").status_code == 503
        thawed.set()
        # a page that goes on by itself asks until there is an answer, and is opened anew then
        wait_until(lambda: web.get("/machines").status_code == 200 or None, what="the page", seconds=2)
        assert "pizzeria" in web.get("/machines").text

    assert console.engine.calls.count("state_machines") == 2  # one is the console's own, when it starts


def test_a_page_that_asks_for_nothing_else_learns_whether_the_engine_is_there(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    asks = re.search(r'data-presence="([^"]*)"', console.execution("choice"))
    assert asks
    assert console.web.get(asks[1]).status_code == 204
    assert console.web.get("/presence").status_code == 204

    console.engine.names.clear()
    gone = console.web.get(asks[1], headers={"HX-Request": "true"})

    assert gone.status_code == 404
    assert "It has been deleted" in unquote(gone.headers["X-Problem"])
    assert unquote(gone.headers["X-Way-On"].split(" ")[0]) == f"/machines/{MACHINE}"


def test_a_page_of_a_state_machine_learns_that_this_was_removed(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    asks = re.search(r'data-presence="([^"]*)"', console.page(f"/coverage/{MACHINE}"))
    assert asks
    assert console.web.get(asks[1]).status_code == 204

    gone = console.web.get(f"{asks[1]}-removed", headers={"HX-Request": "true"})

    assert gone.status_code == 404
    assert "There is no state machine" in unquote(gone.headers["X-Problem"])


def test_a_page_that_asks_for_nothing_else_learns_that_the_engine_is_away(console_of: ConsoleOf) -> None:
    console = console_of()

    def away() -> None:
        raise UnansweredError("refused")

    console.engine.ping = away  # type: ignore[method-assign]
    answer = console.web.get("/presence", headers={"HX-Request": "true"})

    assert answer.status_code == 503
    assert "does not answer. Start it with ./scripts/up" in unquote(answer.headers["X-Problem"])


def test_a_page_of_an_account_asks_for_nothing_by_itself(console_of: ConsoleOf) -> None:
    assert "data-presence" not in console_of("choice", aws_region="eu-west-1").execution("choice")


def test_an_execution_that_is_remembered_is_shown_while_the_engine_is_frozen(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.execution("choice")
    thawed = Event()
    console.engine.ping = thawed.wait  # type: ignore[assignment, method-assign]

    assert "Succeeded" in console.execution("choice")
    thawed.set()


def test_an_execution_deleted_while_it_is_watched_leaves_the_page_and_says_so(console_of: ConsoleOf) -> None:
    console = console_of("running")
    console.execution("running")
    console.engine.names.clear()

    response = console.web.get(f"/live/{execution_arn('running')}?seen=0", headers={"HX-Request": "true"})

    assert response.status_code == 404
    assert response.headers["HX-Reswap"] == "none"
    assert "There is no execution" in unquote(response.headers["X-Problem"])


@pytest.mark.parametrize("path", ["/machines", f"/machines/{MACHINE}", f"/executions/{execution_arn('choice')}"])
def test_an_engine_that_is_away_is_given_with_the_command_that_starts_it(console_of: ConsoleOf, path: str) -> None:
    console = console_of("choice")
    console.engine.error = EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")

    response = console.web.get(path)

    assert response.status_code == 503
    assert "http://127.0.0.1:4566 does not answer. Start it with ./scripts/up" in response.text
    assert "data-retry" in response.text


def test_an_account_that_cannot_be_reached_is_not_to_be_started(console_of: ConsoleOf) -> None:
    console = console_of("choice", aws_region="eu-west-1")
    console.engine.error = EndpointConnectionError(endpoint_url="https://states.eu-west-1.amazonaws.com")

    response = console.web.get("/machines")

    assert "does not answer. Look at the network and the proxy" in response.text
    assert "scripts/up" not in response.text


def test_an_execution_that_an_account_keeps_no_longer_is_said_to_be_too_old(console_of: ConsoleOf) -> None:
    console = console_of("choice", aws_region="eu-west-1")

    response = console.web.get(f"/executions/{execution_arn('choice')}-long-ago")

    assert response.status_code == 404
    assert "ended more than 90 days ago" in response.text
    assert "started anew" not in response.text


def test_an_engine_that_goes_away_leaves_a_live_page_as_it_is(console_of: ConsoleOf) -> None:
    console = console_of("running")
    console.engine.error = EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")

    response = console.web.get(f"/live/{execution_arn('running')}", headers={"HX-Request": "true"})

    assert response.status_code == 503
    assert response.headers["HX-Reswap"] == "none"
    assert "does not answer" in unquote(response.headers["X-Problem"])


def test_an_error_of_the_engine_is_a_sentence(console_of: ConsoleOf) -> None:
    console = console_of()
    reason = {"Error": {"Code": "AccessDeniedException", "Message": "You may not list state machines."}}
    console.engine.error = ClientError(reason, "ListStateMachines")  # type: ignore[arg-type]

    response = console.web.get("/machines")

    assert response.status_code == 502
    assert "http://127.0.0.1:4566 answered: You may not list state machines." in response.text


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "The token is expired."}}, "ListExecutions"),
        UnauthorizedSSOTokenError(),
        NoCredentialsError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_aws_session_that_has_expired_is_distinguished_from_an_engine_that_is_away(
    console_of: ConsoleOf, error: Exception
) -> None:
    console = console_of("choice")
    console.engine.error = error

    response = console.web.get(f"/executions/{execution_arn('choice')}")

    assert response.status_code == 503
    assert "Sign in again" in response.text
    assert "data-retry" in response.text
