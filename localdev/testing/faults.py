"""Faults that a test injects: into the calls of the executions that it starts, or into all calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_ENDS_FUNCTIONS: Final = {"crash"}
_SERVICES_OF_TYPES: Final = {"StepFunctions": "stepfunctions", "ApiGateway": "apigateway"}


@dataclass(frozen=True)
class Fault:
    """One fault: its kind, what it hits, and how often."""

    kind: str
    service: str | None = None
    function: str | None = None
    state: str | None = None
    rate: float = 1.0
    times: int | None = None
    seconds: float = 0.0
    error: str | None = None
    message: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise LocaldevError(f"The rate of a fault is between 0 and 1; found {self.rate!r}.")
        if self.seconds < 0:
            raise LocaldevError(f"The seconds of a fault are 0 or more; found {self.seconds!r}.")
        if self.times is not None and self.times < 1:
            raise LocaldevError(f"A fault hits once or more often; found times={self.times!r}.")
        if self.service is None and self.function is None and self.state is None:
            raise LocaldevError(f"The fault {self.kind!r} hits nothing.", "name a service, a function= or a state=.")

    def document(self) -> dict[str, Any]:
        """Return it as the control API has it."""
        return {name: value for name, value in vars(self).items() if value not in (None, 0.0) or name == "rate"}

    def __str__(self) -> str:
        """Return it in words, as a test's id has it: ``throttle lambda``."""
        target = self.state or self.function or self.service
        often = f" {self.rate:.0%}" if self.rate < 1 else ""
        return f"{self.kind} {target}{often}"


def fail(service: str | None = None, *, error: str | None = None, message: str | None = None, **scope: Any) -> Fault:
    """Return a fault by which a service answers with an error of its own, or with ``error``."""
    return Fault("fail", service, error=error, message=message, **scope)


def throttle(service: str | None = None, **scope: Any) -> Fault:
    """Return a fault by which a service refuses calls because there are too many."""
    return Fault("throttle", service, **scope)


def delay(service: str | None = None, *, seconds: float, **scope: Any) -> Fault:
    """Return a fault by which calls take longer."""
    return Fault("delay", service, seconds=seconds, **scope)


def time_out(service: str | None = None, *, seconds: float = 0.0, **scope: Any) -> Fault:
    """Return a fault by which calls are not answered: until the state's time-out, or the function's own."""
    return Fault("time_out", service, seconds=seconds, **scope)


def crash(function: str | None = None, **scope: Any) -> Fault:
    """Return a fault by which functions end while they run; without a name all of them."""
    return Fault("crash", None if function or scope.get("state") else "lambda", function, **scope)


def away(service: str | None = None, *, seconds: float, **scope: Any) -> Fault:
    """Return a fault by which a service is away for a time, from the first call on."""
    return Fault("away", service, seconds=seconds, **scope)


class Faults:
    """The faults of one test. Each method adds one, for the executions that the test starts from then on."""

    everywhere: Faults
    """Faults of every call that reaches the emulator: of functions, of other services, of the test itself."""

    def __init__(self, add: Callable[[Fault], None], resolve: Callable[[Fault], Fault]) -> None:
        self._add = add
        self._resolve = resolve
        self.everywhere = self

    def fail(
        self, service: str | None = None, *, error: str | None = None, message: str | None = None, **scope: Any
    ) -> None:
        """Have a service answer with an error of its own, or with ``error``: ``faults.fail("lambda", rate=0.3)``."""
        self.add(fail(service, error=error, message=message, **scope))

    def throttle(self, service: str | None = None, **scope: Any) -> None:
        """Have a service refuse calls because there are too many: ``faults.throttle("dynamodb", times=2)``."""
        self.add(throttle(service, **scope))

    def delay(self, service: str | None = None, *, seconds: float, **scope: Any) -> None:
        """Have calls take longer, on the execution's clock if it has one."""
        self.add(delay(service, seconds=seconds, **scope))

    def time_out(self, service: str | None = None, *, seconds: float = 0.0, **scope: Any) -> None:
        """Have calls not answered: until the state's time-out, or the function's own."""
        self.add(time_out(service, seconds=seconds, **scope))

    def crash(self, function: str | None = None, **scope: Any) -> None:
        """Have functions end while they run; without a name all of them."""
        self.add(crash(function, **scope))

    def away(self, service: str | None = None, *, seconds: float, **scope: Any) -> None:
        """Have a service away for a time, from the first call on."""
        self.add(away(service, seconds=seconds, **scope))

    def add(self, fault: Fault) -> None:
        """Add a fault.

        :raises LocaldevError: it is for a service, a function or a state that the stacks do not have.
        """
        self._add(self._resolve(fault))


def check_service(service: str, used: Iterable[str]) -> None:
    """Check that a fault's service is used. :raises LocaldevError: it is not."""
    known = sorted(set(used))
    if service not in known:
        hint = suggest(service, known, f"they use {', '.join(known) or 'none'}.")
        raise LocaldevError(f"The stacks do not use the service {service!r}.", hint)


def service_of_type(resource_type: str) -> str:
    """Return what boto3 calls the service of a CloudFormation type."""
    word = resource_type.split("::")[1] if resource_type.count("::") > 1 else resource_type
    return _SERVICES_OF_TYPES.get(word, word.lower())


def services_of_states(states: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the services that tasks call."""
    found = set()
    for state in states.values():
        resource = str(state.get("Resource", ""))
        parts = resource.split(":")
        if ":function:" in resource:
            found.add("lambda")
        elif ":states:::aws-sdk:" in resource:
            found.add(parts[6])
        elif ":states:::" in resource:
            found.add({"states": "stepfunctions"}.get(parts[5], parts[5]))
    return found


def with_function(fault: Fault, name: str) -> Fault:
    """Return a fault of a function by its physical name."""
    return replace(fault, function=name)
