"""Test what the console lets a person change, and who else it does not let."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from localdev.console.app import create_app
from localdev.console.protect import form_of
from localdev.executions.control import RefusedError
from localdev.executions.tokens import waiting_task
from tests.unit.console.conftest import MACHINE, Console, ConsoleOf, execution_arn
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

CHANGES = [
    "/place",
    f"/start/{MACHINE}",
    f"/stop/{execution_arn('running')}",
    f"/redrive/{execution_arn('choice')}",
    f"/answer/{execution_arn('task_token_waiting')}?visit=0",
    f"/test/{execution_arn('choice')}?state=Large",
]


def _token(console: Console) -> dict[str, str]:
    return {"token": console.settings.token}


def test_an_order_is_placed_and_its_execution_shown(console_of: ConsoleOf) -> None:
    console = console_of("choice")

    response = console.web.post("/place", data={**_token(console), "value": "any <text>", "key": " k "})

    assert console.orders.started == [("any <text>", "k")]
    assert response.status_code == 303
    assert response.headers["location"] == f"/executions/{execution_arn('choice')}"


def test_htmx_is_shown_where_to_go(console_of: ConsoleOf) -> None:
    console = console_of("choice")

    response = console.web.post("/place", data={**_token(console), "value": "x"}, headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == f"/executions/{execution_arn('choice')}"


def test_an_order_that_is_refused_says_why(console_of: ConsoleOf) -> None:
    console = console_of()

    response = console.web.post("/place", data={**_token(console), "value": "refused"})

    assert response.status_code == 422
    assert "The pizzeria does not know that flavour." in response.text


def test_htmx_is_shown_what_is_wrong_and_what_to_do_in_any_script(console_of: ConsoleOf) -> None:
    console = console_of()
    console.control.refusal = RefusedError("„Käse“ ist kein JSON.", "Write an object.")

    response = console.web.post(
        f"/start/{MACHINE}", data={**_token(console), "input": "Käse"}, headers={"HX-Request": "true"}
    )

    assert response.status_code == 422
    assert unquote(response.headers["X-Problem"]) == "„Käse“ ist kein JSON. Write an object."


def test_an_execution_is_started_with_any_input_stopped_and_redriven(console_of: ConsoleOf) -> None:
    console = console_of("running", "choice")
    console.web.post(f"/start/{MACHINE}", data={**_token(console), "input": '{"a": 1}'})
    console.web.post(f"/stop/{execution_arn('running')}", data=_token(console))
    console.web.post(f"/redrive/{execution_arn('choice')}", data=_token(console))

    assert console.control.done == [
        ("start", MACHINE, '{"a": 1}'),
        ("stop", execution_arn("running"), "Stopped in the console"),
        ("redrive", execution_arn("choice")),
    ]


def test_what_can_be_done_is_offered_where_it_can_be_done(console_of: ConsoleOf) -> None:
    console = console_of("running", "choice", "choice_default_to_fail", "timed_out")
    console.engine.redrivable = {"choice_default_to_fail"}

    assert ">Stop<" in console.execution("running")
    assert ">Redrive<" in console.execution("choice_default_to_fail")
    assert ">Stop<" not in console.execution("choice")
    assert ">Redrive<" not in console.execution("choice")
    assert ">Redrive<" not in console.execution("timed_out")


def test_what_can_be_redriven_is_read_again_since_others_may_redrive_it(console_of: ConsoleOf) -> None:
    console = console_of("choice_default_to_fail", "timed_out")
    console.engine.redrivable = {"timed_out"}

    for name in ("choice_default_to_fail", "timed_out") * 2:
        console.execution(name)

    assert console.engine.calls.count("history") == 3


def _token_of(name: str) -> str:
    recorded = recording(name)
    waiting = waiting_task(recorded.definition.machine.states[0], recorded.history.visits[0], recorded.history.events)
    assert waiting
    assert waiting.token
    return waiting.token


def test_a_task_that_waits_for_its_token_is_answered_with_an_output(console_of: ConsoleOf) -> None:
    console = console_of("task_token_waiting")
    path = f"/answer/{execution_arn('task_token_waiting')}?visit=0"
    token = _token_of("task_token_waiting")

    assert token in console.execution("task_token_waiting")
    console.web.post(path, data={**_token(console), "output": '{"fine": true}'})
    console.web.post(path, data={**_token(console), "answer": "failure", "error": "No", "cause": "not today"})

    assert console.control.done == [("success", token, '{"fine": true}'), ("failure", token, "No", "not today")]


def test_a_task_that_waits_for_nobody_cannot_be_answered(console_of: ConsoleOf) -> None:
    console = console_of("task")

    response = console.web.post(f"/answer/{execution_arn('task')}?visit=0", data={**_token(console), "output": "{}"})

    assert response.status_code == 409
    assert console.control.done == []


def test_a_state_is_run_alone_with_any_input(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    assert "TestState runs it for real" in console.execution("choice", "?state=By%20size")

    response = console.web.post(
        f"/test/{execution_arn('choice')}?state=By%20size", data={**_token(console), "input": '{"size": 9}'}
    )

    ((done, kind, role, document),) = console.control.done
    assert (done, kind, document) == ("test", "Choice", '{"size": 9}')
    assert role.startswith("arn:aws:iam:")
    assert "next would be Next one" in response.text


def test_what_failed_is_redriven_from_its_state_where_the_engine_can(console_of: ConsoleOf) -> None:
    console = console_of("task_retries_run_out")
    console.engine.redrivable = {"task_retries_run_out"}

    assert "Redrive from here" in console.execution("task_retries_run_out", "?state=Task")


def test_what_the_engine_did_when_it_was_asked_to_stop_is_said(console_of: ConsoleOf) -> None:
    console = console_of("stopped", "choice")
    headers = {"HX-Request": "true"}

    stopped = console.web.post(f"/stop/{execution_arn('stopped')}", data=_token(console), headers=headers)
    ended = console.web.post(f"/stop/{execution_arn('choice')}", data=_token(console), headers=headers)

    assert unquote(stopped.headers["X-Said"]) == "The engine has stopped the execution: Aborted."
    assert unquote(ended.headers["X-Said"]) == "It had already ended: Succeeded."


def test_a_read_only_console_offers_no_change(console_of: ConsoleOf) -> None:
    console = console_of("running", "choice_default_to_fail", read_only=True)
    console.engine.redrivable = {"choice_default_to_fail"}
    pages = [
        console.page(f"/machines/{MACHINE}"),
        console.execution("running"),
        console.execution("choice_default_to_fail"),
    ]

    assert all('<form method="post"' not in page for page in pages)
    assert "read-only" in pages[0]


@pytest.mark.parametrize("path", CHANGES)
def test_a_read_only_console_refuses_every_change(console_of: ConsoleOf, path: str) -> None:
    console = console_of("running", read_only=True)

    assert console.web.post(path, data=_token(console)).status_code == 403
    assert console.control.done == []


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {}),
        ({"token": "guessed"}, {}),
        ({"token": "gue\u00dfed"}, {}),
        ("ours", {"Origin": "http://evil.example"}),
        ("ours", {"Origin": "null"}),
        ("ours", {"Sec-Fetch-Site": "cross-site"}),
        ("ours", {"Sec-Fetch-Site": "same-site"}),
    ],
)
def test_nobody_elses_page_can_change_anything(
    console_of: ConsoleOf, path: str, fields: dict[str, str] | str, headers: dict[str, str]
) -> None:
    console = console_of("running")
    data = _token(console) if isinstance(fields, str) else fields

    response = console.web.post(path, data={**data, "value": "x", "input": "{}"}, headers=headers)

    assert response.status_code == 403
    assert console.control.done == []
    assert console.orders.started == []


@pytest.mark.parametrize("path", CHANGES)
def test_a_link_changes_nothing(console_of: ConsoleOf, path: str) -> None:
    assert console_of("running").web.get(path).status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""])
def test_a_name_that_is_not_the_consoles_is_refused(console_of: ConsoleOf, host: str) -> None:
    response = console_of("choice").web.get(f"/executions/{execution_arn('choice')}", headers={"Host": host})

    assert response.status_code == 403
    assert "does not answer to the name" in response.text


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080"])
def test_its_own_names_are_answered_to(console_of: ConsoleOf, host: str) -> None:
    assert console_of("choice").web.get("/machines", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["192.168.1.5:8080", "[fe80::1]:8080"])
def test_an_address_is_one_of_its_names_where_it_listens_on_all(console_of: ConsoleOf, host: str) -> None:
    everywhere = console_of("choice", answers_to_addresses=True)

    assert everywhere.web.get("/machines", headers={"Host": host}).status_code == 200
    assert everywhere.web.get("/machines", headers={"Host": "evil.example:8080"}).status_code == 403
    assert console_of("choice").web.get("/machines", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("path", ["/machines", "/nowhere", "/static/graph.js"])
def test_every_answer_carries_a_strict_policy(console_of: ConsoleOf, path: str) -> None:
    headers = console_of().web.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_a_body_without_an_end_is_refused(console_of: ConsoleOf) -> None:
    console = console_of()

    assert console.web.post("/place", data={**_token(console), "value": "x" * 5_000_000}).status_code == 403


def test_a_form_whose_sender_goes_away_is_none(console_of: ConsoleOf) -> None:
    begun: dict[str, Any] = {"type": "http.request", "body": b"token=", "more_body": True}
    parts = iter([begun, {"type": "http.disconnect"}])

    async def receive() -> MutableMapping[str, Any]:
        return next(parts)

    request = Request({"type": "http", "method": "POST", "path": "/place", "headers": []}, receive)

    assert asyncio.run(form_of(request, console_of().settings)) is None


class Frozen:
    """Answers nothing that it is asked, until it is thawed."""

    def __init__(self) -> None:
        self.thawed = Event()
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def wait(*_: Any, **__: Any) -> None:
            self.asked.append(name)
            self.thawed.wait()

        return wait


@pytest.mark.parametrize("path", CHANGES)
def test_what_a_frozen_engine_is_to_change_is_answered_within_three_seconds(console_of: ConsoleOf, path: str) -> None:
    console, frozen = console_of("choice"), cast(Any, Frozen())
    settings = replace(console.settings, client=frozen, control=frozen, starter=frozen)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8080") as web:
        began = time.monotonic()
        sent = web.post(path, data=_token(console), headers={"HX-Request": "true"})
        seconds = time.monotonic() - began
        asked = frozen.asked.copy()
        unsent = web.post(path, data=_token(console), headers={"HX-Request": "true"})
        assert [each for each in frozen.asked if each != "ping"] == [each for each in asked if each != "ping"]
        frozen.thawed.set()

    assert seconds < 3
    assert (sent.status_code, unsent.status_code) == (503, 503)
    assert "has been sent: it is done when the engine goes on" in unquote(sent.headers["X-Problem"])
    assert "Look whether" in unquote(sent.headers["X-Later"])
    assert "has not been sent, and nothing was changed" in unquote(unsent.headers["X-Problem"])
    assert "ask again" in unquote(unsent.headers["X-Later"])


def test_a_form_without_scripts_does_not_lead_to_an_address_that_is_only_posted_to(console_of: ConsoleOf) -> None:
    console, frozen = console_of("choice"), cast(Any, Frozen())
    settings = replace(console.settings, client=frozen, control=frozen)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8080") as web:
        answer = web.post(f"/stop/{execution_arn('choice')}", data=_token(console))
        frozen.thawed.set()

    assert answer.status_code == 503
    assert "has been sent" in answer.text
    assert "data-retry" not in answer.text
    assert "Try again" not in answer.text
