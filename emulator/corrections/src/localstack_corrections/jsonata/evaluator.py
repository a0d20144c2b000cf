"""The evaluator: a walk through the tree that jsonata-python's parser makes, with jsonata-js's meaning of each node."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from jsonata.jexception import JException

from localstack_corrections.jsonata.bounds import Budget
from localstack_corrections.jsonata.errors import JSONataError, from_library
from localstack_corrections.jsonata.frames import Chain, Frame, Lambda, NextMatch, Partial, Transformer
from localstack_corrections.jsonata.functions import FUNCTIONS, Native, appended, clone, lookup, merge_sorted
from localstack_corrections.jsonata.operators import OPERATORS, finite
from localstack_corrections.jsonata.regexes import Regex
from localstack_corrections.jsonata.values import NULL, Callable, Sequence, is_number, is_sequence, simplest, truth

if TYPE_CHECKING:
    from localstack_corrections.jsonata.bounds import Bounds

_ROOT = Frame(None, dict(FUNCTIONS))


class Evaluator:
    """One evaluation of one expression. It is not shared between threads; the tree is, as nothing changes it."""

    def __init__(self, bounds: Bounds, functions: Frame | None = None) -> None:
        self.budget = Budget(bounds)
        self.millis = time.time_ns() // 1_000_000
        self._functions = functions or _ROOT

    def evaluate(self, tree: Any, data: Any, bindings: dict[str, Any]) -> Any:
        """Return the raw result: undefined is ``None``, null is ``NULL``."""
        frame = Frame(self._functions, {**bindings, "$": data})
        if isinstance(data, list) and not is_sequence(data):
            data = Sequence([data])
            data.outer = True
        return self.visit(tree, data, frame)

    def visit(self, node: Any, data: Any, frame: Frame) -> Any:
        """Evaluate one node."""
        self.budget.enter()
        handler = _HANDLERS.get(node.type)
        result = handler(self, node, data, frame) if handler else None
        if node.predicate is not None:
            for predicate in node.predicate:
                result = self.filtered(predicate.expr, result, frame)
        if node.group is not None and node.type != "path":
            result = self.grouped(node.group, result, frame)
        self.budget.depth -= 1
        return self._unwrapped(node, result) if isinstance(result, Sequence) and result.sequence else result

    def _unwrapped(self, node: Any, result: Sequence) -> Any:
        if result.tuples:
            return result
        if node.keep_array:
            result.keep = True
        if not result:
            return None
        self.budget.fits(len(result))
        return result if len(result) > 1 or result.keep else result[0]

    # --- paths ---------------------------------------------------------------------------------------------------

    def path(self, node: Any, data: Any, frame: Frame) -> Any:
        """Walk the steps."""
        steps = node.steps
        items = data if isinstance(data, list) and steps[0].type != "variable" else Sequence([data])
        result: Any = None
        stream: Any = None
        streaming = False
        for index, step in enumerate(steps):
            streaming = streaming or step.tuple is not None
            if index == 0 and step.consarray:
                result = self.visit(step, items, frame)
            elif streaming:
                stream = self._tuple_step(step, items, stream, frame)
            else:
                result = self._step(step, items, frame, last=index == len(steps) - 1)
            if not streaming and not result:
                break
            if step.focus is None:
                items = result
        if streaming:
            result = stream if node.tuple is not None else Sequence(each["@"] for each in stream)
        if node.keep_singleton_array and result is not None:
            result = _kept(result)
        return result if node.group is None else self.grouped(node.group, stream if streaming else result, frame)

    def _step(self, node: Any, items: Any, frame: Frame, *, last: bool) -> Any:
        if node.type == "sort":
            return self._staged(node, self._sorted(node, items, frame), frame)
        results = Sequence()
        for item in items:
            result = self.visit(node, item, frame)
            for stage in node.stages or ():
                result = self.filtered(stage.expr, result, frame)
            if result is not None:
                results.append(result)
        if last and len(results) == 1 and isinstance(results[0], list) and not is_sequence(results[0]):
            return results[0]
        flat = Sequence()
        for result in results:
            if not isinstance(result, list) or (isinstance(result, Sequence) and result.cons):
                flat.append(result)
            else:
                flat.extend(result)
        return flat

    def _staged(self, node: Any, result: Any, frame: Frame) -> Any:
        for stage in node.stages or ():
            if stage.type == "filter":
                result = self.filtered(stage.expr, result, frame)
            else:
                for index, each in enumerate(result):
                    each[str(stage.value)] = index
        return result

    def _tuple_step(self, node: Any, items: Any, stream: Any, frame: Frame) -> Any:
        if node.type == "sort":
            if stream is None:
                stream = _stream({"@": each, node.index: i} for i, each in enumerate(self._sorted(node, items, frame)))
            else:
                stream = self._sorted(node, stream, frame)
                stream = _stream(stream) if stream is not None else Sequence()
            return self._staged(node, stream, frame)
        results = _stream(())
        for bound in [{"@": item} for item in items or ()] if stream is None else stream:
            found = self.visit(node, bound["@"], Frame(frame, dict(bound)))
            if found is None:
                continue
            for index, item in enumerate(found if isinstance(found, list) else [found]):
                results.append(_bound(node, bound, item, index, tuples=isinstance(found, Sequence) and found.tuples))
            self.budget.fits(len(results))
        return self._staged(node, results, frame)

    def filtered(self, predicate: Any, data: Any, frame: Frame) -> Any:
        """Apply one predicate: a position, several, or a condition."""
        if data is None:
            return None
        items = data if isinstance(data, list) else Sequence([data])
        tuples = isinstance(items, Sequence) and items.tuples
        results = Sequence()
        results.tuples = tuples
        if predicate.type == "number":
            index = math.floor(predicate.value)
            if -len(items) <= index < len(items):
                if isinstance(items[index], list):
                    return items[index]
                results.append(items[index])
            return results
        for index, item in enumerate(items):
            inner = Frame(frame, dict(item)) if tuples else frame
            found = self.visit(predicate, item["@"] if tuples else item, inner)
            wanted = found if isinstance(found, list) else [found]
            if all(map(is_number, wanted)):
                results += [item for number in wanted if _position(number, len(items)) == index]
            elif truth(found):
                results.append(item)
        return results

    def _sorted(self, node: Any, items: Any, frame: Frame) -> Any:
        if items is None or len(items) <= 1:
            return items
        tuples = isinstance(items, Sequence) and items.tuples

        def key(item: Any, term: Any) -> Any:
            inner = Frame(frame, dict(item)) if tuples else frame
            return self.visit(term.expression, item["@"] if tuples else item, inner)

        def exchanged(one: Any, two: Any) -> bool:
            for term in node.terms:
                order = _compared(key(one, term), key(two, term))
                if order:
                    # undefined is last in either direction
                    return order > 0 if not term.descending or abs(order) > 1 else order < 0
            return False

        ordered = merge_sorted(list(items), exchanged)
        return _stream(ordered) if tuples else ordered

    def grouped(self, node: Any, data: Any, frame: Frame) -> dict[str, Any]:
        """Make an object of pairs; items with the same key go together."""
        tuples = isinstance(data, Sequence) and data.tuples
        items = data if isinstance(data, list) else [data]
        groups: dict[str, list[Any]] = {}
        for item in items or [None]:
            self._group(node, item, groups, frame, streamed=tuples and item is not None)
        result = {}
        for key, (index, context) in groups.items():
            inner = frame
            if tuples and context is not None:
                bound = _reduced(context)
                context, inner = bound.pop("@"), Frame(frame, bound)  # noqa: PLW2901
            value = self.visit(node.lhs_object[index][1], context, inner)
            if value is not None:
                result[key] = value
        return result

    def _group(self, node: Any, item: Any, groups: dict[str, list[Any]], frame: Frame, *, streamed: bool) -> None:
        inner = Frame(frame, dict(item)) if streamed else frame
        for index, (key_node, _) in enumerate(node.lhs_object):
            key = self.visit(key_node, item["@"] if streamed else item, inner)
            if key is None:
                continue
            if not isinstance(key, str):
                raise JSONataError("T1003", key, position=node.position)
            group = groups.setdefault(key, [index, None])
            if group[0] != index:
                raise JSONataError("D1009", key, position=node.position)
            group[1] = item if group[1] is None else appended(group[1], item)

    # --- other nodes ---------------------------------------------------------------------------------------------

    def binary(self, node: Any, data: Any, frame: Frame) -> Any:
        """Apply a binary operator; ``and`` and ``or`` look at the right side only when they must."""
        operator = node.value
        left = self.visit(node.lhs, data, frame)
        if operator == "and":
            return truth(left) and truth(self.visit(node.rhs, data, frame))
        if operator == "or":
            return truth(left) or truth(self.visit(node.rhs, data, frame))
        right = self.visit(node.rhs, data, frame)
        try:
            return OPERATORS[operator](self, operator, left, right)
        except JSONataError as error:
            if error.position < 0:
                error.position = node.position
            raise

    def unary(self, node: Any, data: Any, frame: Frame) -> Any:
        """Negate, or make an array or an object."""
        if node.value == "[":
            return self._array(node, data, frame)
        if node.value == "{":
            return self.grouped(node, data, frame)
        value = self.visit(node.expression, data, frame)
        if value is None:
            return None
        if not finite(value):
            raise JSONataError("D1002", value, position=node.position)
        return simplest(-float(value))

    def _array(self, node: Any, data: Any, frame: Frame) -> Any:
        result = Sequence(sequence=False)
        for each in node.expressions:
            value = self.visit(each, data, frame)
            if value is None:
                continue
            if isinstance(value, list) and not (each.type == "unary" and each.value == "["):
                result.extend(value)
            else:
                result.append(value)
            self.budget.fits(len(result))
        result.cons = bool(node.consarray)
        return result

    def name(self, node: Any, data: Any, _frame: Frame) -> Any:
        """Look up a key."""
        if isinstance(data, dict):
            return data.get(node.value)
        return lookup(self, data, node.value) if isinstance(data, list) else None

    def wildcard(self, _node: Any, data: Any, _frame: Frame) -> Any:
        """Return all values."""
        if isinstance(data, Sequence) and data.outer and data:
            data = data[0]
        results = Sequence()
        for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
            if isinstance(value, list):
                results.extend(self._flat(value))
            else:
                results.append(value)
        return results

    def _flat(self, value: Any) -> list[Any]:
        flat: list[Any] = []
        for item in value:
            self.budget.tick()
            flat += self._flat(item) if isinstance(item, list) else [item]
        return flat

    def descendants(self, _node: Any, data: Any, _frame: Frame) -> Any:
        """Return a value and all values within it."""
        if data is None:
            return None
        results = Sequence()
        self._descend(data, results)
        return results[0] if len(results) == 1 else results

    def _descend(self, value: Any, results: Sequence) -> None:
        self.budget.tick()
        self.budget.fits(len(results))
        if not isinstance(value, list):
            results.append(value)
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self._descend(item, results)

    def condition(self, node: Any, data: Any, frame: Frame) -> Any:
        """Choose."""
        if truth(self.visit(node.condition, data, frame)):
            return self.visit(node.then, data, frame)
        return None if node._else is None else self.visit(node._else, data, frame)

    def block(self, node: Any, data: Any, frame: Frame) -> Any:
        """Return the last of several expressions."""
        inner, result = Frame(frame), None
        for each in node.expressions:
            result = self.visit(each, data, inner)
        return result

    def bind(self, node: Any, data: Any, frame: Frame) -> Any:
        """Give a name to a value."""
        value = self.visit(node.rhs, data, frame)
        frame.bindings[str(node.lhs.value)] = value
        return value

    def variable(self, node: Any, data: Any, frame: Frame) -> Any:
        """Look up a name; without one it is the context."""
        if node.value == "":
            return data[0] if isinstance(data, Sequence) and data.outer else data
        return frame.lookup(str(node.value))

    # --- functions -----------------------------------------------------------------------------------------------

    def function(self, node: Any, data: Any, frame: Frame, *first: Any) -> Any:
        """Call."""
        procedure = self.visit(node.procedure, data, frame)
        name = _named(node.procedure)
        if procedure is None and node.procedure.type == "path" and frame.lookup(str(name)) is not None:
            raise JSONataError("T1005", name, position=node.position)
        arguments = [*first, *(self.visit(argument, data, frame) for argument in node.arguments or ())]
        if not isinstance(procedure, Callable):
            raise JSONataError("T1006", position=node.position)
        try:
            return self.apply(procedure, arguments, data, str(name))
        except JSONataError as error:
            if error.position < 0:
                error.position = node.position
            raise

    def call(self, function: Any, arguments: list[Any]) -> Any:
        """Call, for a function that takes functions."""
        return self.apply(function, arguments, None, self.name_of(function))

    @staticmethod
    def name_of(function: Any) -> str:
        """Return what an error calls a function."""
        return function.name if isinstance(function, Native) else ""

    def apply(self, function: Any, arguments: list[Any], data: Any, name: str) -> Any:
        """Call, and make the calls in tail position that it leaves."""
        result = self._applied(function, arguments, data, name)
        while isinstance(result, Lambda) and result.thunk:
            self.budget.tick()
            call = result.body
            following = self.visit(call.procedure, result.input, result.frame)
            passed = [self.visit(argument, result.input, result.frame) for argument in call.arguments]
            if not isinstance(following, Callable):
                raise JSONataError("T1006", position=call.position)
            result = self._applied(following, passed, result.input, str(_named(call.procedure)))
        return result

    def _applied(self, function: Any, arguments: list[Any], data: Any, name: str) -> Any:
        if isinstance(function, Native):
            return self._native(function, function.signature.validate(function.name, arguments, data))
        if isinstance(function, Lambda):
            if function.signature is not None:
                arguments = function.signature.validate(name, arguments, data)
            bound = dict.fromkeys(function.parameters) | dict(zip(function.parameters, arguments, strict=False))
            return self.visit(function.body, function.input, Frame(function.frame, bound))
        return self._special(function, arguments, name)

    def _native(self, function: Native, arguments: list[Any]) -> Any:
        try:
            return function.code(self, *arguments)
        except RecursionError:
            raise
        except (JException, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
            raise from_library(error) from None

    def _special(self, function: Any, arguments: list[Any], name: str) -> Any:
        if isinstance(function, Partial):
            return self.apply(function.function, function.filled(arguments), None, name)
        if isinstance(function, Chain):
            return self.call(function.second, [self.call(function.first, arguments)])
        if isinstance(function, Transformer):
            return self._transformed(function, arguments[0] if arguments else None)
        if isinstance(function, Regex):
            text = arguments[0] if arguments else None
            return self._match(function, text, 0) if isinstance(text, str) else None
        return self._match(function.pattern, function.text, function.position)

    def _match(self, pattern: Regex, text: str, position: int) -> Any:
        found = pattern.match_from(text, position, self.budget)
        if found is None:
            return None
        return {
            "match": found.group(),
            "start": found.start(),
            "end": found.end(),
            "groups": list(found.groups()),
            "next": NextMatch(pattern, text, found.end()),
        }

    def _transformed(self, transformer: Transformer, data: Any) -> Any:
        if data is None:
            return None
        if not isinstance(data, dict | list):
            raise JSONataError("T0410", 1, "")
        node, frame, result = transformer.node, transformer.frame, clone(self, data)
        found = self.visit(node.pattern, result, frame)
        for match in found if isinstance(found, list) else () if found is None else (found,):
            update = self.visit(node.update, match, frame)
            if update is not None:
                if not isinstance(update, dict):
                    raise JSONataError("T2011", update, position=node.update.position)
                if isinstance(match, dict):
                    match.update(update)
            if node.delete is not None and isinstance(match, dict):
                self._delete(node.delete, match, frame)
        return result

    def _delete(self, node: Any, match: Any, frame: Frame) -> None:
        deleted = self.visit(node, match, frame)
        if deleted is None:
            return
        keys = deleted if isinstance(deleted, list) else [deleted]
        if not all(isinstance(key, str) for key in keys):
            raise JSONataError("T2012", deleted, position=node.position)
        for key in keys:
            match.pop(key, None)

    def partial(self, node: Any, data: Any, frame: Frame) -> Any:
        """Give some of a function's arguments."""
        procedure = self.visit(node.procedure, data, frame)
        name = _named(node.procedure)
        if procedure is None and node.procedure.type == "path" and frame.lookup(str(name)) is not None:
            raise JSONataError("T1007", name, position=node.position)
        if not isinstance(procedure, Callable):
            raise JSONataError("T1008", position=node.position)
        open_ = [i for i, each in enumerate(node.arguments) if each.type == "operator" and each.value == "?"]
        given = [None if i in open_ else self.visit(each, data, frame) for i, each in enumerate(node.arguments)]
        return Partial(procedure, given, open_)

    def applied(self, node: Any, data: Any, frame: Frame) -> Any:
        """``value ~> function``, or ``function ~> function``."""
        left = self.visit(node.lhs, data, frame)
        if node.rhs.type == "function":
            return self.function(node.rhs, data, frame, left)
        right = self.visit(node.rhs, data, frame)
        if not isinstance(right, Callable):
            raise JSONataError("T2006", position=node.position)
        return Chain(left, right) if isinstance(left, Callable) else self.call(right, [left])


