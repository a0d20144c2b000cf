"""An invocation gets an execution environment that is its own, also when many ask at once.

LocalStack's ``AssignmentService.get_environment`` goes wrong under concurrency in three ways, each of which ends an
invocation with an internal error: a 502 from the API, a failed task in Step Functions.

- It walks a dictionary of environments to which other threads add and from which timers remove:
  ``RuntimeError: dictionary changed size during iteration``.
- It puts a started environment into that dictionary and reserves it afterwards; whoever comes between takes it, and the
  one it was started for gets an ``InvalidStatusException``.
- It frees an environment before it starts that environment's keep-alive timer; whoever takes and frees it in between
  puts a timer of its own in the place, which is then started twice: ``RuntimeError: threads can only be started once``.

Here one lock guards the dictionary, an environment is reserved before anybody else can see it, and is free only when
its timer runs.

A burst also starts an environment for every caller at once, on a machine with a few cores, although most callers would
have been served sooner by one that is just being freed. Here a function starts at most as many at a time as there are
cores. Once twice as many are at work as there are cores, the others wait for a free environment, in the order in which
they came, as long as that takes less than a start, or LocalStack or the machine has nothing left to give; and at most
for a second, so that one that is slow holds nobody up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _replace_service(module: ModuleType) -> None:
    from localstack_tuning.lambda_.fair_assignment import FairAssignmentService

    module.AssignmentService = FairAssignmentService  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment(
    "environment-assignment", {"localstack.services.lambda_.invocation.assignment": _replace_service}
)
