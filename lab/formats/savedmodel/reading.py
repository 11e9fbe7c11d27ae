"""Reads the graphs of a SavedModel as data: every operator of theirs is on the list, and none is run."""

from __future__ import annotations

from collections.abc import Iterator

from lab.formats.protobuf import bytes_of, read_fields, text_of
from lab.formats.savedmodel.operators import OPERATORS, SAVING, SAVING_FUNCTIONS
from lab.refusal import Reason, Refused
from rune.wording import plain

GRAPH_LIMIT = 256 << 20
"""Bytes of the file of graphs; weights are stored beside it."""
MOST_OPERATORS = 100_000
_LONGEST = 1000
_CALLS_PYTHON = ("PyFunc", "EagerPyFunc", "PyFuncStateless")


def check_graphs(data: bytes) -> int:
    """Checks a file of graphs; how many operators they have. Raises `Refused`."""
    if len(data) > GRAPH_LIMIT:
        raise Refused(Reason.TOO_LARGE, f"saved_model.pb has more than {GRAPH_LIMIT >> 20} MB.")
    count = 0
    for function, op, callees in operators(memoryview(data)):
        count += 1
        if count > MOST_OPERATORS:
            raise Refused(Reason.TOO_LARGE, f"The SavedModel has more than {MOST_OPERATORS:,} operators.")
        if function and any(name.startswith(SAVING_FUNCTIONS) for name in callees):
            raise Refused(
                Reason.LEADS_OUTSIDE, f"The function {plain(function)} reads or writes weights while the model runs."
            )
        if op in OPERATORS or (op in SAVING and function.startswith(SAVING_FUNCTIONS)):
            continue
        if op in _CALLS_PYTHON:
            raise Refused(Reason.PYTHON_CODE, f"The SavedModel has an operator {op}, which calls Python.")
        raise Refused(Reason.UNKNOWN_LAYER, f"The SavedModel has an operator {plain(op)}, which is not converted.")
    if not count:
        raise Refused(Reason.BROKEN, "The SavedModel has no operators.")
    return count


Operator = tuple[str, str, tuple[str, ...]]
"""The function that an operator is in, empty for the graph itself; its name; and the functions that it calls."""


def operators(data: memoryview) -> Iterator[Operator]:
    """The operators of a file of graphs. Raises `Refused`."""
    for number, meta_graph in read_fields(data):
        if number != 2:
            continue
        for place, graph in read_fields(bytes_of(meta_graph)):
            if place != 2:
                continue
            for part, value in read_fields(bytes_of(graph)):
                if part == 1:
                    yield ("", *_op(bytes_of(value)))
                elif part == 2:
                    yield from _of_library(bytes_of(value))


def _of_library(library: memoryview) -> Iterator[Operator]:
    for number, function in read_fields(library):
        if number != 1:
            continue
        name, nodes = "", []
        for place, value in read_fields(bytes_of(function)):
            if place == 1:
                name = next((text_of(one, _LONGEST) for at, one in read_fields(bytes_of(value)) if at == 1), "")
            elif place == 3:
                nodes.append(_op(bytes_of(value)))
        yield from ((name or "?", *one) for one in nodes)


def _op(node: memoryview) -> tuple[str, tuple[str, ...]]:
    """The operator of a node, and the functions that it calls. Of a field that is written twice the last counts, as in
    TensorFlow."""
    op = ""
    callees: list[str] = []
    for number, value in read_fields(node):
        if number == 2:
            op = text_of(value, _LONGEST)
        elif number == 5:
            callees += _functions_in(bytes_of(value))
    return op, tuple(callees)


def _functions_in(attribute: memoryview) -> Iterator[str]:
    """The functions that an attribute names, one or a list of them."""
    for number, value in read_fields(attribute):
        if number == 2:
            for place, one in read_fields(bytes_of(value)):
                if place == 10:
                    yield from _names_in(bytes_of(one))
                elif place == 1:
                    for at, function in read_fields(bytes_of(one)):
                        if at == 9:
                            yield from _names_in(bytes_of(function))


def _names_in(function: memoryview) -> Iterator[str]:
    for number, value in read_fields(function):
        if number == 1:
            yield text_of(value, _LONGEST)
