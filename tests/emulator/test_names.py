"""Names under which a function finds the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import MakeFunction


def test_names_that_localstack_gives_this_machine_are_found_without_dns(make_function: MakeFunction) -> None:
    function = make_function("""
        import socket
        def handler(event, context):
            return socket.getaddrinfo(event, 80, type=socket.SOCK_STREAM)[0][4]
    """)

    assert function.answer("localhost.localstack.cloud") == ["127.0.0.1", 80]
    assert function.answer("my-bucket.s3.localhost.localstack.cloud") == ["127.0.0.1", 80]


def test_any_program_of_a_function_finds_localstack_by_its_name(make_function: MakeFunction, file_system: str) -> None:
    if file_system == "plain":
        pytest.skip("without namespaces the names are the machine's")
    function = make_function("""
        import socket
        def handler(event, context):
            return socket.gethostbyname("localhost.localstack.cloud")
    """)

    assert function.answer() == "127.0.0.1"
