"""Requests that no service can read: refused as AWS refuses them, where LocalStack calls them errors of its own."""

from __future__ import annotations

import errno
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


def _refuse(module: ModuleType) -> None:
    serializer = module.ServiceExceptionSerializer
    create: Callable[..., Any] = serializer.create_exception_response

    @wraps(create)
    def create_as_aws(self: Any, exception: Exception, context: Any) -> Any:
        if context.operation or isinstance(exception, module.ServiceException):
            return create(self, _of_an_operation(module, exception, context), context)
        refusal = _unreadable(module, exception, context)
        if refusal is None:
            return create(self, exception, context)
        # the answer's form is that of any operation
        context.operation = context.service.operation_model(context.service.operation_names[0])
        try:
            return create(self, refusal, context)
        finally:
            context.operation = None

    serializer.create_exception_response = create_as_aws


def _unreadable(module: ModuleType, exception: Exception, context: Any) -> Exception | None:
    """Return the refusal of a request whose operation or body cannot be read; ``None`` for another error."""
    from localstack.aws.protocol import parser
    from werkzeug.exceptions import BadRequest

    protocol = str(context.protocol or context.service.protocol)
    if isinstance(exception, BadRequest) and protocol == "rest-xml":
        # a host that is none
        return _refusal(module, "InvalidURI", "Couldn't parse the specified URI.", 400)
    if not isinstance(exception, parser.RequestParserError):
        return None
    if _is_unknown(exception, parser):
        code, message, status = _unknown(protocol, str(exception))
    elif protocol == "rest-xml":
        code, message, status = "MalformedXML", "The XML you provided was not well-formed", 400
    elif protocol in {"query", "ec2"}:
        code, message, status = "MissingAction", "The request must contain the parameter Action", 400
    else:
        code, message, status = "SerializationException", "", 400
    return _refusal(module, code, message, status)


def _refusal(module: ModuleType, code: str, message: str, status: int = 400) -> Exception:
    """Return an error of the caller's; services that had a query protocol call it by its class."""
    kind = type(code, (module.CommonServiceException,), {})
    return kind(code, message, status_code=status, sender_fault=True)  # type: ignore[no-any-return]


def _is_unknown(exception: Exception, parser: Any) -> bool:
    from botocore.model import OperationNotFoundError

    if isinstance(exception, parser.OperationNotFoundParserError):
        return True
    return isinstance(exception, parser.UnknownParserError) and isinstance(exception.__cause__, OperationNotFoundError)


def _unknown(protocol: str, message: str) -> tuple[str, str, int]:
    if protocol == "rest-xml":
        return "MethodNotAllowed", "The specified method is not allowed against this resource.", 405
    if protocol in {"query", "ec2"}:
        return "InvalidAction", message, 400
    return "UnknownOperationException", "", 404 if protocol == "rest-json" else 400


def _of_an_operation(module: ModuleType, exception: Exception, context: Any) -> Exception:
    """Return the error to answer with; one that came of missing or wrong parameters is the caller's."""
    if isinstance(exception, OSError) and exception.errno in _NO_SPACE:
        message = "There is no space left where the emulator keeps its data. Hint: free some."
        return module.CommonServiceException("ServiceUnavailable", message, status_code=503)  # type: ignore[no-any-return]
    if isinstance(exception, (module.ServiceException, NotImplementedError)):
        return exception
    if context.service_request is None:
        # a body of null: what AWS says of it is not known, but no service of it can take it for its parameters
        return _refusal(module, "SerializationException", "") if _is_null(context.request) else exception
    problems = _problems(context)
    if not problems:
        return exception
    code = "ValidationError" if str(context.protocol or context.service.protocol) == "query" else "ValidationException"
    count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
    return _refusal(module, code, count + "; ".join(problems))


def _is_null(request: Any) -> bool:
    return bool(request.get_data().strip() == b"null")


def _problems(context: Any) -> list[str]:
    """Return what the service's model has against a request: required members that are not there, and wrong types."""
    from localstack.aws.protocol.validate import InvalidType, MissingRequiredField, validate_request

    if not context.operation.input_shape:
        return []
    problems = []
    for error in validate_request(context.operation, dict(context.service_request)).exceptions:
        if isinstance(error, MissingRequiredField):
            name = error.required_name
            problems.append(
                f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
            )
        elif isinstance(error, InvalidType):
            problems.append(f"Value at '{error.error.name.lstrip('.')}' has the wrong type")
    return problems


MALFORMED_REQUESTS = Correction(
    "malformed-requests",
    "Answers 500, which clients try again, to a body that is no JSON, an unknown operation and missing parameters.",
    "Answers 400 (404 or 405 for an unknown path or method of a REST service), and 503 when the disk is full.",
    "https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html",
    {"localstack.aws.handlers.service": _refuse},
)
