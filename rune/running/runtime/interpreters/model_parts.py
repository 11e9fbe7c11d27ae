"""A model in parts, each run by an interpreter of its own: LiteRT's resolver of reference kernels lacks some operators.

Its other resolver has kernels for them, but also other kernels for all else, whose bytes differ from the reference's.
So only the operators that have no reference kernel are run with the other resolver, and all around them with the
reference kernels. The parts hand tensors on by their numbers, which are those of the whole model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from rune.model.tflite import Model, Operator, TensorKind
from rune.running.runtime.errors import ModelLoadError, ModelRuntimeMissing
from rune.wording import install_command

WITHOUT_REFERENCE_KERNEL: Final = frozenset({"CEIL", "ELU", "ROUND"})
"""The operators that are compiled, and that LiteRT's reference resolver (`BUILTIN_REF`) lacks."""

OpenPart = Callable[[bytes, bool], Any]
"""Opens a file with LiteRT; the second says whether with the reference kernels."""


@dataclass(frozen=True)
class ModelPart:
    """Consecutive operators of a model's main graph. `inputs` and `outputs` are numbers of tensors."""

    start: int
    end: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    has_reference: bool


def lacks_reference(model: Model) -> bool:
    """Returns whether the model has an operator without a reference kernel, also in a graph that it calls."""
    return bool(_lacking((model, *model.subgraphs)))


def _lacking(graphs: Iterable[Model]) -> list[str]:
    """The names of the operators without a reference kernel, sorted."""
    return sorted({operator.op for graph in graphs for operator in graph.operators} & WITHOUT_REFERENCE_KERNEL)


def parts_of(model: Model) -> tuple[ModelPart, ...]:
    """The parts in their order, with as few cuts as possible. The first has all inputs of the model. Each gives what
    the parts behind it or the model's outputs need. Raises `ModelLoadError` for what cannot be cut: a graph that the
    model calls, and variables, which parts cannot share."""
    if lacking_ops := _lacking(model.subgraphs):
        raise ModelLoadError(_refusal(lacking_ops, "in a graph that IF, WHILE or CALL_ONCE calls"))
    if any(tensor.kind is TensorKind.RESOURCE for tensor in model.tensors):
        raise ModelLoadError(_refusal(_lacking((model,)), "beside variables"))
    numbers = range(len(model.operators))
    groups = groupby(numbers, lambda number: model.operators[number].op not in WITHOUT_REFERENCE_KERNEL)
    spans = [(has_reference, list(group)) for has_reference, group in groups]
    return tuple(_part(model, span[0], span[-1] + 1, has_reference) for has_reference, span in spans)


def _refusal(ops: Sequence[str], where: str) -> str:
    return (
        f"LiteRT has no reference kernel for {' and '.join(ops)}, and the model has it {where}, where no other kernel "
        "can take its place"
    )


def _part(model: Model, start: int, end: int, has_reference: bool) -> ModelPart:
    before, inside, behind = model.operators[:start], model.operators[start:end], model.operators[end:]
    available = {*model.inputs, *_written(before)} & _read(inside)
    return ModelPart(
        start,
        end,
        tuple(sorted(available)) if start else model.inputs,
        tuple(sorted({*model.outputs, *_read(behind)} & _written(inside))),
        has_reference,
    )


def _read(operators: Iterable[Operator]) -> set[int]:
    return {index for operator in operators for index in operator.inputs}


def _written(operators: Iterable[Operator]) -> set[int]:
    return {index for operator in operators for index in operator.outputs}


def part_file(data: bytes, part: ModelPart) -> bytes:
    """The model file with the operators of a part alone, and without the weights of all others. Raises
    `ModelRuntimeMissing` without LiteRT's own package, which has the schema."""
    try:
        import flatbuffers
        from ai_edge_litert import schema_py_generated as schema
    except ImportError as error:
        raise ModelRuntimeMissing(
            f"the reference for this model needs ai-edge-litert ({install_command('host-models')}): {error}"
        ) from None

    model: Any = schema.ModelT.InitFromPackedBuf(data, 0)
    graph, *other_graphs = model.subgraphs
    graph.operators = graph.operators[part.start : part.end]
    # LiteRT resolves each operator of the file's list, also one that no graph has.
    used_codes = {each.opcodeIndex for every in model.subgraphs for each in every.operators}
    known_code = model.operatorCodes[min(used_codes)]
    model.operatorCodes = [
        code if index in used_codes else known_code for index, code in enumerate(model.operatorCodes)
    ]
    used_tensors = {int(index) for each in graph.operators for index in each.inputs} | {*map(int, graph.outputs)}
    used_buffers = {graph.tensors[index].buffer for index in used_tensors if index >= 0}
    used_buffers |= {tensor.buffer for other in other_graphs for tensor in other.tensors}
    for tensor in graph.tensors:
        if tensor.buffer not in used_buffers:
            model.buffers[tensor.buffer].data = None
    graph.inputs, graph.outputs = list(part.inputs), list(part.outputs)
    model.signatureDefs = None  # they name inputs and outputs of the whole model
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class PartedInterpreter:
    """The parts behind the interface of LiteRT's interpreter, as far as `TfliteInterpreter` uses it."""

    def __init__(self, model: Model, data: bytes, open_part: OpenPart) -> None:
        self._parts = [(part, open_part(part_file(data, part), part.has_reference)) for part in parts_of(model)]
        self._first = self._parts[0][1]
        self._writers = {
            index: interpreter
            for part, interpreter in self._parts
            for index in _written(model.operators[part.start : part.end])
        }
        self._output_details = [self._detail(index) for index in model.outputs]

    def _holder(self, index: int) -> Any:
        """The interpreter that writes a tensor; of the model's inputs and constants the first."""
        return self._writers.get(index, self._first)

    def _detail(self, index: int) -> dict[str, Any]:
        details: list[dict[str, Any]] = self._holder(index).get_tensor_details()
        return next(detail for detail in details if detail["index"] == index)

    def get_input_details(self) -> list[dict[str, Any]]:
        details: list[dict[str, Any]] = self._first.get_input_details()
        return details

    def get_output_details(self) -> list[dict[str, Any]]:
        return self._output_details

    def set_tensor(self, index: int, value: Any) -> None:
        self._holder(index).set_tensor(index, value)

    def get_tensor(self, index: int) -> Any:
        return self._holder(index).get_tensor(index)

    def invoke(self) -> None:
        for part, interpreter in self._parts:
            if interpreter is not self._first:
                for index in part.inputs:
                    interpreter.set_tensor(index, self.get_tensor(index))
            interpreter.invoke()
