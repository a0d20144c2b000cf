"""Show who gets which environment, with LocalStack's ``AssignmentService`` and with ours; prints JSON."""

import contextlib
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

from localstack.services.lambda_.invocation import assignment, execution_environment
from localstack.services.lambda_.invocation.lambda_models import InitializationType

from localstack_tuning.lambda_ import fair_assignment
from localstack_tuning.lambda_.fair_assignment import FairAssignmentService

RELEASED = assignment.AssignmentService
ON_DEMAND = InitializationType.on_demand
VERSION = SimpleNamespace(config=SimpleNamespace(capacity_provider_config=None), qualified_arn="f", id="f")


class Executor:
    def __init__(self, *_: object) -> None: ...
    def start(self, _: object) -> None: ...
    def stop(self) -> None: ...


class Environment(execution_environment.ExecutionEnvironment):  # type: ignore[misc]
    """A real one, without a process."""

    on_new_timer: Callable[[], object] | None = None

    @property
    def keepalive_timer(self) -> threading.Timer:
        return self._keepalive_timer

    @keepalive_timer.setter
    def keepalive_timer(self, timer: threading.Timer) -> None:
        self._keepalive_timer = timer
        hook, self.on_new_timer = self.on_new_timer, None
        if hook:
            hook()

    def get_environment_variables(self) -> dict[str, str]:
        return {}


execution_environment.get_runtime_executor = lambda: Executor
assignment.ExecutionEnvironment = Environment


def one_is_added_during_the_search(service: assignment.AssignmentService) -> str:
    """Return another thread puts an environment there while this one looks for a free one."""
    with service.get_environment("v", VERSION, ON_DEMAND) as busy:
        reserve = busy.reserve

        def reserve_while_one_is_added() -> None:
            service.environments["v"]["another"] = SimpleNamespace(initialization_type=None)
            reserve()

        busy.reserve = reserve_while_one_is_added
        return outcome(service)


class Thief(dict[str, Environment]):
    """Another thread, which takes an environment as soon as it sees it."""

    def __setitem__(self, name: str, environment: Environment) -> None:
        super().__setitem__(name, environment)
        with contextlib.suppress(execution_environment.InvalidStatusException):
            environment.reserve()


def one_is_taken_as_soon_as_it_is_there(service: assignment.AssignmentService) -> str:
    service.environments["v"] = Thief()
    return outcome(service)


def one_is_used_again_before_its_timer_runs(service: assignment.AssignmentService) -> str:
    """Return another thread takes an environment and frees it again while this one frees it, if it can."""
    with service.get_environment("v", VERSION, ON_DEMAND) as environment:
        another = threading.Thread(target=outcome, args=(service,))
        environment.on_new_timer = lambda: (another.start(), another.join(timeout=1))
    another.join()
    return str(environment.status.name)


def outcome(service: assignment.AssignmentService) -> str:
    return outcome_of(invocation, service)


def invocation(service: assignment.AssignmentService) -> str:
    with service.get_environment("v", VERSION, ON_DEMAND) as environment:
        return str(environment.status.name)


def outcome_of(work: Callable[[assignment.AssignmentService], str], service: assignment.AssignmentService) -> str:
    try:
        return work(service)
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


def crowd(service: assignment.AssignmentService, callers: int = 16, invocations: int = 200) -> dict[str, object]:
    """Many callers at once, each with an environment of its own or it is counted."""
    users: Counter[str] = Counter()
    wrong: list[str] = []

    def call() -> None:
        for _ in range(invocations):
            try:
                with service.get_environment("v", VERSION, ON_DEMAND) as environment:
                    users[environment.id] += 1
                    if users[environment.id] != 1:
                        wrong.append("shared")
                    users[environment.id] -= 1
            except Exception as error:  # noqa: BLE001
                wrong.append(repr(error))

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"wrong": wrong[:3], "environments": len(service.environments["v"]) <= callers}