def _kept(result: Any) -> Sequence:
    """Return a list that is not unwrapped when it has one item."""
    if not isinstance(result, list):
        result = [result]
    if not isinstance(result, Sequence):
        result = Sequence(result, sequence=False)
    elif result.cons and not result.sequence:
        result = Sequence([result])
    result.keep = True
    return result  # type: ignore[no-any-return]


def _stream(tuples: Any) -> Sequence:
    stream = Sequence(tuples)
    stream.tuples = True
    return stream


def _bound(node: Any, bound: dict[str, Any], item: Any, index: int, *, tuples: bool) -> dict[str, Any]:
    if tuples:
        return {**bound, **item}
    new = dict(bound)
    if node.focus is not None:
        new[node.focus] = item
    else:
        new["@"] = item
    if node.index is not None:
        new[node.index] = index
    if node.ancestor is not None:
        new[node.ancestor.label] = bound["@"]
    return new


def _position(number: float, length: int) -> float:
    index = math.floor(number) if math.isfinite(number) else number
    return index + length if index < 0 else index


def _compared(one: Any, two: Any) -> int:
    """Return a positive number when the first belongs after the second; 2 and -2 when one is undefined."""
    if one is None or two is None:
        return 0 if one is two else 2 if one is None else -2
    for value in (one, two):
        if not (is_number(value) or isinstance(value, str)):
            raise JSONataError("T2008", value)
    if isinstance(one, str) != isinstance(two, str):
        raise JSONataError("T2007", one, two)
    return 0 if one == two else 1 if one > two else -1


