"""The start of a Node.js process: AWS's flags for V8, and modules that were compiled ahead in spite of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.environments import node_runtime
from localstack_process_executor.environments.node_runtime import NodeRuntime
from tests.emulator.node.conftest import evaluates

if TYPE_CHECKING:
    from tests.emulator.node.conftest import MakeNode

MEMORY_MB = 256
WRAPPER = """\
#!/bin/bash
node=$1
shift
exec "$node" --expose-internals "$@"
"""
COMPILED_AHEAD = """
    require("http");
    const { internalBinding } = require("internal/test/binding");
    const { compiledWithCache } = internalBinding("builtins").getCacheUsage?.() ?? {};
    compiledWithCache && [compiledWithCache.has("http")];
"""
HEAP_OF_A_WORKER = """
    const { Worker } = require("worker_threads");
    const look = "[typeof gc, require('v8').getHeapStatistics().heap_size_limit]";
    const worker = new Worker(`require("worker_threads").parentPort.postMessage(${look})`, { eval: true });
    new Promise((resolve) => worker.once("message", (found) => resolve([worker instanceof Worker, ...found])));
"""
HEAP = "[typeof gc, require('v8').getHeapStatistics().heap_size_limit]"


def test_nodes_own_modules_are_not_compiled_anew(make_node: MakeNode) -> None:
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}
    function = make_node({"function.js": evaluates(), "wrapper": WRAPPER}, memory_size_mb=MEMORY_MB, variables=wrapper)
    compiled_ahead = function.answer(COMPILED_AHEAD)
    if compiled_ahead is None:
        pytest.skip("this Node.js does not tell how its modules were compiled")
    assert compiled_ahead[0], "http was compiled anew"


def test_the_heap_is_as_large_as_the_memory_of_the_function_allows(make_node: MakeNode) -> None:
    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)
    collects, limit = function.answer(HEAP)
    assert collects == "function"
    assert limit < 1.5 * MEMORY_MB * 2**20


def test_the_heap_of_a_worker_thread_is_no_larger(make_node: MakeNode) -> None:
    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)
    heap = function.answer(HEAP)
    assert function.answer(HEAP_OF_A_WORKER) == [True, *heap]


def test_flags_and_warnings_of_the_function_are_its_own(make_node: MakeNode) -> None:
    looks = "[process.execArgv, 'noDeprecation' in process, require('worker_threads').Worker.name]"
    flags, quiet, name = make_node(evaluates(), memory_size_mb=MEMORY_MB).answer(looks)
    assert "--expose-gc" in flags
    assert flags[-1] == f"--max-old-space-size={MEMORY_MB * 9 // 10}"
    assert not quiet
    assert name == "Worker"


@pytest.mark.parametrize("name", ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"])
def test_require_loads_no_es_module_unless_the_function_asks_for_it(make_node: MakeNode, name: str) -> None:
    runtime = node_runtime.find(name)
    assert isinstance(runtime, NodeRuntime)
    files = {
        "function.js": "exports.handler = async () => require('./pizza.mjs').name;",
        "pizza.mjs": "export const name = 1;",
    }

    assert make_node(files, native=runtime).error()["errorMessage"].startswith("require() of ES Module ")
    if runtime.version < (20, 17):
        pytest.skip("this Node.js has no such option")
    asks = {"NODE_OPTIONS": "--experimental-require-module"}
    assert make_node(files, native=runtime, variables=asks).answer() == 1


@pytest.mark.parametrize("name", ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"])
def test_an_export_in_a_commonjs_module_is_a_syntax_error(make_node: MakeNode, name: str) -> None:
    runtime = node_runtime.find(name)
    assert isinstance(runtime, NodeRuntime)
    function = make_node("export const handler = async () => 1;", native=runtime)
    assert function.error()["errorType"] == "Runtime.UserCodeSyntaxError"
