"""Test what the fork server has imported ahead makes no difference to a function."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.skipif("COVERAGE_FOLDER" in os.environ, reason="coverage imports modules of its own")
OWN_INTERPRETER = {"PYTHONHASHSEED": "random"}
"""What makes no difference to the function, and has an interpreter started for it."""
LOOKS = """
    import sys
    before = sorted(sys.modules)
    import importlib, logging, logging.config
    loggers = sorted(logging.root.manager.loggerDict)
    finders = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]
    logging.config.dictConfig({"version": 1, "root": {"level": "INFO"}})

    def spec(module):
        return [module.__spec__.name, module.__spec__.origin, type(module.__spec__.loader).__name__]

    def handler(event, context):
        for name in event["imports"]:
            importlib.import_module(name)
        return {
            "before": before,
            "after": sorted(sys.modules),
            "loggers": loggers,
            "loggers after": sorted(logging.root.manager.loggerDict),
            "silenced": sorted(
                name for name, logger in logging.root.manager.loggerDict.items() if getattr(logger, "disabled", False)
            ),
            "files": {name: getattr(sys.modules[name], "__file__", None) for name in event["imports"]},
            "specs": {name: spec(sys.modules[name]) for name in event["imports"]},
            "attributes": {name: sorted(vars(sys.modules[name])) for name in event["imports"]},
            "finders": finders,
        }
"""
IMPORTS = ["json", "email", "urllib3", "botocore", "boto3", "multiprocessing", "boto3.dynamodb.conditions"]


@pytest.mark.parametrize("count", range(len(IMPORTS) + 1))
def test_modules_loggers_and_finders_are_as_in_a_new_interpreter(make_function: MakeFunction, count: int) -> None:
    event = {"imports": IMPORTS[:count]}
    forked = make_function(LOOKS).answer(event)
    started = make_function(LOOKS, variables=OWN_INTERPRETER).answer(event)

    # the one that finds them
    assert forked["finders"].pop(0) == "ImportedAhead"
    assert difference(forked, started) == {}


def test_what_is_on_the_path_at_run_time_is_imported(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import os, sys, tempfile
        lib = tempfile.mkdtemp()
        for name in ("boto3", "s3transfer", "json"):
            with open(f"{lib}/{name}.py", "w") as file:
                file.write("OWN = True")
        sys.path.insert(0, lib)
        import boto3, botocore.session, json, s3transfer
        def handler(event, context):
            own = [module.__name__ for module in (boto3, s3transfer, json) if getattr(module, "OWN", False)]
            return [own, botocore.session.get_session().create_client("sts", "us-east-1").meta.region_name]
        """
    )

    # Python's own runtime has imported json before the function
    assert function.answer() == [["boto3", "s3transfer"], "us-east-1"]


@pytest.mark.parametrize("name", ["boto3", "botocore.session", "urllib.request", "six", "json"])
def test_what_a_function_would_find_is_what_was_imported_ahead(make_function: MakeFunction, name: str) -> None:
    function = make_function(
        """
        import importlib, sys
        ahead = sys.meta_path[0]
        def handler(event, context):
            return importlib.import_module(event) is ahead._originals[event]
        """
    )

    assert function.answer(name) is True


def test_there_is_one_logger_of_each_name(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import logging
        early = logging.getLogger("botocore.session")
        early.setLevel("ERROR")
        import botocore.session
        def handler(event, context):
            logger = logging.getLogger("botocore.session")
            return [logger is early, botocore.session.logger is early, early.parent.name, early.isEnabledFor(30)]
        """
    )

    assert function.answer() == [True, True, "botocore", False]


def test_looking_for_a_module_imports_nothing(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import importlib.util, sys
        spec = importlib.util.find_spec("boto3")
        def handler(event, context):
            return [spec.name, spec.origin.rpartition("/")[2], "boto3" in sys.modules]
        """
    )

    assert function.answer() == ["boto3", "__init__.py", False]


