"""Mapping templates of REST APIs, with the methods that Java's objects have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.corrections import web

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.apigateway.rest_api import RestApi

TEMPLATES = {
    "#foreach($name in $input.params().header.keySet())#if($name == 'X-Own')$input.params($name)#end#end": "z",
    "#set($m = {'a': 1})#set($old = $m.put('b', 2))#foreach($e in $m.entrySet())$e.key:$e.value;#end": "a:1;b:2;",
    "#set($m = {'a': 1})$m.containsKey('a') $m.containsKey('x') $m.keySet() $m.size()": "true false [a] 1",
    "#set($p = $util.parseJson('{\"a\":1}'))#foreach($k in $p.keySet())$k#end": "a",
    "#set($s = ' Ab ')$s.trim().equals('Ab') $s.isEmpty() $s.indexOf('x')": "true false -1",
    "$util.base64Decode('aGk=') $util.urlEncode('a b&c') $util.escapeJavaScript('\"')": 'hi a+b%26c \\"',
    "#set($m = {'a': ['x', 1], 'b': true})$m [$m.get('a')]": "{a=[x, 1], b=true} [[x, 1]]",
    "$input.params().querystring $input.params().path": "{q=1} {}",
    "#set($list = $util.parseJson('[null,{}]'))$list": "[null, {}]",
    "#foreach($i in [1..9])#if($i == 3)#break#end$i#end after": "12 after",
    "#foreach($i in [1..2])#foreach($j in [1..3])#if($j == 2)#break#end$i$j #end#end": "11 21 ",
    '$util.escapeJavaScript("it\'s a/b")': "it\\'s a\\/b",
    "#foreach($i in [1..3])$foreach.count#if($foreach.hasNext),#end#end": "1,2,3",
}


@pytest.fixture(scope="session")
def echo_integration(aws: Clients) -> str:
    """Provide a function whose result is its event."""
    return web.function(aws, "def handler(event, context): return event")


def _answer(api: RestApi, template: str) -> str:
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.client.put_method_response(**place, statusCode="200")
    api.client.put_integration_response(**place, statusCode="200", responseTemplates={"application/json": template})
    return api.request("/?q=1", headers={"X-Own": "z"}).body.decode()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_evaluated(api: RestApi, template: str) -> None:
    assert _answer(api, template) == TEMPLATES[template]


def test_localstack_as_released_has_no_entries(released_api: RestApi) -> None:
    assert _answer(released_api, "#set($m = {'a': 1})#foreach($e in $m.entrySet())$e.key#end") == ""


PATHS = {
    "$input.json('$')": '{"list":[{"n":1},{"n":2}],"nothing":null,"s":"é"}',
    "$input.json('$.list[?(@.n > 1)].n')": "[2]",
    "$input.json('$.list[0:1]')": '[{"n":1}]',
    "$input.json('$..n')": "[1,2]",
    "$input.json('$.missing')": '""',
    "$input.path('$.list.length()')": "2",
    "$input.path('$.list')": '[{"n":1},{"n":2}]',
    "$input.path('$')": '{list=[{"n":1},{"n":2}], nothing=null, s=é}',
}
"""What LocalStack's tests against AWS have of maps and lists in ``$input.path``, and Jayway's of the paths."""


@pytest.mark.parametrize("template", PATHS)
def test_a_path_finds_what_jayway_finds(api: RestApi, echo_integration: str, template: str) -> None:
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "POST"}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_integration(**place, type="AWS", integrationHttpMethod="POST", uri=api.uri(echo_integration))
    api.client.put_method_response(**place, statusCode="200")
    api.client.put_integration_response(**place, statusCode="200", responseTemplates={"application/json": template})
    document = {"list": [{"n": 1}, {"n": 2}], "nothing": None, "s": "é"}
    assert api.request(method="POST", document=document).body.decode() == PATHS[template]


def test_localstack_as_released_writes_maps_as_python(released_api: RestApi) -> None:
    assert _answer(released_api, "#set($m = {'a': 'b'})$m") == "{'a': 'b'}"
