"""Leave out what LocalStack imports at its start and hardly ever uses.

Importing is half of a start. A third of that is EC2 (``moto.ssm`` and ``moto.batch`` reach for its instances and
CloudFormation for two of its types), a quarter the SAM translator, two validators of OpenAPI, and what ``import`` names
for one rare use: ASN.1, pyOpenSSL, a console, the addresses of AWS that moto would mock. Each is now imported when
it is used first.

What is deferred is never a package that its own modules import from: executing it amid the import of one of them would
come upon that one half imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec


class _DeferredModule(ModuleType):
    """A module with stand-ins for the names that importing it asks for; any other name executes it."""

    def __getattr__(self, name: str) -> Any:
        # what Python itself looks for in every module is not a use of it
        if not name.startswith("__") or name == "__all__":
            execute(self)
            if name in vars(self):
                return vars(self)[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class _Deferral(Loader):
    """Makes a module of stand-ins, and keeps what would have made the whole."""

    def __init__(self, loader: Loader, stand_ins: Callable[[ModuleType], Mapping[str, Any]]) -> None:
        self._loader = loader
        self._stand_ins = stand_ins
        self._lock = RLock()
        self._is_executed = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Called by Python's import."""
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Called by Python's import."""
        # what reads a package's files, or its source, asks the loader that knows them
        module.__loader__ = self._loader
        if module.__spec__:
            module.__spec__.loader = self._loader
        _DEFERRED[module.__name__] = self
        vars(module).update(self._stand_ins(module))

    def execute(self, module: ModuleType) -> None:
        """Execute the module in place of its stand-ins, once."""
        with self._lock:
            if not self._is_executed:
                self._is_executed = True
                self._loader.exec_module(module)


_DEFERRED: dict[str, _Deferral] = {}
"""The modules that have been imported without being executed."""


class _Finder(MetaPathFinder):
    """Finds the modules that are deferred; asks the others for where they are."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Called by Python's import."""
        stand_ins = _STAND_INS.get(name)
        if stand_ins is None:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        for finder in others:
            spec = finder.find_spec(name, path, target)
            if spec and spec.loader:
                spec.loader = _Deferral(spec.loader, stand_ins)
                return spec
        return None


def execute(module: ModuleType) -> None:
    """Execute a deferred module, unless it has been."""
    _DEFERRED[module.__name__].execute(module)


def _backends(name: str) -> Callable[[ModuleType], Mapping[str, Any]]:
    """Return a package of moto's whose ``__init__`` gives its ``models``' backends and nothing else."""

    def stand_ins(module: ModuleType) -> Mapping[str, Any]:
        import wrapt  # type: ignore[import-not-found]  # it is in LocalStack's environment

        return {name: wrapt.LazyObjectProxy(lambda: getattr(import_module(f"{module.__name__}.models"), name))}

    return stand_ins


def _function(name: str) -> Callable[[ModuleType], Mapping[str, Any]]:
    """Return a module of which one function is used."""

    def stand_ins(module: ModuleType) -> Mapping[str, Any]:
        def function(*arguments: Any, **options: Any) -> Any:
            execute(module)
            return vars(module)[name](*arguments, **options)

        return {name: function}

    return stand_ins


def _validators(module: ModuleType) -> Mapping[str, Any]:
    """Handlers that do nothing unless LocalStack's validation is switched on."""
    from localstack import config

    def validator(name: str, setting: str) -> type:
        class Validator:
            def __init__(self) -> None:
                self._handler: Any = None

            def __call__(self, chain: Any, context: Any, response: Any) -> None:
                if getattr(config, setting):
                    if self._handler is None:
                        execute(module)
                        self._handler = vars(module)[name]()
                    self._handler(chain, context, response)

        return Validator

    return {
        "OpenAPIRequestValidator": validator("OpenAPIRequestValidator", "OPENAPI_VALIDATE_REQUEST"),
        "OpenAPIResponseValidator": validator("OpenAPIResponseValidator", "OPENAPI_VALIDATE_RESPONSE"),
    }


def _nothing(_module: ModuleType) -> Mapping[str, Any]:
    """Return a module that is imported whole, ``from asn1crypto import cms``: any name is a use of it."""
    return {}


def _types(**types: type) -> Callable[[ModuleType], Mapping[str, Any]]:
    """Return a module of which others name types only: what these are while a program runs."""
    return lambda _module: types


def _console(module: ModuleType) -> Mapping[str, Any]:
    """LocalStack makes a console for a person when it is imported, and as an emulator never writes to it."""
    import wrapt

    def make(*arguments: Any, **options: Any) -> Any:
        def console() -> Any:
            execute(module)
            return vars(module)["Console"](*arguments, **options)

        return wrapt.LazyObjectProxy(console)

    return {"Console": make}


def _original_context(_module: ModuleType) -> Mapping[str, Any]:
    """Botocore asks pyOpenSSL's module what class was there before it, which it is as long as nobody puts that in."""
    from urllib3.util.ssl_ import SSLContext

    return {"orig_util_SSLContext": SSLContext}


class _InvalidDefinitionError(Exception):
    """Error that ``moto.apigateway`` catches; its ``validate`` raises it in the name of the validator's own."""


def _validation_for_moto(module: ModuleType) -> Mapping[str, Any]:
    """Return the validator as moto uses it: a function, and the error it raises."""

    def validate(*arguments: Any, **options: Any) -> None:
        execute(module)
        error = import_module(f"{module.__name__}.validation.exceptions").OpenAPIValidationError
        try:
            vars(module)["validate"](*arguments, **options)
        except error as found:
            raise _InvalidDefinitionError(str(found)) from found

    return {"validate": validate}


def _give_moto_its_error(_module: ModuleType) -> None:
    """Give ``moto.apigateway`` its stand-in; whoever imports these modules from now on gets them."""
    for name in ("validation.exceptions", "validation"):
        _STAND_INS.pop(f"openapi_spec_validator.{name}", None)
        if isinstance(sys.modules.get(f"openapi_spec_validator.{name}"), _DeferredModule):
            del sys.modules[f"openapi_spec_validator.{name}"]


_STAND_INS: dict[str, Callable[[ModuleType], Mapping[str, Any]]] = {
    "moto.batch": _backends("batch_backends"),
    "moto.ec2": _backends("ec2_backends"),
    "asn1crypto.algos": _nothing,
    "asn1crypto.cms": _nothing,
    "asn1crypto.core": _nothing,
    "asn1crypto.x509": _nothing,
    "localstack.aws.api.config": _types(TagsList=list),
    "localstack.aws.api.dynamodb": _types(CreateTableOutput=dict, DescribeTableOutput=dict),
    "localstack.aws.api.ec2": _types(AvailabilityZoneList=list, DescribeAvailabilityZonesResult=dict),
    "localstack.aws.handlers.validation": _validators,
    "localstack.services.cloudformation.engine.policy_loader": _function("create_policy_loader"),
    "moto.backend_index": _nothing,
    "openapi_spec_validator": _validation_for_moto,
    "openapi_spec_validator.validation": _nothing,
    "openapi_spec_validator.validation.exceptions": _types(OpenAPIValidationError=_InvalidDefinitionError),
    "rich.console": _console,
    "samtranslator.translator.transform": _function("transform"),
    "urllib3.contrib.pyopenssl": _original_context,
}


def defer() -> None:
    """Defer imports from now on; what has been imported already stays as it is."""
    sys.meta_path.insert(0, _Finder())


ADJUSTMENT = Adjustment("deferred-imports", {"moto.apigateway.models": _give_moto_its_error}, begin=defer)
