"""Messages and requests of a rune that has its host run a model, or give a resource: the published ABI v0."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence

import pytest
import wasmtime

from rune.abi import ModelFormat, OutputKind
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import HostText
from rune.capabilities.raw import RAW
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.targets.module import module_of
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.port import Port
from rune.running.container import read_rune
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.compiler.bare_host import BareHost, LoadedModel

WORDS = TensorType(ElementType.I16, (1, 3))
SCORES = TensorType(ElementType.F32, (2,))
BYTE = TensorType(ElementType.U8, (1, 1))
INDEX = TensorType(ElementType.U32, (1,))


def hosted_module(pipeline: Pipeline, models: dict[str, bytes | None]) -> bytes:
    return module_of(lower(pipeline, {}, WASM32, models), WASM32)


def two_inputs_two_outputs(name: str = "model", resource: str | None = None, capacity: int | None = None) -> Pipeline:
    return Pipeline(
        (
            CapabilityStage("a", RAW, (), WORDS),
            CapabilityStage("b", RAW, (), BYTE),
            ModelStage(
                name,
                "model.onnx" if resource is None else None,
                resource,
                ModelFormat.ONNX,
                (Port("a", 0), Port("b", 0)),
                (WORDS, BYTE),
                (SCORES, BYTE),
                capacity,
            ),
            OutputStage("scores", OutputKind.TENSOR, (Port(name, 0),)),
            OutputStage("byte", OutputKind.SERIAL, (Port(name, 1),)),
        ),
        (),
    )


def answer(addresses: Sequence[int], read: Callable[[int, int], bytes]) -> Sequence[bytes]:
    first, second = read(addresses[0], WORDS.size), read(addresses[1], BYTE.size)
    numbers = struct.unpack("<3h", first)
    return struct.pack("<2f", numbers[0], numbers[2]), bytes([second[0] + 1])


def test_a_model_is_handed_over_with_its_format_its_bytes_and_its_tensors() -> None:
    host = BareHost(hosted_module(two_inputs_two_outputs(), {"model": b"the model's bytes"}))
    assert host.manifest() == 1
    assert host.calls == [
        ("capability", 5),
        ("capability", 5),
        ("model", "application/onnx-model"),
        ("output", 5),
        ("output", 1),
    ]
    (model,) = host.models.values()
    assert model == LoadedModel(
        "application/onnx-model", b"the model's bytes", ("i16[1, 3]", "u8[1, 1]"), ("f32[2]", "u8[1, 1]")
    )


def test_the_host_reads_the_inputs_and_writes_the_outputs_in_place() -> None:
    host = BareHost(hosted_module(two_inputs_two_outputs(), {"model": b"m"}), infer=answer)
    host.manifest()
    for first, third, byte in ((7, -9, 4), (1, 2, 3)):
        (_, scores), (_, text) = host.call([struct.pack("<3h", first, 5, third), bytes([byte])])
        assert scores.endswith(struct.pack("<2f", first, third))
        assert json.loads(text)["elements"] == [byte + 1]


@pytest.mark.slow
def test_a_rune_imports_what_models_and_resources_need_only_where_it_has_some() -> None:
    def imports(pipeline: Pipeline, models: dict[str, bytes | None]) -> set[str]:
        module_imports = read_rune(hosted_module(pipeline, models)).imports
        return {each.name for each in module_imports if each.name.startswith("rune_")}

    assert imports(two_inputs_two_outputs(), {"model": b"m"}) == {"rune_model_load", "rune_model_infer"}
    names = imports(two_inputs_two_outputs(resource="MODEL", capacity=10), {"model": None})
    assert names == {"rune_model_load", "rune_model_infer", "rune_resource_open", "rune_resource_read"}
    assert imports(label("WORDS", None), {}) == {"rune_resource_open", "rune_resource_read"}


def test_two_stages_of_one_model_carry_it_once() -> None:
    data = bytes(range(256)) * 300
    first, second = two_inputs_two_outputs("one"), two_inputs_two_outputs("two")
    both = Pipeline((*first.stages[:3], *second.stages[2:]), ())
    module = hosted_module(both, {"one": data, "two": data})
    assert module.count(data) == 1
    host = BareHost(module)
    host.manifest()
    assert [model.data for model in host.models.values()] == [data, data]


@pytest.mark.slow
def test_a_large_model_takes_no_more_than_its_bytes_and_counts_as_constants() -> None:
    data = struct.pack("<I", 0x12345678) * (3 << 20)
    program = lower(two_inputs_two_outputs(), {}, WASM32, {"model": data})
    memory_plan = plan(program, WASM32.limits)
    module = module_of(program, WASM32)
    assert len(data) <= memory_plan.constant_size <= len(data) + 64
    assert len(module) - len(data) < 6_000
    memory = read_rune(module).memory
    assert memory is not None
    assert memory.minimum * 65536 - len(data) < 2 * 65536


def test_a_model_that_the_host_gives_is_read_to_its_end_and_then_handed_over() -> None:
    module = hosted_module(two_inputs_two_outputs(resource="MODEL", capacity=5000), {"model": None})
    data = bytes(range(250)) * 20
    host = BareHost(module, resources={"MODEL": data}, piece=777)
    host.manifest()
    assert host.calls[2:4] == [("resource", "MODEL"), ("model", "application/onnx-model")]
    assert [model.data for model in host.models.values()] == [data]


def test_a_default_is_taken_where_the_host_does_not_have_the_resource() -> None:
    module = hosted_module(two_inputs_two_outputs(resource="MODEL", capacity=50), {"model": b"built in"})
    for resources, expected in (({}, b"built in"), ({"MODEL": b"given"}, b"given"), ({"MODEL": b""}, b"")):
        host = BareHost(module, resources=resources)
        host.manifest()
        assert [model.data for model in host.models.values()] == [expected]


def stopped(module: bytes, resources: dict[str, bytes]) -> str:
    """The rune's message when it stops."""
    host = BareHost(module, resources=resources)
    with pytest.raises(wasmtime.Trap):
        host.manifest()
    (record,) = host.logs
    message = json.loads(record)["message"]
    assert isinstance(message, str)
    return message


