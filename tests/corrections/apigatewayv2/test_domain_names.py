"""Custom domain names with API mappings, which HTTP and REST APIs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections import web

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients
    from tests.corrections.apigatewayv2.http_api import HttpApi


@pytest.fixture
def domain(api: HttpApi) -> str:
    """Provide a domain name without mappings."""
    name = f"{web.name('api')}.example.test"
    api.client.create_domain_name(
        DomainName=name, DomainNameConfigurations=[{"EndpointType": "REGIONAL"}], Tags={"team": "pizza"}
    )
    return name


@pytest.fixture
def ask(corrected_engine: EmbeddedEngine, domain: str) -> Callable[[str], web.Reply]:
    """Provide a function that asks the domain name for a path."""
    return lambda path: web.request(f"{corrected_engine.endpoint_url}{path}", headers={"Host": f"{domain}:4566"})


def test_a_mapping_key_leads_to_the_stage_of_an_http_api(
    api: HttpApi, echo: str, domain: str, ask: Callable[[str], web.Reply]
) -> None:
    api.route("GET /pets/{id}", api.function(echo))
    api.client.create_stage(ApiId=api.id, StageName="prod", AutoDeploy=True, StageVariables={"name": "prod"})
    api.client.create_api_mapping(DomainName=domain, ApiId=api.id, Stage="prod", ApiMappingKey="shop/v1")

    event = ask("/shop/v1/pets/a%20b?x=1").json

    context = event["requestContext"]
    assert (event["routeKey"], event["rawPath"]) == ("GET /pets/{id}", "/shop/v1/pets/a b")
    assert event["pathParameters"] == {"id": "a b"}
    assert event["stageVariables"] == {"name": "prod"}
    assert (context["domainName"], context["domainPrefix"]) == (domain, domain.partition(".")[0])
    assert (context["stage"], context["http"]["path"]) == ("prod", "/shop/v1/pets/a b")
    assert ask("/pets/1").status == 403


def test_the_longest_key_wins_and_a_mapping_without_one_takes_the_rest(
    api: HttpApi, echo: str, domain: str, ask: Callable[[str], web.Reply]
) -> None:
    api.route("$default", api.function(echo))
    for stage, key in (("one", "orders"), ("two", "orders/v1"), ("$default", "")):
        if stage != "$default":
            api.client.create_stage(ApiId=api.id, StageName=stage, AutoDeploy=True)
        api.client.create_api_mapping(DomainName=domain, ApiId=api.id, Stage=stage, ApiMappingKey=key)

    found = [ask(path).json["requestContext"]["stage"] for path in ("/orders/2", "/orders/v1/2", "/ordersv1", "/")]

    assert found == ["one", "two", "$default", "$default"]


def test_an_api_with_its_own_address_disabled_answers_at_its_domain_name_only(
    api: HttpApi, echo: str, domain: str, ask: Callable[[str], web.Reply]
) -> None:
    api.route("$default", api.function(echo))
    api.client.create_api_mapping(DomainName=domain, ApiId=api.id, Stage="$default")
    api.client.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    assert (ask("/").status, api.request("/").status) == (200, 404)


def test_mappings_are_listed_moved_and_deleted_by_either_service(
    aws: Clients, api: HttpApi, echo: str, domain: str, ask: Callable[[str], web.Reply]
) -> None:
    api.route("$default", api.function(echo))
    named: dict[str, Any] = {"DomainName": domain}
    made = api.client.create_api_mapping(**named, ApiId=api.id, Stage="$default", ApiMappingKey="a")
    one = {**named, "ApiMappingId": made["ApiMappingId"]}
    rest = aws.client("apigateway")

    assert api.client.get_api_mapping(**one)["ApiMappingKey"] == "a"
    assert [each["basePath"] for each in rest.get_base_path_mappings(domainName=domain)["items"]] == ["a"]
    api.client.update_api_mapping(**one, ApiId=api.id, ApiMappingKey="b")
    assert [ask(path).status for path in ("/a", "/b")] == [403, 200]
    rest.delete_base_path_mapping(domainName=domain, basePath="b")
    assert api.client.get_api_mappings(**named)["Items"] == []
    assert api.client.get_domain_name(**named)["Tags"] == {"team": "pizza"}
    api.client.delete_domain_name(**named)
    assert domain not in [each["domainName"] for each in rest.get_domain_names()["items"]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Stage": "gone"}, "BadRequestException"),
        ({"ApiId": "gone"}, "NotFoundException"),
        ({"DomainName": "gone.test"}, "NotFoundException"),
        ({"ApiMappingKey": "/a"}, "BadRequestException"),
        ({"ApiMappingKey": "a?"}, "BadRequestException"),
        ({"ApiMappingKey": "taken"}, "ConflictException"),
    ],
)
def test_a_mapping_that_leads_nowhere_is_refused(api: HttpApi, domain: str, changed: dict[str, str], code: str) -> None:
    valid = {"DomainName": domain, "ApiId": api.id, "Stage": "$default"}
    api.client.create_api_mapping(**valid, ApiMappingKey="taken")
    with pytest.raises(ClientError) as refused:
        api.client.create_api_mapping(**valid | changed)
    assert refused.value.response["Error"]["Code"] == code
