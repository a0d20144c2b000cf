"""The deployed stacks, and what is in them by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from localdev.deployment import addresses, resources
from localdev.deployment.clients_at import clients_at, is_default
from localdev.deployment.resources import Resource, find_resource, only_resource, resources_of
from localdev.deployment.stack import stack_outputs
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_ACCOUNT, REGION, typed
from localdev.testing.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localdev.deployment.manifest import Stack as Synthesised
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_APIS: Final = (resources.REST_API, resources.HTTP_API)


_ENDED: Final = "To look at it in the console, run the test with --keep: the emulator stays up."
_CONSOLE: Final = "http://127.0.0.1:8080/executions/{arn}"


class Stack(Mapping[str, str]):
    """A deployed stack: its outputs by name, ``stack["ApiUrl"]`` or ``stack.ApiUrl``."""

    def __init__(self, name: str, engine: Engine, clients: Clients) -> None:
        self.name = name
        """What CloudFormation calls it."""
        self._engine = engine
        self.clients = clients
        """Clients of the account and region that it is in."""

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs; the address of an API as it can be reached from here."""
        found = stack_outputs(self.clients, self.name)
        return {name: addresses.reachable(self._engine, value) for name, value in found.items()}

    @cached_property
    def resources(self) -> list[Resource]:
        """The resources, those of the stacks nested in it included."""
        return resources_of(self.clients, self.name)

    def __getitem__(self, name: str) -> str:
        try:
            return self.outputs[name]
        except KeyError:
            raise KeyError(f"The stack {self.name} has no output {name!r}; it has {self._names()}.") from None

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.outputs[name]
        except KeyError:
            raise AttributeError(f"The stack {self.name} has no output {name!r}; it has {self._names()}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.outputs)

    def __len__(self) -> int:
        return len(self.outputs)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"<stack {self.name}>"

    def _names(self) -> str:
        return ", ".join(self.outputs) or "none"


class Stacks(Mapping[str, Stack]):
    """Every stack that was deployed for the tests, by its name."""

    def __init__(self, engine: Engine, found: Sequence[Synthesised], assembly: Path, *, ends: bool = False) -> None:
        """Take the stacks of an assembly; ``ends`` says that they end with the tests."""
        self.engine = engine
        self.assembly = assembly
        """The synthesised app."""
        self.reader = Reader(engine.clients(), _ENDED if ends else _console(engine))
        self._readers: dict[tuple[str, str], Reader] = {}
        self._stacks: dict[str, Stack] = {}
        for each in found:
            # two of one name are in different accounts or regions
            key = each.id if each.name in self._stacks else each.name
            self._stacks[key] = Stack(each.name, engine, self._reader(each.account, each.region).clients)

    def reader_of(self, resource: Resource) -> Reader:
        """Return what reads in the account and region that a resource is in."""
        found = next((each for each in self._readers.values() if each.clients is resource.clients), self.reader)
        found.is_alone = self.reader.is_alone
        return found

    def reader_at(self, arn: str) -> Reader:
        """Return what reads in the account and region that an ARN names."""
        _, _, _, region, account, *_ = arn.split(":")
        return self._readers.get((account, region), self.reader)

    def _reader(self, account: str | None, region: str | None) -> Reader:
        place = (account or DEFAULT_ACCOUNT, region or REGION)
        if is_default(self.engine, *place):
            return self.reader
        if place not in self._readers:
            self._readers[place] = self.reader.elsewhere(clients_at(self.engine, *place))
        return self._readers[place]

    def only(self) -> Stack:
        """Return the one stack.

        :raises LocaldevError: there are more.
        """
        if len(self._stacks) != 1:
            raise LocaldevError(
                f"The app has {len(self._stacks)} stacks: {', '.join(self._stacks) or 'none'}.",
                "choose one with --stack, or use the fixture 'stacks' and the stack's name.",
            )
        return next(iter(self._stacks.values()))

    def machine(self, name: str | None) -> Resource:
        """Return a state machine; without a name the only one. :raises LocaldevError: not one."""
        return self._found(name, (resources.STATE_MACHINE,), "state machine")

    def machines(self) -> list[Resource]:
        """Return every state machine."""
        return [each for each in self._resources() if each.type == resources.STATE_MACHINE]

    def function(self, name: str | None) -> Resource:
        """Return a function; without a name the only one. :raises LocaldevError: not one."""
        return self._found(name, (resources.FUNCTION,), "function")

    def functions(self) -> list[Resource]:
        """Return every function."""
        return [each for each in self._resources() if each.type == resources.FUNCTION]

    def queue(self, name: str | None) -> Resource:
        """Return a queue; without a name the only one. :raises LocaldevError: not one."""
        return self._found(name, (resources.QUEUE,), "queue")

    def api_url(self, name: str | None) -> str:
        """Return an API's address at its stage; without a name the only API's.

        :raises LocaldevError: there is not one, or it has not one stage.
        """
        api = self._found(name, _APIS, "API")
        if not api.is_emulated:
            raise LocaldevError(
                f"The API {api.label()!r} is not emulated: it was left out of the stack.",
                "test what is behind it, such as its function, or run on an AWS account.",
            )
        return addresses.api_url(self.engine, api, self._stage(api))

    def _stage(self, api: Resource) -> str:
        """Return the stage of an API that has one: of several, the one that the stack deployed."""
        names = addresses.stages_of(self.reader_of(api).clients, api, list(self._resources()))
        if len(names) != 1:
            raise LocaldevError(
                f"The API {api.label()!r} has {len(names)} stages: {', '.join(names) or 'none'}.",
                "send the request to the stack's output that has the whole address.",
            )
        return names[0]

    def _found(self, name: str | None, types: Sequence[str], what: str) -> Resource:
        if name is None:
            return only_resource(self._resources(), types, what=what)
        return find_resource(self._resources(), name, types, what=what)

    def _resources(self) -> Iterator[Resource]:
        return (resource for stack in self._stacks.values() for resource in stack.resources)

    def __getitem__(self, name: str) -> Stack:
        try:
            return self._stacks[name]
        except KeyError:
            raise KeyError(f"There is no stack {name!r}; there is {', '.join(self._stacks) or 'none'}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._stacks)

    def __len__(self) -> int:
        return len(self._stacks)


def _console(engine: Engine) -> str:
    """Return what leads to an execution in the console."""
    if engine.endpoint_url is None or engine.kind.is_account:
        return f"in the console, '{typed('console')} --engine {engine.kind.name}': {_CONSOLE}"
    return f"in the console, '{typed('console')} --port {endpoint_port(engine.endpoint_url)}': {_CONSOLE}"
