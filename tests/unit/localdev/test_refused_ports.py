"""A port that this user may not listen on, as those below 1024 mostly are, is not said to be another program's."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from localdev.commands import doctor
from localdev.commands.cli import main
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError


@pytest.fixture(autouse=True)
def _no_port_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_socket: socket.socket, _address: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", refuse)


def test_an_emulator_asks_for_a_port_that_people_may_use() -> None:
    with pytest.raises(LocaldevError, match=r"Port 80 .* is not for ordinary users") as raised:
        EmbeddedEngine(80).start()

    assert "--port, from 1024 on" in str(raised.value)


def test_the_doctor_says_whose_the_port_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "_CHECKS", [doctor._port])

    assert main(["doctor", "--port", "80"]) == 1

    said = capsys.readouterr().out
    assert "not for ordinary users" in said
    assert "another program" not in said


def test_the_console_names_no_holder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["console", "--console-port", "80", "--no-open"]) == 1

    assert "127.0.0.1:80: Permission denied.\nHint:" in capsys.readouterr().err
