"""The end of an emulator in a run that has others."""

from __future__ import annotations

import pytest

from localdev.system.project import ROOT
from localdev.testing import plugin

pytest_plugins = ["pytester"]

_TWO_ENGINES = """
    import signal
    from unittest.mock import Mock

    import pytest

    from localdev.engines.container import ContainerEngine
    from localdev.engines.embedded import EmbeddedEngine
    from localdev.system import project
    from localdev.system.waiting import wait_until
    from localdev.testing.lifeline import LIFELINE

    SIGNALS = []
    interrupt = LIFELINE._interrupt
    LIFELINE._interrupt = lambda *which: (SIGNALS.append(which), interrupt(*which))


    def a_signal():
        seen = len(SIGNALS)
        wait_until(lambda: len(SIGNALS) > seen or None, what="the lifeline's signal", seconds=30)


    class Embedded(EmbeddedEngine):
        def _clear(self):
            a_signal()
            print("STOPPED")


    class Container(ContainerEngine):
        def containers(self):
            a_signal()
            print("STOPPED")
            return []


    @pytest.fixture(scope="session")
    def healthy(tmp_path_factory):
        project.STATE = tmp_path_factory.mktemp("state")
        yield
        {kind}(4999).stop()


    @pytest.fixture(scope="session")
    def dead(healthy):
        engine = Mock(endpoint_url="http://127.0.0.1:4998", where="4998")
        engine.log_tail.return_value = ""
        engine.kind.make.return_value.is_up.return_value = False
        held = LIFELINE.held_to(engine)
        held.__enter__()
        return held


    def test_it(dead):
        a_signal()
"""


@pytest.mark.parametrize("kind", ["Embedded", "Container"])
def test_the_end_of_one_emulator_keeps_none_of_the_others_from_being_stopped(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(_TWO_ENGINES.replace("{kind}", kind))

    run = pytester.runpytest_subprocess("-p", plugin.__name__, "-p", "no:cacheprovider", "-s")

    run.stdout.fnmatch_lines(["*The emulator at 4998 has ended*"])
    assert run.stdout.str().count("STOPPED") == 1