def _reduced(stream: Any) -> dict[str, Any]:
    """Return one binding of many: each name has the values of all."""
    if not isinstance(stream, list):
        return dict(stream)
    result = dict(stream[0])
    for each in stream[1:]:
        for name, value in each.items():
            result[name] = appended(result.get(name), value)
    return result


def _named(procedure: Any) -> Any:
    return procedure.steps[0].value if procedure.type == "path" else procedure.value


def _literal(_: Evaluator, node: Any, _data: Any, _frame: Frame) -> Any:
    return NULL if node.value is None else node.value


_HANDLERS: dict[str | None, Any] = {
    "path": Evaluator.path,
    "binary": Evaluator.binary,
    "unary": Evaluator.unary,
    "name": Evaluator.name,
    "string": _literal,
    "number": _literal,
    "value": _literal,
    "regex": _literal,
    "wildcard": Evaluator.wildcard,
    "descendant": Evaluator.descendants,
    "parent": lambda _self, node, _data, frame: frame.lookup(node.slot.label),
    "condition": Evaluator.condition,
    "block": Evaluator.block,
    "bind": Evaluator.bind,
    "function": Evaluator.function,
    "variable": Evaluator.variable,
    "lambda": lambda _self, node, data, frame: Lambda(node, data, frame),
    "partial": Evaluator.partial,
    "apply": Evaluator.applied,
    "transform": lambda _self, node, _data, frame: Transformer(node, frame),
}