def difference(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return what only one of them has."""
    return {key: (minus(one[key], other[key]), minus(other[key], one[key])) for key in one if one[key] != other[key]}


def minus(one: Any, other: Any) -> Any:
    if isinstance(one, list):
        return [value for value in one if value not in other]
    return {key: minus(value, other[key]) for key, value in one.items() if value != other[key]}


USES = {
    "six.moves": "import six\nFOUND = list(six.moves.range(2))",
    "a hook": (
        "import sys\nclass Finder:\n    seen = []\n    def find_spec(self, name, path=None, target=None):\n"
        "        self.seen.append(name)\nsys.meta_path.insert(0, Finder())\nimport boto3\n"
        "FOUND = 'botocore.client' in Finder.seen"
    ),
    "another one in its place": (
        "import sys, types\nsys.modules['jmespath'] = fake = types.ModuleType('jmespath')\n"
        "fake.exceptions = types.SimpleNamespace(JMESPathError=ValueError)\n"
        "sys.modules['jmespath.exceptions'] = fake.exceptions\nimport botocore.paginate\n"
        "FOUND = [sys.modules['jmespath'] is fake, botocore.paginate.jmespath is fake]"
    ),
    "one that is not to be had": (
        "import sys\nsys.modules['_ssl'] = None\ntry:\n    import ssl\n    FOUND = 'ssl'\n"
        "except ImportError as error:\n    FOUND = str(error)"
    ),
    "a class that was patched": (
        "import socket\nclass Socket(socket.socket): pass\nsocket.socket = Socket\nimport ssl\n"
        "FOUND = ssl.SSLSocket.__base__ is Socket"
    ),
    "data": "import pkgutil\nFOUND = len(pkgutil.get_data('botocore', 'cacert.pem')) > 0",
    "a source": "import importlib.util\nFOUND = importlib.util.find_spec('base64').loader.get_source('base64')[:20]",
    "a module that is run": "import runpy\nFOUND = sorted(runpy.run_module('base64'))",
    "a lazy one": (
        "import importlib.util, sys\nspec = importlib.util.find_spec('base64')\n"
        "spec.loader = importlib.util.LazyLoader(spec.loader)\nmodule = importlib.util.module_from_spec(spec)\n"
        "sys.modules['base64'] = module\nspec.loader.exec_module(module)\nFOUND = module.b64encode(b'a').decode()"
    ),
    "a class of loggers": (
        "import logging\nclass Logger(logging.Logger): pass\nlogging.setLoggerClass(Logger)\nimport boto3\n"
        "FOUND = type(logging.getLogger('botocore')).__name__"
    ),
    "a handler": (
        "import logging\nlogger = logging.getLogger('botocore')\nimport boto3\n"
        "FOUND = [type(handler).__name__ for handler in logger.handlers]"
    ),
    "a path that is none": (
        "import sys\nsys.path.insert(0, b'/tmp')\nimport base64\nFOUND = base64.b64encode(b'a').decode()"
    ),
    "something optional": (
        "import sys, tempfile\nlib = tempfile.mkdtemp()\n"
        "open(lib + '/certifi.py', 'w').write('def where(): return 1')\n"
        "sys.path.insert(0, lib)\nimport botocore.httpsession\nFOUND = botocore.httpsession.where()"
    ),
}


@pytest.mark.parametrize("use", USES)
def test_an_import_is_what_it_is_in_a_new_interpreter(make_function: MakeFunction, use: str) -> None:
    source = f"{USES[use]}\ndef handler(event, context):\n    return FOUND\n"

    assert make_function(source).answer() == make_function(source, variables=OWN_INTERPRETER).answer()


def test_modules_that_threads_import_at_the_same_time_are_there_once(make_function: MakeFunction) -> None:
    source = """
        import threading
        names = ["boto3", "botocore.session", "urllib3", "ssl", "email.message", "http.client", "datetime", "uuid"]
        together = threading.Barrier(len(names))
        def load(name):
            together.wait()
            __import__(name)
        threads = [threading.Thread(target=load, args=[name]) for name in names]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        import botocore.compat, botocore.httpsession, datetime, http.client, ssl, urllib3
        def handler(event, context):
            return [
                urllib3.connection.HTTPConnection.__mro__[1] is http.client.HTTPConnection,
                botocore.httpsession.SSLContext is ssl.SSLContext,
                botocore.compat.datetime is datetime,
            ]
        """

    for _ in range(8):
        assert make_function(source).answer() == [True, True, True]


def test_secrets_of_processes_are_of_each_environment(make_function: MakeFunction) -> None:
    source = """
        import multiprocessing
        def handler(event, context):
            return bytes(multiprocessing.current_process().authkey).hex()
        """

    assert make_function(source).answer() != make_function(source).answer()
