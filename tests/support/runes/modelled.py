"""Cases of models that the host runs."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rune.abi import ModelFormat
from rune.running.runtime.interpreters import open_model
from tests.support.models.model_cases import ModelCase, Run, model_cases
from tests.support.models.tflite_graphs import open_output
from tests.support.runes.conformance_case import ConformanceCase, fails, message, tensor
from tests.support.runes.wat import call, do, module

TENSOR = 5
TFLITE = ModelFormat.TENSORFLOW_LITE.mimetype
MIME_AT, SHAPES_AT, DESCRIPTORS_AT, POINTERS_AT, HEAD_AT, MODEL_AT = 64, 128, 512, 640, 1024, 4096
INPUT_AT, OUTPUT_AT = 16384, 32768


def model_case(name: str) -> ModelCase:
    return next(case for case in model_cases() if case.name == name)


def loading(
    data: bytes,
    inputs: Sequence[str],
    outputs: Sequence[str],
    mimetype: str = TFLITE,
) -> tuple[str, dict[int, bytes]]:
    """The call that loads a model and leaves its handle, and its data: mimetype, descriptors, the model."""
    texts, words, at = b"", [], SHAPES_AT
    for shape in [*inputs, *outputs]:
        words += [at + len(texts), len(shape)]
        texts += shape.encode()
    segments = {
        MIME_AT: mimetype.encode(),
        SHAPES_AT: texts,
        DESCRIPTORS_AT: struct.pack(f"<{len(words)}I", *words),
        MODEL_AT: data,
    }
    output_descriptors = DESCRIPTORS_AT + 8 * len(inputs)
    return call(
        "load",
        MIME_AT,
        len(mimetype),
        MODEL_AT,
        len(data),
        DESCRIPTORS_AT,
        len(inputs),
        output_descriptors,
        len(outputs),
    ), segments


def running(
    name: str,
    description: str,
    model: ModelCase,
    inputs: Sequence[str],
    outputs: Sequence[str],
    sizes: Sequence[int],
    mimetype: str = TFLITE,
    need: str = "tflite",
) -> ConformanceCase:
    """Reads a RAW capability for each input, runs the model, sends each output as a TENSOR of its own message.

    Handles: capabilities, then the model, then the output.
    """
    load, data = loading(model.data, inputs, outputs, mimetype)
    run = model.runs[0]
    from_ = [INPUT_AT + 1024 * index for index in range(len(inputs))]
    to = [OUTPUT_AT + 1024 * index + 512 for index in range(len(outputs))]
    data[POINTERS_AT] = struct.pack(f"<{len(from_) + len(to)}I", *from_, *to)
    handle = len(inputs) + 1
    reads = [
        do("read", at, len(part), index + 1) for index, (at, part) in enumerate(zip(from_, run.inputs, strict=True))
    ]
    writes = []
    for at, shape, size in zip(to, outputs, sizes, strict=True):
        head = struct.pack("<I", len(shape)) + shape.encode()
        data[at - len(head)] = head
        writes.append(do("write", handle + 1, at - len(head), len(head) + size))
    manifest = [do("capability", 5) for _ in inputs] + [f"(drop {load})", do("output", TENSOR)]
    infer = do("infer", handle, POINTERS_AT, POINTERS_AT + 4 * len(from_))
    return ConformanceCase(
        name,
        description,
        module("\n".join(manifest), "\n".join([*reads, infer, *writes]), data=data),
        inputs={index + 1: part for index, part in enumerate(run.inputs)},
        expected=[
            [message(handle + 1, raw_tensor(shape, part)) for shape, part in zip(outputs, run.outputs, strict=True)]
        ]
        * 2,
        needs=[need],
    )


def raw_tensor(shape: str, raw: bytes) -> dict[str, object]:
    name, _, dimensions = shape.rstrip("]").partition("[")
    code, size = {"f32": ("f", 4), "i8": ("b", 1)}[name]
    sizes = [int(part) for part in dimensions.split(",")]
    return dict(tensor(name, sizes, struct.unpack(f"<{len(raw) // size}{code}", raw)))


def cases() -> Iterator[ConformanceCase]:
    yield from _that_run()
    yield _in_a_browser()
    yield from _open()


def _open() -> Iterator[ConformanceCase]:
    """A model whose file does not say the dimensions of its output: they come with the run, and the rune says which."""
    output = struct.pack("<6f", *[2.5] * 6)

    def filling(name: str, description: str, rows: int) -> ConformanceCase:
        model = ModelCase("fill", open_output(), (Run((struct.pack("<2i", rows, 3),), (output,)),))
        case = running(name, description, model, ["i32[2]"], ["f32[2, 3]"], [len(output)])
        return replace(case, needs=["tflite", "open-outputs"])

    yield filling("model-open-output", "An output whose dimensions are known once the model ran", 2)
    for rows in (3, 1):
        yield replace(
            filling(f"model-open-output-of-{rows}-rows", "Such an output of other dimensions than the rune says", rows),
            expected=(),
            error=fails("host-model", "the rune holds it for f32[2, 3]"),
        )
    load, data = loading(open_output(), ["i32[2]"], ["i32[2, 3]"])
    yield ConformanceCase(
        "model-open-output-of-other-type",
        "Such an output of other elements than the rune says",
        module(f"(drop {load})", data=data),
        error=fails("host-model", "said they would be", when="load"),
        needs=["tflite"],
    )


def _in_a_browser() -> ConformanceCase:
    """x + x as a graph of TensorFlow.js, which has i32 alone: the rune's i8 are widened and narrowed."""
    sizes = {"dim": [{"size": "1"}, {"size": "4"}]}
    end = {"dtype": "DT_INT32", "tensorShape": sizes}
    document = {
        "format": "graph-model",
        "signature": {"inputs": {"x": {"name": "x:0", **end}}, "outputs": {"y": {"name": "y:0", **end}}},
        "modelTopology": {
            "node": [
                {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_INT32"}, "shape": {"shape": sizes}}},
                {"name": "y", "op": "AddV2", "input": ["x", "x"], "attr": {"T": {"type": "DT_INT32"}}},
            ],
            "versions": {"producer": 1},
        },
        "weightsManifest": [],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("doubled/model.json"), json.dumps(document))
    model = ModelCase("tfjs", buffer.getvalue(), (Run((bytes([1, 2, 253, 50]),), (bytes([2, 4, 250, 100]),)),))
    shape = "i8[1, 4]"
    mimetype = ModelFormat.TENSORFLOW_JS.mimetype
    description = "A TensorFlow.js model in a folder of a zip"
    return running("model-tfjs", description, model, [shape], [shape], [4], mimetype, "tfjs")


def _that_run() -> Iterator[ConformanceCase]:
    yield _chained()
    yield _nearly_half()
    yield running(
        "model-f32",
        "A model with two inputs, run twice",
        model_case("add_f32_rank_2"),
        ["f32[1, 17]", "f32[1, 17]"],
        ["f32[1, 17]"],
        [68],
    )
    yield running(
        "model-i8",
        "A quantised model",
        model_case("add_i8_rank_2"),
        ["i8[1, 17]", "i8[1, 17]"],
        ["i8[1, 17]"],
        [17],
    )
    yield running(
        "model-from-f32-to-i8",
        "An output of another element type than the input",
        model_case("quantize_f32_to_i8"),
        ["f32[1, 4, 33]"],
        ["i8[1, 4, 33]"],
        [132],
    )
    yield running(
        "model-shapes-without-spaces",
        "Descriptors may be written without spaces",
        model_case("add_f32_rank_2"),
        ["f32[1,17]", "f32[1,17]"],
        ["f32[1,17]"],
        [68],
    )


def _chained() -> ConformanceCase:
    """x -> x + x -> (x + x) + (x + x), in one buffer, by one file that is loaded twice."""
    shape, size = "i8[1, 3, 4, 5]", 60
    model = model_case("add_i8_with_itself")
    load, data = loading(model.data, [shape], [shape])
    head = struct.pack("<I", len(shape)) + shape.encode()
    data[INPUT_AT - len(head)] = head
    data[POINTERS_AT] = struct.pack("<I", INPUT_AT)
    tflite = open_model(TFLITE, model.data)
    once = tflite.run([model.runs[0].inputs[0]])[0]
    twice = tflite.run([once])[0]
    infer = [do("infer", handle, POINTERS_AT, POINTERS_AT) for handle in (2, 3)]
    send = do("write", 4, INPUT_AT - len(head), len(head) + size)
    manifest = [do("capability", 5), f"(drop {load})", f"(drop {load})", do("output", TENSOR)]
    return ConformanceCase(
        "model-loaded-twice",
        "Two models, the second on the first one's output, each with one buffer for both ends",
        module(
            "\n".join(manifest), "\n".join([do("read", INPUT_AT, size, 1), infer[0], send, infer[1], send]), data=data
        ),
        inputs={1: model.runs[0].inputs[0]},
        expected=[[message(4, raw_tensor(shape, once)), message(4, raw_tensor(shape, twice))]] * 2,
        needs=["tflite"],
    )


def _nearly_half() -> ConformanceCase:
    """Sums so near a half that kernels part: XNNPACK's, which all hosts run, give other bytes than the reference's."""
    model, shapes = model_case("conv_2d_i8_zero_points_at_the_ends"), (["i8[1, 6, 6, 3]"], ["i8[1, 6, 6, 5]"])
    run = model.runs[1]
    outputs = open_model(TFLITE, model.data).run(run.inputs)
    if outputs == run.outputs:
        raise ValueError("the kernels do not part on this input")
    alike = replace(model, runs=(Run(run.inputs, outputs),))
    return running("model-i8-nearly-half", "Sums near a half, rounded alike by all hosts", alike, *shapes, [180])