@pytest.mark.protects("runes/host-resources")
def test_a_resource_that_is_too_long_or_not_there_stops_the_rune_with_its_name() -> None:
    module = hosted_module(two_inputs_two_outputs(resource="MODEL", capacity=50), {"model": None})
    assert (
        stopped(module, {"MODEL": bytes(51)})
        == "The resource MODEL has more than 50 bytes, for which the rune was built"
    )
    assert stopped(module, {}) == "The resource MODEL is not given by the host, and has no default"
    BareHost(module, resources={"MODEL": bytes(50)}).manifest()


def label(resource: str, default: str | None, index: TensorType = INDEX, capacity: int = 4000) -> Pipeline:
    block = CATALOGUE["label"]
    arguments = {"wordlist": HostText(resource, capacity, default)}
    outputs = block.outputs((index,), arguments)
    return Pipeline(
        (
            CapabilityStage("index", RAW, (), index),
            BlockStage("label", "label", block, arguments, (Port("index", 0),), outputs),
            OutputStage("out", OutputKind.SERIAL, (Port("label", 0),)),
        ),
        (),
    )


@pytest.fixture(scope="module")
def label_module() -> bytes:
    return hosted_module(label("WORDS", "yes\nno", TensorType(ElementType.F32, (3,))), {})


def sent_labels(module: bytes, resources: dict[str, bytes], indices: Sequence[float]) -> list[str]:
    host = BareHost(module, resources=resources, piece=100)
    host.manifest()
    for _ in range(2):
        ((_, message),) = host.call([struct.pack("<3f", *indices)])
    elements = json.loads(message)["elements"]
    assert isinstance(elements, list)
    return elements


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_wordlist_of_the_host_is_read_as_one_of_the_project_is(label_module: bytes, ending: str) -> None:
    words = ['ä "b"', "", *(f"word {number}" for number in range(2, 200))]
    text = "\ufeff\u3000 \n" + ending.join(words) + "\r\n\x85"
    for indices in ((0, 1, 2), (15, 16, 17), (31, 32, 199)):
        expected = [words[index] for index in indices]
        assert sent_labels(label_module, {"WORDS": text.encode()}, indices) == expected
    assert sent_labels(label_module, {}, (1, 0, 1)) == ["no", "yes", "no"]


@pytest.mark.protects("runes/host-resources")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "label: the wordlist of the host is empty"),
        (" \n\u2003".encode(), "label: the wordlist of the host is empty"),
        (b"a\nb\xff", "label: the wordlist of the host is not UTF-8 text"),
        (b"a\xc0\x80", "label: the wordlist of the host is not UTF-8 text"),
        (b"a\xed\xa0\x80", "label: the wordlist of the host is not UTF-8 text"),
        (b"a\xe2\x82", "label: the wordlist of the host is not UTF-8 text"),
        (b"x" * 1025, "label: the wordlist of the host has a word that is too long"),
    ],
)
def test_a_wordlist_of_the_host_that_is_none_stops_the_run(label_module: bytes, text: bytes, why: str) -> None:
    host = BareHost(label_module, resources={"WORDS": text})
    host.manifest()
    with pytest.raises(wasmtime.Trap):
        host.call([struct.pack("<3f", 0, 0, 0)])
    assert json.loads(host.logs[0])["message"] == why


@pytest.mark.protects("runes/host-resources")
def test_the_longest_word_of_the_host_fits_into_the_message(label_module: bytes) -> None:
    text = b"\x01" * 1024
    assert sent_labels(label_module, {"WORDS": b"|\n" + text + b"\n|"}, (1, 1, 1)) == ["\x01" * 1024] * 3
