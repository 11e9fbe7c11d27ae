"""Our tables of the format agree with the schema that TensorFlow Lite publishes."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from ai_edge_litert import schema_py_generated as published

from rune.model.tflite import Activation, Padding, TensorKind
from rune.model.tflite.format.operators import OPERATOR_NAMES
from rune.model.tflite.format.schema import METADATA, NUMBER_CODES, TABLES, UNIONS, FieldForm
from tests.support.cases import each_case

PUBLISHED_NAMES = {"Int8": "i8", "Uint8": "u8", "Bool": "bool", "Int32": "i32", "Uint32": "u32", "Int64": "i64"} | {
    "Uint64": "u64",
    "Float32": "f32",
    "UOffsetTRelative": "offset",
}
SLOT = re.compile(r"Prepend(\w+)Slot\((\d+), .*, ([^,()]+)\)")


def _numbers(enumeration: Any) -> dict[str, int]:
    return {name: number for name, number in vars(enumeration).items() if not name.startswith("__")}


def _published_slots(table: str) -> dict[int, tuple[str, float]]:
    """Type and default by slot, as the published code writes them."""
    slots = {}
    for name, function in vars(published).items():
        if re.fullmatch(rf"{table}Add[A-Z0-9]\w*", name) and "builder" in inspect.signature(function).parameters:
            match = SLOT.search(inspect.getsource(function))
            if match:
                slots[int(match[2])] = (PUBLISHED_NAMES[match[1]], float(match[3].replace("True", "1")))
    return slots


@pytest.mark.slow
def test_a_table_has_the_published_slots() -> None:
    for table in set(TABLES) - METADATA:
        assert _our_slots(table) == _published_slots(table), table


def _our_slots(table: str) -> dict[int, tuple[str, float]]:
    ours: dict[int, tuple[str, float]] = {}
    names = {code: name for name, code in NUMBER_CODES.items()}
    for field in TABLES[table]:
        if field.form is FieldForm.NUMBER:
            ours[field.slot] = (names[field.code], float(field.default))
        elif field.form is FieldForm.UNION:
            ours[field.slot], ours[field.slot + 1] = ("u8", 0.0), ("offset", 0.0)
        else:
            ours[field.slot] = ("offset", 0.0)
    return ours


def test_operators_have_their_published_numbers() -> None:
    assert dict(zip(OPERATOR_NAMES, range(len(OPERATOR_NAMES)), strict=True)) == _numbers(published.BuiltinOperator)


METADATA_UNIONS = {"ProcessUnitOptions", "ContentProperties"}
"""The unions of another schema, which no package of ours has."""


@each_case("union", sorted(set(UNIONS) - METADATA_UNIONS))
def test_unions_have_their_published_members(union: str) -> None:
    expected = _numbers(getattr(published, union))
    assert {"NONE": 0} | {name: number for number, name in enumerate(UNIONS[union], 1)} == expected


def test_kinds_paddings_and_activations_have_their_published_numbers() -> None:
    assert {kind.name: kind.value for kind in TensorKind} == _numbers(published.TensorType)
    assert {padding.name: padding.value for padding in Padding} == _numbers(published.Padding)
    assert {item.name: item.value for item in Activation} == _numbers(published.ActivationFunctionType)
