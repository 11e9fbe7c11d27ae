"""Reads a .tflite file: from the verified flatbuffer to a checked `Model`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from rune.gc_paused import uncollected
from rune.model.tflite.errors import ModelError
from rune.model.tflite.format.flatbuffer import FlatTable, decode
from rune.model.tflite.format.operator_options import read_options
from rune.model.tflite.format.operators import operator_name
from rune.model.tflite.format.recognise import require_identifier
from rune.model.tflite.graph import check_graph
from rune.model.tflite.meaning.labels import with_labels
from rune.model.tflite.meaning.metadata import METADATA_NAME, normalizations, notes
from rune.model.tflite.model import Model, Operator, Quantization, Tensor, TensorKind
from rune.model.tflite.shapes.detections import with_shapes_of_detections
from rune.model.tflite.shapes.limits import RANK_LIMIT, is_too_large
from rune.model.tflite.shapes.open_shapes import with_open_shapes
from rune.wording import plain, quoted

_KINDS: Final = {kind.value: kind for kind in TensorKind}


@uncollected()
def read_model(data: bytes | bytearray | memoryview) -> Model:
    """The model in `data`, whatever bytes these are. Constants view `data`, nothing is copied.

    Raises `ModelError` with a sentence and, where a place is to blame, its offset.
    """
    view = memoryview(data).cast("B").toreadonly()
    require_identifier(view)
    root = decode(view, "Model")
    return _ModelReader(view, root).model()


class _ModelReader:
    def __init__(self, data: memoryview, root: FlatTable) -> None:
        self._data = data
        self._root = root
        self._buffers = root.tables("buffers")
        self._codes = root.tables("operator_codes")
        self._graphs = root.tables("subgraphs")

    def model(self) -> Model:
        root = self._root
        if root.number("version") != 3:
            raise ModelError(
                f"The model is of version {root.number('version')}; only 3 is known", root.place("version")
            )
        if not self._graphs:
            raise ModelError("The model has no graph", root.place("subgraphs"))
        metadata = {each.text("name"): self._buffer_data(each, "The metadata") for each in root.tables("metadata")}
        models = [self._graph(graph) for graph in self._graphs]
        self._check_signatures(models)
        content = metadata.get(METADATA_NAME)
        return replace(
            models[0],
            normalizations=normalizations(content),
            notes=with_labels(notes(content), self._data),
            subgraphs=tuple(models[1:]),
        )

    def _graph(self, graph: FlatTable) -> Model:
        written_tensors = set(graph.integers("inputs"))
        for operator in graph.tables("operators"):
            written_tensors.update(operator.integers("outputs"))
        tensors = tuple(
            self._tensor(table, index, index in written_tensors) for index, table in enumerate(graph.tables("tensors"))
        )
        operators = tuple(self._operator(table, len(tensors)) for table in graph.tables("operators"))
        is_open = (-1 in table.integers("shape_signature") for table in graph.tables("tensors"))
        open_tensors = {index for index, is_one in enumerate(is_open) if is_one}
        tensors = with_open_shapes(tensors, operators, open_tensors)
        model = Model(
            version=3,
            description=self._root.text("description"),
            tensors=with_shapes_of_detections(tensors, operators),
            operators=operators,
            inputs=_indices(graph, "inputs", len(tensors), "The model's list of inputs"),
            outputs=_indices(graph, "outputs", len(tensors), "The model's list of outputs"),
            size=len(self._data),
            graphs=len(self._graphs),
        )
        check_graph(model, graph)
        return model

    def _tensor(self, table: FlatTable, index: int, is_written: bool) -> Tensor:
        name = table.text("name")
        words = _TensorWords(name, index)
        kind = _kind(table, words)
        shape = _shape(table, kind, words)
        is_sparse = table.table("sparsity") is not None
        is_variable = table.flag("is_variable")
        data = self._constant(table, kind, shape, is_sparse, words)
        if is_sparse or is_variable or (is_written and not data):
            data = None
        return Tensor(
            name=name,
            kind=kind,
            shape=shape,
            quantization=_quantization(table, kind, shape, words),
            data=data,
            is_variable=is_variable,
            is_sparse=is_sparse,
        )

    def _constant(
        self, table: FlatTable, kind: TensorKind, shape: tuple[int, ...], is_sparse: bool, words: _TensorWords
    ) -> memoryview | None:
        if table.number("external_buffer"):
            raise ModelError(
                f"{words} has its weights in another file; export the model as a single file",
                table.place("external_buffer"),
            )
        data = self._buffer_data(table, words)
        count = math.prod(shape)
        if not data:
            # The first buffer is empty by convention and means "not a constant"; a constant of no elements has it too.
            return data if count == 0 else None
        if kind.bits is None or is_sparse:
            return data
        expected = (count * kind.bits + 7) // 8
        if len(data) != expected:
            raise ModelError(
                f"{words} is {kind.name} {list(shape)} and needs {expected} bytes, but its buffer has {len(data)}",
                table.place("buffer"),
            )
        return data

    def _buffer_data(self, table: FlatTable, words: str | _TensorWords) -> memoryview:
        number = table.number("buffer")
        if number >= len(self._buffers):
            if number == 0:
                return self._data[:0]
            raise ModelError(
                f"{words} is in buffer {number}, but the model has {len(self._buffers)} buffers", table.place("buffer")
            )
        buffer = self._buffers[number]
        start, length = buffer.number("offset"), buffer.number("size")
        if start <= 1:
            # 0 and 1 mean that the bytes are inside the flatbuffer; larger ones are how files above 2 GB are written.
            inside = buffer.bytes("data")
            return self._data[:0] if inside is None else inside
        if start + length > len(self._data):
            raise ModelError(
                f"{words} has its bytes from {start} to {start + length}, beyond the end of the file of "
                f"{len(self._data)} bytes; it may be cut short",
                buffer.place("offset"),
            )
        return self._data[start : start + length]

    def _operator(self, table: FlatTable, tensors: int) -> Operator:
        index = table.number("opcode_index")
        if index >= len(self._codes):
            raise ModelError(
                f"An operator has code number {index}, but the model has {len(self._codes)} codes",
                table.place("opcode_index"),
            )
        code = self._codes[index]
        name = operator_name(_builtin_code(code), code.text("custom_code"))
        options = read_options(name, table)
        self._check_graph_numbers(table, name)
        return Operator(
            op=name,
            version=code.number("version"),
            inputs=_indices(table, "inputs", tensors, f"The operator {plain(name)}", optional=True),
            outputs=_indices(table, "outputs", tensors, f"The operator {plain(name)}"),
            options=options,
            intermediates=_indices(table, "intermediates", tensors, f"The operator {plain(name)}", optional=True),
        )

    def _check_graph_numbers(self, operator: FlatTable, name: str) -> None:
        """Checks the numbers by which IF, WHILE and their like call other graphs."""
        options = operator.table("builtin_options") or operator.table("builtin_options_2")
        if options is None:
            return
        for field, value in options.fields.items():
            if "subgraph" not in field:
                continue
            for number in value if isinstance(value, tuple) else (value,):
                if not isinstance(number, int) or not 0 <= number < len(self._graphs):
                    raise ModelError(
                        f"The operator {plain(name)} calls graph {number}, but the model has {len(self._graphs)}",
                        options.place(field),
                    )

    def _check_signatures(self, models: list[Model]) -> None:
        for signature in self._root.tables("signature_defs"):
            graph = signature.number("subgraph_index")
            if graph >= len(models):
                raise ModelError(
                    f"A signature is of graph {graph}, which is not there", signature.place("subgraph_index")
                )
            for mapping in signature.tables("inputs") + signature.tables("outputs"):
                index = mapping.number("tensor_index")
                if index >= len(models[graph].tensors):
                    raise ModelError(
                        f"A signature names tensor {index}, which is not there", mapping.place("tensor_index")
                    )


class _TensorWords:
    """The name of a tensor at the start of a sentence; computed only when a sentence is needed."""

    __slots__ = ("_index", "_name")

    def __init__(self, name: str, index: int) -> None:
        self._name = name
        self._index = index

    def __str__(self) -> str:
        return f"The tensor {quoted(self._name)}" if self._name else f"The tensor number {self._index}"


def _builtin_code(code: FlatTable) -> int:
    """Old files have the code in a signed byte, newer ones beside it in 32 bits; the greater one counts."""
    number = max(code.number("deprecated_builtin_code"), code.number("builtin_code"))
    if number < 0:
        raise ModelError(f"An operator has the code {number}", code.place("builtin_code"))
    return number


def _indices(table: FlatTable, field: str, count: int, words: str, optional: bool = False) -> tuple[int, ...]:
    indices = table.integers(field)
    lowest = -1 if optional else 0
    for index in indices:
        if not lowest <= index < count:
            raise ModelError(
                f"{words} names tensor {index} among its {field}, but the graph has {count} tensors", table.place(field)
            )
    return indices


def _kind(table: FlatTable, words: _TensorWords) -> TensorKind:
    number = table.number("type")
    kind = _KINDS.get(number)
    if kind is None:
        raise ModelError(f"{words} has elements of an unknown kind, number {number}", table.place("type"))
    return kind


def _shape(table: FlatTable, kind: TensorKind, words: _TensorWords) -> tuple[int, ...]:
    shape = table.integers("shape")
    if len(shape) > RANK_LIMIT:
        raise ModelError(f"{words} has {len(shape)} dimensions; at most {RANK_LIMIT} are read", table.place("shape"))
    if shape and min(shape) < 0:
        raise ModelError(f"{words} has the dimension {min(shape)}; none may be negative", table.place("shape"))
    if is_too_large(shape, kind):
        raise ModelError(f"{words} has the shape {list(shape)}, which is too large", table.place("shape"))
    return shape


def _quantization(
    table: FlatTable, kind: TensorKind, shape: tuple[int, ...], words: _TensorWords
) -> Quantization | None:
    quantization = table.table("quantization")
    if quantization is None:
        return None
    limits = kind.integer_range
    if limits is None:
        return None
    details = quantization.table("details")
    if details is not None:
        return Quantization((), (), 0, details.kind)
    scales = quantization.floats("scale")
    if not scales:
        return None
    zero_points = quantization.integers("zero_point") or (0,)
    if len(zero_points) == 1:
        zero_points *= len(scales)
    axis = quantization.number("quantized_dimension")
    if len(scales) > 1:
        if not 0 <= axis < len(shape):
            raise ModelError(
                f"{words} is quantised along dimension {axis}, but has {len(shape)}",
                quantization.place("quantized_dimension"),
            )
        if len(scales) != shape[axis]:
            raise ModelError(
                f"{words} has {len(scales)} scales, but {shape[axis]} elements along dimension {axis}",
                quantization.place("scale"),
            )
    if len(zero_points) != len(scales):
        raise ModelError(
            f"{words} has {len(scales)} scales, but {len(zero_points)} zero points", quantization.place("zero_point")
        )
    for scale in scales:
        if not (math.isfinite(scale) and scale > 0):
            raise ModelError(f"{words} has the scale {scale}; it must be above 0", quantization.place("scale"))
    for zero_point in zero_points:
        if not limits[0] <= zero_point <= limits[1]:
            raise ModelError(
                f"{words} is {kind.name} and cannot have the zero point {zero_point}", quantization.place("zero_point")
            )
    return Quantization(scales, zero_points, axis if len(scales) > 1 else 0)
