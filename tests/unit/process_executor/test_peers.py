"""Test who is at the other end of a connection."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.environments import peers

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is at the other end")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Provide a connection over loopback: the client's end and the accepted one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
    with client, accepted:
        yield client, accepted


@pytest.fixture
def other_process() -> Iterator[int]:
    """Provide a process that has nothing to do with the connection."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate()


def test_a_connection_comes_from_the_process_that_has_its_socket(ends: tuple[socket.socket, socket.socket]) -> None:
    assert peers.comes_from(ends[1], [os.getpid()])


def test_a_connection_does_not_come_from_another_process_of_the_same_user(
    ends: tuple[socket.socket, socket.socket], other_process: int
) -> None:
    assert not peers.comes_from(ends[1], [other_process])
    assert not peers.comes_from(ends[1], [])


def test_both_tables_of_the_kernel_name_the_same_socket(ends: tuple[socket.socket, socket.socket]) -> None:
    client = ends[0]
    expected = peers.Socket(os.getuid(), os.fstat(client.fileno()).st_ino)

    assert peers._look_up(client.getsockname(), client.getpeername()) == expected
    assert peers._ask_kernel(client.getsockname(), client.getpeername()) == expected


def test_the_table_of_proc_does_where_the_kernel_answers_no_question(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(peers, "_ask_kernel", refuse)

    assert peers.comes_from(ends[1], [os.getpid()])


def test_a_process_that_may_not_be_looked_into_counts_by_its_user(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> list[str]:
        raise PermissionError

    monkeypatch.setattr(os, "listdir", refuse)
    assert peers.comes_from(ends[1], [os.getpid()])

    monkeypatch.setattr(peers, "_user_of", lambda _: os.getuid() + 1)
    assert not peers.comes_from(ends[1], [os.getpid()])


def test_a_connection_that_is_gone_comes_from_nobody(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()

    assert not peers.comes_from(ends[1], [os.getpid()])
