"""Exports, imports, requests and messages of a compiled rune: the published ABI v0."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from rune.abi import OutputKind
from rune.capabilities.rand import RAND
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.model.tflite import read_model
from rune.port import Port
from rune.running.container import read_rune
from rune.source.runefile.pipeline import CapabilityStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.compiler.bare_host import BareHost
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, passing_on, run
from tests.support.models.model_cases import model_cases

BYTE = TensorType(ElementType.U8, (1,))


@pytest.mark.slow
def test_a_rune_exports_memory_manifest_and_call_alone() -> None:
    rune = read_rune(module_of(passing_on(BYTE, OutputKind.SERIAL)))
    assert sorted((export.name, export.kind) for export in rune.exports) == [
        ("_call", "function"),
        ("_manifest", "function"),
        ("memory", "memory"),
    ]


def test_a_rune_imports_only_what_it_calls() -> None:
    rune = read_rune(module_of(passing_on(BYTE, OutputKind.TENSOR)))
    assert {(each.module, each.name) for each in rune.imports} == {
        ("env", "consume_output"),
        ("env", "request_capability"),
        ("env", "request_output"),
        ("env", "request_provider_response"),
    }


def test_the_memory_cannot_grow() -> None:
    memory = read_rune(module_of(passing_on(BYTE, OutputKind.SERIAL))).memory
    assert memory is not None
    assert memory.maximum == memory.minimum


@pytest.mark.slow
def test_capabilities_and_their_parameters_come_in_order_before_the_outputs() -> None:
    pipeline = Pipeline(
        (
            CapabilityStage("b", SOUND, (("hz", 16000), ("gain", 0.5), ("sample_duration_ms", -1)), BYTE),
            CapabilityStage("a", RAND, (), BYTE),
            OutputStage("z", OutputKind.TENSOR, (Port("a", 0),)),
            OutputStage("y", OutputKind.SERIAL, (Port("b", 0),)),
        ),
        (),
    )
    host = BareHost(module_of(pipeline))
    assert host.manifest() == 1
    assert host.calls == [
        ("capability", 2),
        (10, b"hz", struct.pack("<i", 16000), 1),
        (10, b"gain", struct.pack("<f", 0.5), 2),
        (10, b"sample_duration_ms", struct.pack("<i", -1), 1),
        ("capability", 1),
        ("output", 5),
        ("output", 1),
    ]


@pytest.mark.slow
def test_serial_is_an_object_with_its_keys_in_the_order_of_the_alphabet() -> None:
    module = module_of(passing_on(TensorType(ElementType.F32, (1, 2)), OutputKind.SERIAL))
    (message,) = run(loaded(module), [struct.pack("<2f", 1, -0.1)])
    assert message.data == (
        b'{"channel":%d,"dimensions":[1,2],"elements":[1.0,-0.10000000149011612],"type_name":"f32"}' % message.channel
    )


@pytest.mark.slow
def test_several_tensors_of_one_serial_output_are_an_array() -> None:
    pipeline = Pipeline(
        (
            CapabilityStage("a", RAW, (), TensorType(ElementType.I8, (2,))),
            CapabilityStage("b", RAW, (), TensorType(ElementType.U64, (1,))),
            OutputStage("out", OutputKind.SERIAL, (Port("a", 0), Port("b", 0), Port("a", 0))),
        ),
        (),
    )
    (message,) = run(loaded(module_of(pipeline)), [b"\x80\x7f", b"\xff" * 8])
    tensors = json.loads(message.data)
    assert [tensor["elements"] for tensor in tensors] == [[-128, 127], [2**64 - 1], [-128, 127]]
    assert [tensor["type_name"] for tensor in tensors] == ["i8", "u64", "i8"]


def test_what_is_not_finite_is_null() -> None:
    host = BareHost(module_of(passing_on(TensorType(ElementType.F32, (4,)), OutputKind.SERIAL)))
    host.manifest()
    ((_, message),) = host.call([struct.pack("<4f", float("nan"), float("inf"), -float("inf"), 0)])
    assert b'"elements":[null,null,null,0.0]' in message


def test_tensor_is_the_length_of_the_description_the_description_and_the_bytes() -> None:
    data = np.arange(6, dtype="<i2").tobytes()
    (message,) = run(loaded(module_of(passing_on(TensorType(ElementType.I16, (2, 3)), OutputKind.TENSOR))), [data])
    # The zeros put the elements at a multiple of 4, without which the stock JavaScript runtime does not read them.
    assert message.data == struct.pack("<I", 12) + b"i16[0002, 3]" + data


@pytest.mark.slow
def test_a_second_call_gives_what_the_first_gave() -> None:
    case = next(case for case in model_cases() if case.name == "chain_i8_residual")
    models = {case.name: read_model(case.data)}
    rune = loaded(module_of(models_pipeline(models), models))
    first = run(rune, case.runs[0].inputs)
    run(rune, case.runs[1].inputs)
    assert run(rune, case.runs[0].inputs) == first


@pytest.mark.protects("runes/earlier-inputs")
def test_what_a_host_does_not_write_of_an_input_is_zero() -> None:
    """Stock hosts write the bytes that they have, and say nothing when these are fewer than were asked for."""
    host = BareHost(module_of(passing_on(TensorType(ElementType.U8, (16,)), OutputKind.TENSOR)))
    host.manifest()
    for data, expected in ((b"SECRETSECRETSECR", b"SECRETSECRETSECR"), (b"hi", b"hi" + bytes(14)), (b"", bytes(16))):
        ((_, message),) = host.call([data])
        assert message[-16:] == expected