class Held:
    """An invocation on a thread of its own, which holds its environment until it is released."""

    def __init__(self, service: assignment.AssignmentService) -> None:
        self.environment: Environment | None = None
        self.has_it = threading.Event()
        self.enough = threading.Event()
        self.thread = threading.Thread(target=self._hold, args=(service,))
        self.thread.start()

    def _hold(self, service: assignment.AssignmentService) -> None:
        with service.get_environment("v", VERSION, ON_DEMAND) as self.environment:
            self.has_it.set()
            self.enough.wait(10)

    def end(self) -> None:
        self.enough.set()
        self.thread.join()


def wait_for(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + 5
    while not condition():
        if time.monotonic() > until:
            return False
        threading.Event().wait(0.001)
    return True


def short_invocations(service: FairAssignmentService) -> dict[str, object]:
    """Return as many environments as are enough are at work, and two more invocations come."""
    with service.get_environment("v", VERSION, ON_DEMAND):
        pass
    flow = service._flows["v"]
    held = [Held(service) for _ in range(fair_assignment.ENOUGH)]
    all_started = all(each.has_it.wait(5) for each in held)
    flow.taken()
    first, waits = Held(service), wait_for(lambda: len(flow.waiting) == 1)
    second, both_wait = Held(service), wait_for(lambda: len(flow.waiting) == 2)
    held[0].end()
    first.has_it.wait(5)
    found = {
        "wait": [all_started, waits, both_wait],
        "first come, first served": [first.environment is held[0].environment, len(flow.waiting)],
        "one that waits for long": second.has_it.wait(5)
        and second.environment not in [each.environment for each in held],
    }
    for each in (*held[1:], first, second):
        each.end()
    return found | {"at the end": [flow.busy, flow.starting, len(flow.waiting)]}


def long_invocations(service: FairAssignmentService) -> bool:
    """Return whether an invocation has an environment at once while many work for long."""
    with service.get_environment("v", VERSION, ON_DEMAND):
        pass
    fair_assignment.LOAD = SimpleNamespace(is_full=lambda: False)
    service._flows["v"].freed(100.0)
    held = [Held(service) for _ in range(fair_assignment.ENOUGH + 3)]
    waited = False
    for each in held:
        waited |= not each.has_it.wait(fair_assignment.WAIT_SECONDS * 0.9)
    for each in held:
        each.end()
    return not waited


def half_a_second(service: FairAssignmentService, *, full: bool) -> bool:
    """Return whether an invocation waits while many work that are usually free in half a second."""
    fair_assignment.LOAD = SimpleNamespace(is_full=lambda: False)
    with service.get_environment("v", VERSION, ON_DEMAND):
        pass
    flow = service._flows["v"]
    held = [Held(service) for _ in range(fair_assignment.ENOUGH)]
    all_started = all(each.has_it.wait(5) for each in held)
    flow.freed(16 * 0.5)
    fair_assignment.LOAD = SimpleNamespace(is_full=lambda: full)
    one_more = Held(service)
    waits = wait_for(lambda: one_more.has_it.is_set() or flow.waiting) and not one_more.has_it.is_set()
    for each in (*held, one_more):
        each.end()
    return all_started and waits


sys.setswitchinterval(1e-5)
print(
    json.dumps(
        {
            name: {
                "added": one_is_added_during_the_search(make()),
                "freed": outcome_of(one_is_used_again_before_its_timer_runs, make()),
                "taken": one_is_taken_as_soon_as_it_is_there(make()),
                **(
                    {
                        "crowd": crowd(make()),
                        "short": short_invocations(make()),
                        "long": long_invocations(make()),
                        "half a second": {
                            load: half_a_second(make(), full=load == "full") for load in ("full", "free")
                        },
                    }
                    if make is FairAssignmentService
                    else {}
                ),
            }
            for name, make in (("released", RELEASED), ("adjusted", FairAssignmentService))
        }
    ),
    flush=True,
)
os._exit(0)  # keep-alive timers of the released one would keep the process for ten minutes
