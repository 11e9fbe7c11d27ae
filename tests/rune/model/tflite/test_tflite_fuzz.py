"""Broken models are refused by name and never crash the reader: a share of the proof `test_model_verifier.py`."""

from __future__ import annotations

import random
import struct
import tracemalloc
from itertools import islice, permutations
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from rune.model.tflite import ModelError, describe, read_model, signature
from rune.model.tflite.format.flatbuffer import LAYOUT_LIMIT, NUMBER_LIMIT, TABLE_LIMIT, decode
from tests.support.compiler.mutants import HANGS
from tests.support.compiler.mutations import mutant
from tests.support.models.model_cases import all_models, model_cases
from tests.support.processor_time import ProcessorTime

ORIGINALS = all_models()
MUTANTS = 3_000
"""A share of the million in tests/proof/any_input/test_model_verifier.py."""


@pytest.mark.slow
@pytest.mark.protects("compiling/models")
def test_mutants_are_read_or_refused_by_name() -> None:
    refusals = 0
    slowest = 0.0
    for number in range(MUTANTS):
        data = mutant(ORIGINALS, number)
        reading = ProcessorTime()
        try:
            with reading:
                model = read_model(data)
                describe(model)
                signature(model)
        except ModelError:
            refusals += 1
        slowest = max(slowest, reading.seconds)
    assert MUTANTS // 4 < refusals < MUTANTS
    assert slowest < HANGS


@pytest.mark.parametrize("name", ["fully_connected_i8_plain", "chain_f32_residual"])
def test_a_model_cut_short_is_refused_with_its_offset(name: str) -> None:
    data = next(case.data for case in model_cases() if case.name == name)
    for length in range(1, len(data) - 16, 7):
        with pytest.raises(ModelError) as error:
            read_model(data[:length])
        assert error.value.offset is not None
        assert 0 <= error.value.offset <= length


@pytest.mark.protects("compiling/models")
def test_garbage_of_64_megabytes_is_refused_without_reading_it_into_memory() -> None:
    head = random.Random(7).randbytes(1024)
    garbage = head[:4] + b"TFL3" + head[8:] + bytes(64 * 1024 * 1024)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError):
            read_model(garbage)
        with pytest.raises(ModelError):
            read_model(memoryview(garbage)[8:])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_every_pointer_to_the_same_numbers_counts_against_the_limit() -> None:
    builder = flatbuffers.Builder(1024)
    numbers = builder.CreateNumpyVector(np.zeros(NUMBER_LIMIT // 100, np.int32))
    operators = []
    for _ in range(101):
        schema.OperatorStart(builder)
        schema.OperatorAddInputs(builder, numbers)
        operators.append(schema.OperatorEnd(builder))
    data = file_of_operators(builder, operators)
    with pytest.raises(ModelError, match=f"more than {NUMBER_LIMIT} numbers"):
        read_model(data)


@pytest.mark.protects("compiling/many-tables")
def test_every_pointer_to_the_same_table_counts_against_the_limit() -> None:
    builder = flatbuffers.Builder(1024)
    schema.OperatorStart(builder)
    operator = schema.OperatorEnd(builder)
    data = file_of_operators(builder, [operator] * TABLE_LIMIT)
    with pytest.raises(ModelError, match=f"more than {TABLE_LIMIT} tables"):
        read_model(data)


@pytest.mark.protects("compiling/many-tables")
def test_the_last_of_many_tables_is_looked_at_before_any_is_read() -> None:
    builder = flatbuffers.Builder(1024)
    numbers = builder.CreateNumpyVector(np.zeros(NUMBER_LIMIT // 2, np.int32))
    schema.OperatorStart(builder)
    schema.OperatorAddInputs(builder, numbers)
    operator = schema.OperatorEnd(builder)
    data = bytearray(file_of_operators(builder, [operator] * 20_000))
    graph = schema.Model.GetRootAs(data).Subgraphs(0)
    last = graph._tab.Vector(graph._tab.Offset(10)) + 4 * 19_999
    struct.pack_into("<I", data, last, 0x7FFFFFF0)
    with pytest.raises(ModelError, match="the offset of an element of operators") as error:
        read_model(data)
    assert error.value.offset == last


@pytest.mark.slow
@pytest.mark.protects("compiling/many-tables")
def test_a_file_of_countless_field_lists_is_refused() -> None:
    builder = flatbuffers.Builder(1024)
    numbers = builder.CreateNumpyVector(np.zeros(1, np.int32))
    operators = []
    vectors, opcode = (1, 2, 5, 7, 8), 0
    for order in islice(permutations((*vectors, opcode, 9)), LAYOUT_LIMIT + 1):
        builder.StartObject(13)
        for slot in order:
            if slot in vectors:
                builder.PrependUOffsetTRelativeSlot(slot, numbers, 0)
            elif slot == opcode:
                builder.PrependUint32Slot(slot, 1, 0)
            else:
                builder.PrependUint64Slot(slot, 1, 0)
        operators.append(builder.EndObject())
    with pytest.raises(ModelError, match=f"more than {LAYOUT_LIMIT} different field lists"):
        read_model(file_of_operators(builder, operators))


def test_fields_that_lie_over_each_other_are_read_each_for_itself() -> None:
    builder = flatbuffers.Builder(1024)
    schema.OperatorStart(builder)
    schema.OperatorAddOpcodeIndex(builder, 0x01020304)
    schema.OperatorAddCustomOptionsFormat(builder, 7)
    data = bytearray(file_of_operators(builder, [schema.OperatorEnd(builder)]))
    table = schema.Model.GetRootAs(data).Subgraphs(0).Operators(0)._tab
    field_list = table.Pos - struct.unpack_from("<i", data, table.Pos)[0]
    (opcode,) = struct.unpack_from("<H", data, field_list + 4)
    struct.pack_into("<H", data, field_list + 4 + 2 * 6, opcode + 1)
    (operator,) = decode(memoryview(data), "Model").tables("subgraphs")[0].tables("operators")
    assert (operator.number("opcode_index"), operator.number("custom_options_format")) == (0x01020304, 3)


def file_of_operators(builder: Any, operators: list[int]) -> bytes:
    """A model of nothing but these operators."""
    builder.StartVector(4, len(operators), 4)
    for operator in operators:
        builder.PrependUOffsetTRelative(operator)
    vector = builder.EndVector()
    schema.SubGraphStart(builder)
    schema.SubGraphAddOperators(builder, vector)
    graph = schema.SubGraphEnd(builder)
    schema.ModelStartSubgraphsVector(builder, 1)
    builder.PrependUOffsetTRelative(graph)
    graphs = builder.EndVector()
    schema.ModelStart(builder)
    schema.ModelAddVersion(builder, 3)
    schema.ModelAddSubgraphs(builder, graphs)
    builder.Finish(schema.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
