"""Builds a program that was read anew of PyTorch's own operators, and writes it as ONNX: nothing of the file reaches
PyTorch but operators of the list, numbers and arrays."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import fx

from lab.formats.onnx.converted import first_line
from lab.formats.pt2.program import Argument, Array, ProgramNode, TorchConstant, TorchProgram, ValueName
from lab.refusal import Reason, Refused
from rune.wording import plain

Shapes = Sequence[tuple[int, ...]]


class Network:
    """A program as a module of PyTorch. Its outputs are those of the program, or the values that `names` has."""

    def __init__(self, program: TorchProgram, names: Sequence[str] | None = None) -> None:
        root = torch.nn.Module()
        graph = fx.Graph()
        nodes: dict[str, fx.Node] = {one.name: graph.placeholder(f"x{at}") for at, one in enumerate(program.inputs)}
        for place, (name, array) in enumerate(program.constants.items()):
            root.register_buffer(f"c{place}", torch.from_numpy(np.array(array)))
            nodes[name] = graph.get_attr(f"c{place}")
        for node in program.nodes:
            _add(graph, nodes, node)
        graph.output(tuple(nodes[name] for name in (program.outputs if names is None else names)))
        self._module = fx.GraphModule(root, graph).eval()
        self._program = program

    def outputs(self, values: Sequence[Array]) -> list[Array]:
        """Returns the outputs for inputs in the order of the program. Raises `Refused`."""
        inputs = [
            torch.from_numpy(np.array(value.astype(one.kind)))
            for one, value in zip(self._program.inputs, values, strict=True)
        ]
        try:
            with torch.no_grad():
                return [one.numpy() for one in self._module(*inputs)]
        except (RuntimeError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise Refused(Reason.BROKEN, f"PyTorch cannot run the program: {first_line(error)}") from error

    def onnx(self, shapes: Shapes) -> bytes:
        """The bytes of an ONNX file of the network, for inputs of these shapes. Raises `Refused`."""
        inputs = tuple(
            torch.zeros(shape, dtype=getattr(torch, one.kind))
            for one, shape in zip(self._program.inputs, shapes, strict=True)
        )
        names = [one.name for one in self._program.inputs]
        try:
            with torch.no_grad():
                exported_program = torch.export.export(self._module, inputs)
                onnx_program = torch.onnx.export(exported_program, input_names=names, dynamo=True, verbose=False)
        except Exception as error:  # the exporter raises whatever its parts raise
            cause: BaseException = error
            while cause.__cause__ is not None:
                cause = cause.__cause__
            raise Refused(
                Reason.NOT_CONVERTED, f"PyTorch cannot write the program as ONNX: {first_line(cause)}"
            ) from error
        assert onnx_program is not None  # noqa: S101 (with dynamo it is a program)
        data: bytes = onnx_program.model_proto.SerializeToString()
        return data


def _add(graph: fx.Graph, nodes: dict[str, fx.Node], node: ProgramNode) -> None:
    """Adds an operator and names its results. Raises `Refused`."""
    arguments = tuple(_argument_of(one, nodes) for one in node.arguments)
    keywords = {name: _argument_of(one, nodes) for name, one in node.keywords.items()}
    new_node = graph.call_function(_function(node.target), arguments, keywords)
    if len(node.outputs) == 1 and not node.is_list:
        nodes[node.outputs[0]] = new_node
        return
    for place, name in enumerate(node.outputs):
        if name:
            nodes[name] = graph.call_function(operator.getitem, (new_node, place))


def _function(target: str) -> Any:
    """The function of an operator that is on the list. Raises `Refused` for an overload that PyTorch does not have."""
    package, name, *overload = target.split(".")
    if package == "operator":
        return getattr(operator, name)
    try:
        return getattr(getattr(torch.ops.aten, name), overload[0])
    except AttributeError as error:
        raise Refused(Reason.UNKNOWN_LAYER, f"PyTorch has no operator {plain(target)}.") from error


def _argument_of(argument: Argument, nodes: Mapping[str, fx.Node]) -> Any:
    if isinstance(argument, tuple):
        return [_argument_of(one, nodes) for one in argument]
    if isinstance(argument, ValueName):
        return nodes[argument.name]
    return getattr(torch, argument.name) if isinstance(argument, TorchConstant) else argument
