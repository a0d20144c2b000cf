"""Test which invocation runs where, and on what code: section 6."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until
from tests.emulator.deployed import zipped

if TYPE_CHECKING:
    from tests.emulator.deployed import Cloud, Function, MakeDeployed

COUNTS = """
    import os, time, uuid
    me = uuid.uuid4().hex
    count = 0
    def handler(event, context):
        global count
        count += 1
        time.sleep(event or 0)
        return [me, count, os.environ["AWS_ACCESS_KEY_ID"], context.log_stream_name, os.environ.get("OVEN")]
"""


def returns(value: object) -> str:
    return f"import time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return {value!r}\n"


def update_code(function: Function, source: str) -> None:
    function.client.update_function_code(FunctionName=function.name, ZipFile=zipped({"function.py": source}))
    function.wait_until_active()


def test_sequential_invocations_reuse_the_process(deploy: MakeDeployed) -> None:
    function = deploy(COUNTS)

    answers = [function.answer() for _ in range(3)]

    assert len({me for me, *_ in answers}) == 1
    assert [count for _, count, *_ in answers] == [1, 2, 3]


def test_concurrent_invocations_have_environments_of_their_own(deploy: MakeDeployed) -> None:
    function = deploy(COUNTS, Timeout=20)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(function.answer, [3.0] * 3))

    for values in list(zip(*answers, strict=True))[:1] + list(zip(*answers, strict=True))[2:4]:
        assert len(set(values)) == 3


def test_new_code_is_used_from_the_first_invocation_after_the_update(deploy: MakeDeployed) -> None:
    function = deploy(returns("old"))
    assert function.answer() == "old"

    update_code(function, returns("new"))

    assert [function.answer() for _ in range(5)] == ["new"] * 5


def test_new_configuration_is_used_from_the_first_invocation_after_the_update(deploy: MakeDeployed) -> None:
    function = deploy(COUNTS)
    assert function.answer()[-1] is None

    function.client.update_function_configuration(
        FunctionName=function.name, Environment={"Variables": {"OVEN": "hot"}}
    )
    function.wait_until_active()

    assert function.answer()[-1] == "hot"


def test_an_invocation_under_way_finishes_on_the_old_code(deploy: MakeDeployed) -> None:
    function = deploy(returns("old"), Timeout=20)
    function.answer()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(function.answer, 2.0)
        while not running.running():
            pass
        update_code(function, returns("new"))
        assert function.answer() == "new"
        assert running.result() == "old"


def test_no_invocation_is_lost_while_the_code_is_updated(deploy: MakeDeployed) -> None:
    function = deploy(returns(0), Timeout=20)
    answers: list[Any] = []
    enough = threading.Event()

    def invoke_again_and_again() -> None:
        while not enough.is_set():
            answers.append(function.answer())

    with ThreadPoolExecutor(3) as pool:
        callers = [pool.submit(invoke_again_and_again) for _ in range(3)]
        for number in range(1, 5):
            update_code(function, returns(number))
            assert function.answer() == number
        enough.set()
        for caller in callers:
            caller.result()

    assert set(answers) <= set(range(5))


def test_versions_and_aliases_run_their_own_code(deploy: MakeDeployed) -> None:
    function = deploy(returns("one"))
    function.client.publish_version(FunctionName=function.name)
    update_code(function, returns("two"))
    function.client.publish_version(FunctionName=function.name)
    function.client.create_alias(FunctionName=function.name, Name="live", FunctionVersion="1")

    answers = [function.call(Qualifier=qualifier) for qualifier in ("1", "2", "live", "$LATEST")]

    assert [answer.payload for answer in answers] == ["one", "two", "one", "two"]
    assert [answer.version for answer in answers] == ["1", "2", "1", "$LATEST"]


def test_an_aliases_weights_are_respected(deploy: MakeDeployed) -> None:
    function = deploy(returns("one"))
    function.client.publish_version(FunctionName=function.name)
    update_code(function, returns("two"))
    function.client.publish_version(FunctionName=function.name)
    function.client.create_alias(
        FunctionName=function.name,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )

    assert {function.answer(Qualifier="live") for _ in range(30)} == {"one", "two"}


def test_reserved_concurrency_exhausted(deploy: MakeDeployed) -> None:
    function = deploy(returns("done"), Timeout=20)
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=1)

    def invoke(_: object) -> Any:
        try:
            return function.answer(1.5)
        except function.client.exceptions.TooManyRequestsException as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(invoke, range(2)))

    assert sorted(answers, key=str) == [(429, "Rate Exceeded."), "done"]
    assert function.answer() == "done"


PROVISIONED = "import os\ndef handler(event, context):\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"


def provisioned_state(function: Function) -> dict[str, Any]:
    def probe() -> dict[str, Any] | None:
        state: dict[str, Any] = function.client.get_provisioned_concurrency_config(
            FunctionName=function.name, Qualifier="1"
        )
        return None if state["Status"] == "IN_PROGRESS" else state

    return wait_until(probe, what="provisioned concurrency", seconds=20)


def test_provisioned_environments_serve_first(deploy: MakeDeployed) -> None:
    function = deploy(PROVISIONED)
    function.client.publish_version(FunctionName=function.name)
    function.client.put_provisioned_concurrency_config(
        FunctionName=function.name, Qualifier="1", ProvisionedConcurrentExecutions=1
    )

    state = provisioned_state(function)

    assert (state["Status"], state["AvailableProvisionedConcurrentExecutions"]) == ("READY", 1)
    assert function.answer(Qualifier="1") == "provisioned-concurrency"
    assert function.answer() == "on-demand"


@pytest.mark.parametrize("code", ["raise RuntimeError('no dough')\n", "import sys\nsys.exit(1)\n"])
def test_an_initialisation_that_fails_under_provisioned_concurrency(deploy: MakeDeployed, code: str) -> None:
    function = deploy(code)
    function.client.publish_version(FunctionName=function.name)
    function.client.put_provisioned_concurrency_config(
        FunctionName=function.name, Qualifier="1", ProvisionedConcurrentExecutions=1
    )

    state = provisioned_state(function)

    assert (state["Status"], state["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    assert state.get("AllocatedProvisionedConcurrentExecutions", 0) == 0
    assert state.get("AvailableProvisionedConcurrentExecutions", 0) == 0
    assert function.call(Qualifier="1").error == "Unhandled"


def test_deleting_and_creating_at_once(deploy: MakeDeployed, cloud: Cloud) -> None:
    name = f"f-{uuid.uuid4().hex[:12]}"
    for number in range(3):
        function = deploy(returns(number), name=name)
        assert function.answer() == number
        function.client.delete_function(FunctionName=name)

        def gone() -> bool | None:
            try:
                function.client.get_function(FunctionName=name)  # noqa: B023 - called before the loop goes on
            except cloud.client("lambda").exceptions.ResourceNotFoundException:
                return True
            return None

        wait_until(gone, what="the function to be deleted", seconds=10)


def test_two_accounts_and_regions_never_share_a_process(deploy: MakeDeployed) -> None:
    places = [{}, {"region": "eu-west-1"}, {"account": "111111111111"}]
    name = f"f-{uuid.uuid4().hex[:12]}"

    answers = [deploy(COUNTS, name=name, **place).answer() for place in places]

    assert len({me for me, *_ in answers}) == 3


def test_a_role_session_is_named_after_the_function_even_of_one_letter(deploy: MakeDeployed) -> None:
    source = "import boto3\ndef handler(event, context):\n    return boto3.client('sts').get_caller_identity()['Arn']\n"

    assert deploy(source, name="p", Timeout=20).answer().endswith(":assumed-role/pizzaiolo/p@lambda_function")


def test_the_runtime_starts_no_thread_and_the_functions_own_are_numbered_as_on_aws(deploy: MakeDeployed) -> None:
    function = deploy("""
        import threading
        from concurrent.futures import ThreadPoolExecutor
        started = []
        start = threading.Thread.start
        threading.Thread.start = lambda self: (started.append(self.name), start(self))[1]
        def handler(event, context):
            if event:
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(int).result()
            return started
    """)

    assert function.answer() == []
    # the first two of AWS's runtime wait for an invocation, and the function has the next
    assert function.answer(True) == ["ThreadPoolExecutor-2_0"]
    assert function.answer(True) == ["ThreadPoolExecutor-2_0", "ThreadPoolExecutor-4_0"]
