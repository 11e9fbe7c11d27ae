"""A pass changes what is done and never what comes out; each finds what it is for, and leaves what others read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rune.abi import ModelFormat, OutputKind
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import BlockCode
from rune.capabilities.raw import RAW
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.figures import GraphFigures
from rune.compiler.anvil.graph import BlockCall, Capture, Graph, Node, Send, Value, figures
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.ops.activations.rectifiers import ClampFloat32
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DFloat32
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFloat32, BinaryFunction
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.numbers.quantize import DequantizeBytes, QuantizeFloat32
from rune.compiler.anvil.ops.reshaping.concatenation import Concatenation, SplitTensor
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS, Rearrangement
from rune.compiler.anvil.ops.reshaping.reshape import Reshape
from rune.compiler.anvil.ops.types import INT8
from rune.compiler.anvil.passes.activations import activations
from rune.compiler.anvil.passes.byte_tables import byte_tables
from rune.compiler.anvil.passes.constant_folding import SMALL, constant_folding
from rune.compiler.anvil.passes.dead_channels import dead_channels
from rune.compiler.anvil.passes.dead_ops import dead_ops
from rune.compiler.anvil.passes.in_place import in_place
from rune.compiler.anvil.passes.joins import joins
from rune.compiler.anvil.passes.optimise import PASSES, optimise
from rune.compiler.anvil.passes.paddings import paddings
from rune.compiler.anvil.passes.views import views
from rune.compiler.anvil.program import CapabilityRequest, KernelInvocation, OutputRequest
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.module import module_of as compiled_module
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import read_model, signature
from rune.port import Port
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.compiler.evaluated_graph import evaluated, graph_of
from tests.support.compiler.pipelines import loaded, run
from tests.support.compiler.programs.c_projects import model_project
from tests.support.compiler.random_graphs import RandomGraph
from tests.support.models.model_cases import compiled_model
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue
from tests.support.shares import mostly_proved

F32, I8, U8 = ElementType.F32, ElementType.I8, ElementType.U8
FAR = math.inf


def value(element: ElementType, *dimensions: int, data: Array | None = None) -> Value:
    return Value("value", TensorType(element, dimensions), data=data)


def op(work: Computation | BlockCall, inputs: Sequence[int], output: int) -> Node:
    return Node("op", "model", work, tuple(inputs), (output,))


def send(*inputs: int) -> Node:
    return Node("out", "out", Send(OutputRequest("out", OutputKind.TENSOR)), inputs)


def added(count: int) -> BinaryFloat32:
    return BinaryFloat32(BinaryFunction.ADD, Broadcast.dense(count), -FAR, FAR)


def capture(output: int) -> Node:
    kind = TensorType(U8, (4,))
    return Node("in", "in", Capture(CapabilityRequest("in", RAW, (), kind)), (), (output,))


def table(count: int) -> ByteTable:
    return ByteTable(count, np.arange(256, dtype=np.uint8)[::-1], (True, True))


def block(element: Callable[[float], float] | None) -> BlockCall:
    return BlockCall(Path("block.h"), BlockCode("block"), element)


def works(graph: Graph) -> list[str]:
    return [type(node.work).__name__ for node in graph.nodes]


@pytest.mark.parametrize("seed", mostly_proved(range(100), 4))
def test_the_passes_change_nothing_of_what_comes_out(seed: int) -> None:
    drawing = RandomGraph(seed)
    graph = drawing.graph()
    optimisation = optimise(graph)
    (output,) = graph.nodes[-1].inputs
    for _ in range(3):
        image = drawing.generator.integers(-128, 128, graph.values[drawing.input].type.count).astype(np.int8).tobytes()
        expected = evaluated(graph, {drawing.input: image})[output]
        for each in optimisation.passes:
            actual = evaluated(each.graph, {drawing.input: image})[output]
            assert actual.tobytes() == expected.tobytes(), each.name


@pytest.mark.slow
def test_the_random_graphs_give_every_pass_something_to_do() -> None:
    passes = [each for seed in range(100) for each in optimise(RandomGraph(seed).graph()).passes]
    names = {each.name for each in passes}
    # None of them reads constants only, or floats, or joins or pads images.
    assert names == set(PASSES) - {"constant folding", "activations", "joins", "paddings"}
    assert sum(each.savings.multiply_accumulates > 0 for each in passes if each.name == "dead channels") > 20


def test_what_finds_nothing_to_do_gives_the_very_graph_back() -> None:
    graph = Graph((value(F32, 4), value(F32, 4)), (op(added(4), (0, 0), 1), send(0, 1)))
    for name, rewrite in PASSES.items():
        assert rewrite(graph) is graph, name
    assert optimise(graph).passes == ()


def test_an_elementwise_op_of_constants_is_a_constant() -> None:
    numbers = np.array([1, 2, 3], np.float32)
    graph = Graph(
        (value(F32, 3, data=numbers), value(F32, 3, data=numbers), value(F32, 3), value(F32, 3, 1)),
        (op(added(3), (0, 1), 2), op(Reshape(3, 1), (2,), 3), send(3)),
    )
    smaller = constant_folding(graph)
    assert works(smaller) == ["Send"]
    product = smaller.values[3].data
    assert product is not None
    assert product.tolist() == [[2], [4], [6]]


def test_a_constant_is_not_made_large_to_save_an_op() -> None:
    count = SMALL // 4 + 1
    shape = Broadcast((1, 1, 1, 1, count), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0))
    one = np.ones(1, np.float32)
    graph = Graph(
        (value(F32, 1, data=one), value(F32, 1, data=one), value(F32, count)),
        (op(BinaryFloat32(BinaryFunction.ADD, shape, -FAR, FAR), (0, 1), 2), send(2)),
    )
    assert constant_folding(graph) is graph


def test_what_nothing_reads_is_not_computed() -> None:
    graph = Graph(
        (value(F32, 4), value(F32, 4), value(F32, 4), value(F32, 4)),
        (op(added(4), (0, 0), 1), op(added(4), (1, 1), 2), op(added(4), (0, 0), 3), send(3)),
    )
    smaller = dead_ops(graph)
    assert [node.outputs for node in smaller.nodes] == [(3,), ()]


def test_a_block_that_nothing_reads_is_still_run() -> None:
    graph = Graph((value(F32, 4), value(F32, 4)), (op(block(None), (0,), 1), send(0)))
    assert dead_ops(graph) is graph


def test_a_clamp_is_done_where_its_numbers_are_made() -> None:
    values = (value(F32, 4), value(F32, 4), value(F32, 4), value(F32, 4))
    nodes = (op(added(4), (0, 0), 1), op(ClampFloat32(4, 0.0, FAR), (1,), 2), op(ClampFloat32(4, -1.0, 1.0), (2,), 3))
    fusion = activations(Graph(values, (*nodes, send(3))))
    (work,) = (node.work for node in fusion.nodes if isinstance(node.work, BinaryFloat32))
    assert (work.minimum, work.maximum) == (0.0, 1.0)
    assert [node.outputs for node in fusion.nodes] == [(3,), ()]
    with_probe = Graph(values, (*nodes, send(1, 3)))
    assert works(activations(with_probe)) == ["BinaryFloat32", "ClampFloat32", "Send"]


HALVES = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.float32) / np.float32(2)


def test_a_chain_from_a_byte_to_a_byte_is_one_table() -> None:
    graph = Graph(
        (value(U8, 1, 8), value(F32, 1, 8), value(F32, 8), value(I8, 8)),
        (
            op(block(lambda number: number / 255), (0,), 1),
            op(Reshape(8, 8), (1,), 2),
            op(QuantizeFloat32(8, 1 / 128, -128, ELEMENTS[INT8]), (2,), 3),
            send(3),
        ),
    )
    smaller = byte_tables(graph)
    assert works(smaller) == ["ByteTable", "Send"]
    (table,) = (node.work for node in smaller.nodes if isinstance(node.work, ByteTable))
    assert table.is_signed == (False, True)
    assert table.table[[0, 255]].view(np.int8).tolist() == [-128, 0]
    assert figures(graph) - figures(smaller) == GraphFigures(2, 0, -256, 2 * 8 * 4)


def test_a_chain_whose_floats_are_read_elsewhere_stays_a_chain() -> None:
    values = (value(I8, 8), value(F32, 8), value(I8, 8))
    nodes = (op(DequantizeBytes(8, HALVES), (0,), 1), op(QuantizeFloat32(8, 0.5, 0, ELEMENTS[INT8]), (1,), 2))
    graph = Graph(values, (*nodes, send(1, 2)))
    assert byte_tables(graph) is graph
    # And nothing needs the floats where nobody asks for them: the bytes come back as they were.
    alone = Graph(values, (*nodes, send(2)))
    assert works(views(byte_tables(alone))) == ["Send"]


@pytest.mark.slow
def test_a_camera_s_normalization_is_joined_to_the_model_s_quantize_and_gives_the_same() -> None:
    data = compiled_model("quantize_f32_to_i8")
    model = read_model(data)
    (port,) = signature(model).inputs
    count = port.type.count
    image = TensorType(U8, (1, count, 1, 1))
    normalization = CATALOGUE["image_normalization"]
    stages = (
        CapabilityStage("camera", RAW, (("length", count),), image),
        BlockStage(
            "normalized",
            "image-normalization",
            normalization,
            {},
            (Port("camera", 0),),
            normalization.outputs((image,), {}),
        ),
        ModelStage(
            "model",
            "model",
            None,
            ModelFormat.TENSORFLOW_LITE,
            (Port("normalized", 0),),
            (port.type,),
            tuple(each.type for each in signature(model).outputs),
        ),
        OutputStage("out", OutputKind.TENSOR, (Port("model", 0),)),
    )
    pipeline = Pipeline(stages, ())
    fusion = lower(pipeline, {"model": model}, WASM32)
    with_probe = lower(pipeline, {"model": model}, WASM32, watched_ports=[Port("normalized", 0)])
    assert [step.function for step in fusion.steps if isinstance(step, KernelInvocation)] == ["rune_byte_table"]
    assert len([step for step in with_probe.steps if isinstance(step, KernelInvocation)]) == 2
    runes = [loaded(compiled_module(program, WASM32)) for program in (fusion, with_probe)]
    for start in range(0, 256, count):
        pixels = (np.arange(start, start + count) % 256).astype(np.uint8).tobytes()
        one, other = (run(rune, [pixels])[0].data for rune in runes)
        assert one == other


def test_a_block_that_does_not_say_what_it_makes_of_an_element_is_called() -> None:
    graph = Graph(
        (value(U8, 8), value(F32, 8), value(I8, 8)),
        (op(block(None), (0,), 1), op(QuantizeFloat32(8, 0.5, 0, ELEMENTS[INT8]), (1,), 2), send(2)),
    )
    assert byte_tables(graph) is graph


def test_a_sum_takes_the_place_of_an_input_that_nothing_reads_later() -> None:
    graph = Graph(
        (value(F32, 4), value(F32, 4), value(F32, 4), value(F32, 4)),
        (op(added(4), (0, 1), 2), op(added(4), (0, 2), 3), send(3)),
    )
    sharing = in_place(graph)
    assert [each.shares for each in sharing.values] == [None, None, 1, 0]
    assert figures(graph).tensors - figures(sharing).tensors == 2 * 16


def test_a_constant_and_what_is_broadcast_keep_their_memory() -> None:
    channel = Broadcast((1, 1, 1, 2, 2), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1))
    graph = Graph(
        (value(F32, 2), value(F32, 2, data=np.ones(2, np.float32)), value(F32, 2, 2)),
        (op(BinaryFloat32(BinaryFunction.ADD, channel, -FAR, FAR), (0, 1), 2), send(2)),
    )
    assert in_place(graph) is graph


def test_a_view_keeps_the_memory_that_it_shows() -> None:
    graph = Graph(
        (value(F32, 4), value(F32, 2, 2), value(F32, 4)),
        (op(Reshape(4, 2), (0,), 1), op(added(4), (0, 0), 2), send(1, 2)),
    )
    assert in_place(views(graph)).values[2].shares is None


def joined(*widths: int) -> Concatenation:
    return Concatenation(1, widths, 1)


def test_what_is_joined_is_made_where_the_whole_lies() -> None:
    graph = Graph(
        (value(I8, 4), value(I8, 6), value(I8, 4), value(I8, 10)),
        (capture(0), capture(1), op(table(4), (0,), 2), op(joined(4, 6), (2, 1), 3), send(3)),
    )
    in_place_graph = joins(graph)
    assert works(in_place_graph) == ["Capture", "Capture", "ByteTable", "Send"]
    assert [in_place_graph.place(index) for index in range(4)] == [(0, 0), (3, 4), (3, 0), (3, 0)]
    assert figures(graph).tensors - figures(in_place_graph).tensors == 10


def test_what_would_keep_more_in_memory_is_copied() -> None:
    """The first input waits for the second, which comes of something large."""
    graph = Graph(
        (value(I8, 4), value(I8, 100), value(I8, 100), value(I8, 60), value(I8, 64)),
        (
            capture(0),
            capture(1),
            op(table(100), (1,), 2),
            op(Rearrangement((100,), (np.arange(60, dtype=np.int32),), (0,), np.dtype("i1")), (2,), 3),
            op(joined(4, 60), (0, 3), 4),
            send(4),
        ),
    )
    assert joins(graph) is graph


def test_what_is_joined_twice_or_never_changes_is_copied() -> None:
    twice = Graph((value(I8, 4), value(I8, 8)), (capture(0), op(joined(4, 4), (0, 0), 1), send(1)))
    assert joins(twice) is twice
    zeros = value(I8, 4, data=np.zeros(4, np.int8))
    constant = Graph((value(I8, 4), zeros, value(I8, 8)), (capture(0), op(joined(4, 4), (0, 1), 2), send(2)))
    assert joins(constant) is constant
    rows = Graph(
        (value(I8, 2, 2), value(I8, 2, 2), value(I8, 2, 4)),
        (capture(0), capture(1), op(Concatenation(2, (2, 2), 1), (0, 1), 2), send(2)),
    )
    assert joins(rows) is rows


def test_a_stretch_is_a_part_of_the_memory_that_it_is_taken_from() -> None:
    graph = Graph(
        (value(F32, 2, 3), value(F32, 1, 3), value(F32, 1, 3), value(F32, 1, 3)),
        (capture(0), Node("op", "model", SplitTensor(1, (12, 12)), (0,), (1, 2)), op(added(3), (1, 2), 3), send(3)),
    )
    view_graph = views(graph)
    assert works(view_graph) == ["Capture", "BinaryFloat32", "Send"]
    assert [view_graph.place(index) for index in (1, 2)] == [(0, 0), (0, 12)]


def test_a_stretch_is_copied_where_the_whole_would_be_kept_for_it() -> None:
    first = Rearrangement((100,), (np.arange(3, 5, dtype=np.int32),), (0,), np.dtype("i1"))
    graph = Graph(
        (value(I8, 100), value(I8, 2), value(I8, 100), value(I8, 100)),
        (capture(0), op(first, (0,), 1), capture(2), op(table(100), (2,), 3), send(1, 3)),
    )
    assert views(graph) is graph
    short = replace(graph, nodes=(*graph.nodes[:2], send(1)))
    assert views(short).place(1) == (0, 3)


def test_a_sum_of_stretches_that_overlap_has_memory_of_its_own() -> None:
    upper, lower = (
        Rearrangement((6,), (np.arange(start, start + 4, dtype=np.int32),), (0,), np.dtype("<f4")) for start in (0, 2)
    )
    graph = Graph(
        (value(F32, 6), value(F32, 4), value(F32, 4), value(F32, 4)),
        (capture(0), op(upper, (0,), 1), op(lower, (0,), 2), op(added(4), (1, 2), 3), send(3)),
    )
    assert in_place(views(graph)).values[3].shares is None


@pytest.mark.parametrize("name", ["chain_i8_padded_conv", "chain_f32_padded_depthwise", "chain_u8_padded_conv"])
def test_a_frame_around_an_image_goes_into_the_window(name: str) -> None:
    graph, _, (output,) = graph_of(compiled_model(name))
    smaller = paddings(replace(graph, nodes=(*graph.nodes, send(output))))
    kinds = (Conv2DInt8, DepthwiseConv2DFloat32)
    (work,) = (node.work for node in smaller.nodes if isinstance(node.work, kinds))
    assert not any(isinstance(node.work, Rearrangement) for node in smaller.nodes)
    assert (work.window.input_height, work.window.input_width) == (6, 5)


def test_a_frame_of_another_number_stays() -> None:
    graph, _, (output,) = graph_of(compiled_model("chain_i8_padded_conv"))
    (number,) = (number for number, node in enumerate(graph.nodes) if isinstance(node.work, Rearrangement))
    pad = graph.nodes[number].work
    assert isinstance(pad, Rearrangement)
    other = graph.with_nodes({number: (replace(graph.nodes[number], work=replace(pad, padding=9)),)})
    whole = replace(other, nodes=(*other.nodes, send(output)))
    assert paddings(whole) is whole


def test_channels_that_a_block_or_an_output_sees_stay() -> None:
    graph = RandomGraph(3).graph()
    with_probes = Graph(graph.values, (*graph.nodes, send(*graph.used_values())))
    assert dead_channels(with_probes) is with_probes


@pytest.mark.slow
def test_a_chain_of_bytes_across_a_reshape_leaves_channels_to_be_followed() -> None:
    """A table from 16 channels to 96 ended in a traceback of the pass that follows channels."""
    layers = Layers("reshaped", np.random.default_rng(7))
    steps = layers.unary("QUANTIZE", layers.input((1, 8, 9, 16), "int8"), 0.05, 3)
    probabilities = layers.unary("LOGISTIC", layers.reshape(steps, (1, 12, 96)), 1 / 256, -128)
    numbers = layers.random.integers(-127, 128, (1, 1, 96), dtype=np.int8)
    constant = layers.graph.constant("constant", numbers, [0.01], 0)
    total = layers.add(probabilities, ModelValue(constant, (1, 1, 96), "int8", 0.01, 0))
    files = model_project(layers.graph.finish(total.index))
    verification = verify(files, build(files, BuildOptions("app")).rune, effort=VerificationEffort(4, 1), is_fresh=True)
    assert verification.sentence() == "identical to the reference on 8 inputs"
