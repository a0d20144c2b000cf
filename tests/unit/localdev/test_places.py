"""What an ARN names is read in its account and region, and what is changed is changed there."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from localdev.deployment import assemblies
from localdev.deployment.executions import ControlEverywhere, ExecutionsEverywhere
from localdev.deployment.places import Places
from localdev.engines.clients import Clients
from localdev.executions.client import ExecutionsClient
from localdev.executions.control import ExecutionsControl, RefusedError

if TYPE_CHECKING:
    from localdev.engines import Engine

FAR = ("111122223333", "eu-west-1")
ARN = "arn:aws:states:eu-west-1:111122223333:stateMachine:far"
_OF_ALL = {"ping", "test"}
"""What is asked for nothing in particular, or of a state that is given."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(assemblies, "environments", lambda: [FAR])
    endpoint = "http://127.0.0.1:1"
    here = Clients(endpoint)
    return Mock(endpoint_url=endpoint, kind=Mock(is_account=False), clients=lambda: here)


def _place(clients: Clients) -> tuple[str, str | None]:
    credentials = clients._session.get_credentials()
    assert credentials is not None
    return credentials.access_key, clients.region


def test_an_arn_names_its_account_and_region(engine: Engine) -> None:
    places = Places(engine)

    assert _place(places.of(ARN)) == FAR
    assert places.of(ARN) is places.of(ARN)
    assert [_place(each) for each in places.all()][1:] == [FAR]


@pytest.mark.parametrize(
    "arn", ["", "orders", "arn:aws:states", "arn:aws:states:mars-1:1:x:y", "arn:aws:iam::111122223333:role/x"]
)
def test_what_names_no_place_of_the_app_is_looked_for_in_the_default_one(engine: Engine, arn: str) -> None:
    assert Places(engine).of(arn) is engine.clients()


def test_a_persons_account_is_one_place(engine: Engine) -> None:
    account = Mock(endpoint_url=None, kind=Mock(is_account=True), clients=engine.clients)

    assert Places(account).all() == [engine.clients()]
    assert Places(account).of(ARN) is engine.clients()


@pytest.mark.parametrize(
    ("everywhere", "single"), [(ExecutionsEverywhere, ExecutionsClient), (ControlEverywhere, ExecutionsControl)]
)
def test_nothing_that_is_asked_for_is_looked_for_in_one_place_alone(everywhere: type, single: type) -> None:
    public = {name for name, _ in inspect.getmembers(single, inspect.isfunction) if not name.startswith("_")}

    assert public - _OF_ALL <= vars(everywhere).keys()


def test_an_answer_goes_to_where_its_token_is_known(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, str]] = []

    def send(control: ExecutionsControl, token: str, _output: str) -> None:
        region = control._states.meta.region_name
        asked.append((region, token))
        if region != FAR[1]:
            raise RefusedError(f"There is no token in {region}.")

    monkeypatch.setattr(ExecutionsControl, "send_success", send)

    ControlEverywhere(Places(engine)).send_success("token", "{}")

    assert asked == [("us-east-1", "token"), ("eu-west-1", "token")]


def test_an_answer_that_nobody_waits_for_is_refused_with_the_first_reason(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(control: ExecutionsControl, *_: str) -> None:
        raise RefusedError(f"There is no token in {control._states.meta.region_name}.")

    monkeypatch.setattr(ExecutionsControl, "send_failure", send)

    with pytest.raises(RefusedError, match="us-east-1"):
        ControlEverywhere(Places(engine)).send_failure("token", "No", "not today")
