"""Cases of models that the host runs: of any version of the ABI, and of runes that describe them wrongly."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rune.abi import ModelFormat
from rune.running.runtime.interpreters import open_model
from tests.rune.running.runtime.conformance.case import Case, fails, message, tensor
from tests.rune.running.runtime.conformance.wat import call, do, module
from tests.rune.running.runtime.tflite_graphs import open_output
from tests.support.models.model_cases import ModelCase, Run, model_cases

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
) -> Case:
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
    return Case(
        name,
        description,
        module("\n".join(manifest), "\n".join([*reads, infer, *writes]), data=data),
        inputs={index + 1: part for index, part in enumerate(run.inputs)},
        expected=[[message(handle + 1, _tensor(shape, part)) for shape, part in zip(outputs, run.outputs, strict=True)]]
        * 2,
        needs=[need],
    )


def _tensor(shape: str, raw: bytes) -> dict[str, object]:
    name, _, dimensions = shape.rstrip("]").partition("[")
    code, size = {"f32": ("f", 4), "i8": ("b", 1)}[name]
    sizes = [int(part) for part in dimensions.split(",")]
    return dict(tensor(name, sizes, struct.unpack(f"<{len(raw) // size}{code}", raw)))


def cases() -> Iterator[Case]:
    yield from _that_run()
    yield _in_a_browser()
    yield from _that_do_not_fit()
    yield from _open()
    yield from _old()


def _open() -> Iterator[Case]:
    """A model whose file does not say the dimensions of its output: they come with the run, and the rune says which."""
    filled = struct.pack("<6f", *[2.5] * 6)

    def filling(name: str, description: str, rows: int) -> Case:
        model = ModelCase("fill", open_output(), (Run((struct.pack("<2i", rows, 3),), (filled,)),))
        case = running(name, description, model, ["i32[2]"], ["f32[2, 3]"], [len(filled)])
        return replace(case, needs=["tflite", "open-outputs"])

    yield filling("model-open-output", "An output whose dimensions are known once the model ran", 2)
    for rows in (3, 1):
        yield replace(
            filling(f"model-open-output-of-{rows}-rows", "Such an output of other dimensions than the rune says", rows),
            expected=(),
            error=fails("host-model", "the rune holds it for f32[2, 3]"),
        )
    load, data = loading(open_output(), ["i32[2]"], ["i32[2, 3]"])
    yield Case(
        "model-open-output-of-other-type",
        "Such an output of other elements than the rune says",
        module(f"(drop {load})", data=data),
        error=fails("host-model", "said they would be", when="load"),
        needs=["tflite"],
    )


def _in_a_browser() -> Case:
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
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("doubled/model.json"), json.dumps(document))
    model = ModelCase("tfjs", packed.getvalue(), (Run((bytes([1, 2, 253, 50]),), (bytes([2, 4, 250, 100]),)),))
    shape = "i8[1, 4]"
    mimetype = ModelFormat.TENSORFLOW_JS.mimetype
    description = "A TensorFlow.js model in a folder of a zip"
    return running("model-tfjs", description, model, [shape], [shape], [4], mimetype, "tfjs")


def _that_run() -> Iterator[Case]:
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


def _chained() -> Case:
    """x -> x + x -> (x + x) + (x + x), in one buffer, by one file that is loaded twice."""
    shape, size = "i8[1, 3, 4, 5]", 60
    model = model_case("add_i8_with_itself")
    load, data = loading(model.data, [shape], [shape])
    head = struct.pack("<I", len(shape)) + shape.encode()
    data[INPUT_AT - len(head)] = head
    data[POINTERS_AT] = struct.pack("<I", INPUT_AT)
    known = open_model(TFLITE, model.data)
    once = known.run([model.runs[0].inputs[0]])[0]
    twice = known.run([once])[0]
    infer = [do("infer", handle, POINTERS_AT, POINTERS_AT) for handle in (2, 3)]
    send = do("write", 4, INPUT_AT - len(head), len(head) + size)
    manifest = [do("capability", 5), f"(drop {load})", f"(drop {load})", do("output", TENSOR)]
    return Case(
        "model-loaded-twice",
        "Two models, the second on the first one's output, each with one buffer for both ends",
        module(
            "\n".join(manifest), "\n".join([do("read", INPUT_AT, size, 1), infer[0], send, infer[1], send]), data=data
        ),
        inputs={1: model.runs[0].inputs[0]},
        expected=[[message(4, _tensor(shape, once)), message(4, _tensor(shape, twice))]] * 2,
        needs=["tflite"],
    )


def _nearly_half() -> Case:
    """Sums so near a half that kernels part: XNNPACK's, which all hosts run, give other bytes than the reference's."""
    model, shapes = model_case("conv_2d_i8_zero_points_at_the_ends"), (["i8[1, 6, 6, 3]"], ["i8[1, 6, 6, 5]"])
    run = model.runs[1]
    outputs = open_model(TFLITE, model.data).run(run.inputs)
    if outputs == run.outputs:
        raise ValueError("the kernels do not part on this input")
    alike = replace(model, runs=(Run(run.inputs, outputs),))
    return running("model-i8-nearly-half", "Sums near a half, rounded alike by all hosts", alike, *shapes, [180])


def _that_do_not_fit() -> Iterator[Case]:
    model = model_case("add_f32_rank_2").data

    def refused(
        name: str,
        description: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        words: str | None = None,
        data: bytes = model,
        mimetype: str = TFLITE,
        needs: Sequence[str] = ("tflite",),
        error: str = "host-model",
    ) -> Case:
        load, segments = loading(data, inputs, outputs, mimetype)
        return Case(
            name,
            description,
            module(f"(drop {load})", data=segments),
            error=fails(error, words, when="load"),
            needs=needs,
        )

    pair, one = ["f32[1, 17]", "f32[1, 17]"], ["f32[1, 17]"]
    said = "The Rune said tensors would be"
    yield refused(
        "model-other-dimensions",
        "The rune says other dimensions than the model",
        ["f32[1, 16]", "f32[1, 17]"],
        one,
        f"{said} [f32[1, 16], f32[1, 17]], but the model said they would be [f32[1, 17], f32[1, 17]]",
    )
    yield refused(
        "model-other-type",
        "The rune says another element type than the model",
        pair,
        ["i32[1, 17]"],
        f"{said} [i32[1, 17]], but the model said they would be [f32[1, 17]]",
    )
    yield refused(
        "model-other-count", "The rune says fewer inputs than the model has", one, one, f"{said} [f32[1, 17]]"
    )
    yield refused(
        "model-damaged",
        "Bytes that are no model",
        pair,
        one,
        'Unable to load the "application/tflite-model" model with inputs [f32[1, 17], f32[1, 17]] and outputs [f32',
        data=b"no model at all" * 9,
    )
    yield refused("model-cut-short", "A model cut short", pair, one, "Unable to load", data=model[:200])
    yield refused(
        "model-unknown-format",
        "A format that no host knows",
        pair,
        one,
        'The "application/pickle" format isn\'t supported',
        mimetype="application/pickle",
        needs=(),
    )
    yield refused(
        "model-unreadable-shape", "A descriptor that is no shape", ["f32[1, x]"], one, needs=(), error="request"
    )
    yield refused(
        "model-unknown-element", "A descriptor of an unknown element type", ["f31[1]"], one, needs=(), error="request"
    )

    load, segments = loading(model, pair, one)
    yield Case(
        "model-of-no-one",
        "A model that was never loaded",
        module("", do("infer", 1, POINTERS_AT, POINTERS_AT)),
        error=fails("request", "never loaded"),
    )
    for name, description, from_, to in (
        ("inputs", "The list of inputs is not in the rune's memory", 65534, POINTERS_AT),
        ("outputs", "The list of outputs is not in the rune's memory", POINTERS_AT, -8),
        ("input", "An input reaches beyond the rune's memory", 700, POINTERS_AT),
        ("output", "An output reaches beyond the rune's memory", POINTERS_AT, 700),
    ):
        yield Case(
            f"model-bad-pointer-to-{name}",
            description,
            module(
                f"(drop {load})", do("infer", 1, from_, to), data={**segments, 700: struct.pack("<2I", 65500, 65500)}
            ),
            error=fails("pointer", "outside its memory"),
            needs=["tflite"],
        )
    for name, values in (
        ("mimetype", (65530, 24, MODEL_AT, 8, 0, 0, 0, 0)),
        ("bytes", (MIME_AT, 24, MODEL_AT, -1, 0, 0, 0, 0)),
        ("descriptors", (MIME_AT, 24, MODEL_AT, 8, 65530, 1, 0, 0)),
    ):
        yield Case(
            f"model-bad-pointer-to-{name}",
            f"The model's {name} are not in the rune's memory",
            module(do("load", *values), data={MIME_AT: TFLITE.encode()}),
            error=fails("pointer", when="load"),
        )
    yield Case(
        "model-bad-pointer-to-shape",
        "A descriptor points outside the rune's memory",
        module(
            do("load", MIME_AT, 24, MODEL_AT, 8, 512, 1, 512, 0),
            data={MIME_AT: TFLITE.encode(), 512: struct.pack("<2I", 65530, 60)},
        ),
        error=fails("pointer", when="load"),
    )
    yield Case(
        "model-absurd-count",
        "More tensors than any model has",
        module(do("load", MIME_AT, 24, MODEL_AT, 8, 512, 5000, 512, 0), data={MIME_AT: TFLITE.encode()}),
        error=fails("request", when="load"),
    )
    yield Case(
        "model-run-while-loading",
        "A browser loads models after _manifest, so none can be run in it",
        module(f"(drop {load})\n" + do("infer", 1, POINTERS_AT, POINTERS_AT), data=segments),
        error=fails("request", "before it was loaded", when="load"),
        needs=["tflite"],
    )


def _old() -> Iterator[Case]:
    model = model_case("add_f32_with_itself")
    run = model.runs[0]
    sections = (
        ("rune_version", b'{"compiler":{"name":"rune"},"crate_info":{"version":"0.2.1"},"version":"0.2.1"}'),
        ("rune_graph", b'{"base-image":"runicos/base","stages":{"0":{"capability":"RAW"}},"types":{},"names":{}}'),
    )
    head = struct.pack("<I", 15) + b"f32[1, 3, 4, 5]"
    yield Case(
        "old-preloaded-model",
        "Rune before 0.5: tfm_preload_model and tfm_model_invoke, sections without a dot",
        module(
            "\n".join([do("capability", 5), do("preload", MODEL_AT, len(model.data), 1, 1), do("output", TENSOR)]),
            "\n".join(
                [
                    do("read", INPUT_AT, 240, 1),
                    do("invoke", 2, INPUT_AT, 240, OUTPUT_AT + len(head), 240),
                    do("write", 3, OUTPUT_AT, len(head) + 240),
                ]
            ),
            data={MODEL_AT: model.data, OUTPUT_AT: head},
            sections=sections,
        ),
        inputs={1: run.inputs[0]},
        expected=[[message(3, _tensor("f32[1, 3, 4, 5]", run.outputs[0]))]] * 2,
        needs=["tflite"],
    )
    preload = do("preload", MODEL_AT, len(model.data), 1, 1)
    yield Case(
        "old-model-other-size",
        "An input of another size than the model's",
        module(preload, do("invoke", 1, INPUT_AT, 236, OUTPUT_AT, 240), data={MODEL_AT: model.data}),
        error=fails("request"),
        needs=["tflite"],
    )
    yield Case(
        "old-model-damaged",
        "Bytes that are no model",
        module(do("preload", MODEL_AT, 100, 1, 1)),
        error=fails("host-model", "Unable to load", when="load"),
        needs=["tflite"],
    )
    yield Case(
        "old-model-bad-pointer",
        "An output that is not in the rune's memory",
        module(preload, do("invoke", 1, INPUT_AT, 240, 65500, 240), data={MODEL_AT: model.data}),
        error=fails("pointer"),
        needs=["tflite"],
    )
    yield Case(
        "old-model-of-no-one",
        "A model that was never loaded",
        module("", do("invoke", 1, INPUT_AT, 240, OUTPUT_AT, 240)),
        error=fails("request", "never loaded"),
    )
