"""Mapping templates of REST APIs, with the methods that Java's objects have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.corrections.apigateway.rest_api import RestApi

TEMPLATES = {
    "#foreach($name in $input.params().header.keySet())#if($name == 'X-Own')$input.params($name)#end#end": "z",
    "#set($m = {'a': 1})#set($old = $m.put('b', 2))#foreach($e in $m.entrySet())$e.key:$e.value;#end": "a:1;b:2;",
    "#set($m = {'a': 1})$m.containsKey('a') $m.containsKey('x') $m.keySet() $m.size()": "true false [a] 1",
    "#set($p = $util.parseJson('{\"a\":1}'))#foreach($k in $p.keySet())$k#end": "a",
    "#set($s = ' Ab ')$s.trim().equals('Ab') $s.isEmpty() $s.indexOf('x')": "true false -1",
    "$util.base64Decode('aGk=') $util.urlEncode('a b&c') $util.escapeJavaScript('\"')": 'hi a+b%26c \\"',
    "#foreach($i in [1..3])$foreach.count#if($foreach.hasNext),#end#end": "1,2,3",
}


def _answer(api: RestApi, template: str) -> str:
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.client.put_method_response(**place, statusCode="200")
    api.client.put_integration_response(**place, statusCode="200", responseTemplates={"application/json": template})
    return api.request(headers={"X-Own": "z"}).body.decode()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_evaluated(api: RestApi, template: str) -> None:
    assert _answer(api, template) == TEMPLATES[template]


def test_localstack_as_released_has_no_entries(released_api: RestApi) -> None:
    assert _answer(released_api, "#set($m = {'a': 1})#foreach($e in $m.entrySet())$e.key#end") == ""
