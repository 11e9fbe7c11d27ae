"""Cases of runes that describe the models that the host runs wrongly, or as an older version of the ABI did."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from tests.support.runes.conformance_case import ConformanceCase, fails, message
from tests.support.runes.modelled import (
    INPUT_AT,
    MIME_AT,
    MODEL_AT,
    OUTPUT_AT,
    POINTERS_AT,
    TENSOR,
    TFLITE,
    loading,
    model_case,
    raw_tensor,
)
from tests.support.runes.wat import do, module


def cases() -> Iterator[ConformanceCase]:
    yield from _that_do_not_fit()
    yield from _of_older_versions()


def _that_do_not_fit() -> Iterator[ConformanceCase]:
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
    ) -> ConformanceCase:
        load, segments = loading(data, inputs, outputs, mimetype)
        return ConformanceCase(
            name,
            description,
            module(f"(drop {load})", data=segments),
            error=fails(error, words, when="load"),
            needs=needs,
        )

    pair, one = ["f32[1, 17]", "f32[1, 17]"], ["f32[1, 17]"]
    sentence = "The Rune said tensors would be"
    yield refused(
        "model-other-dimensions",
        "The rune says other dimensions than the model",
        ["f32[1, 16]", "f32[1, 17]"],
        one,
        f"{sentence} [f32[1, 16], f32[1, 17]], but the model said they would be [f32[1, 17], f32[1, 17]]",
    )
    yield refused(
        "model-other-type",
        "The rune says another element type than the model",
        pair,
        ["i32[1, 17]"],
        f"{sentence} [i32[1, 17]], but the model said they would be [f32[1, 17]]",
    )
    yield refused(
        "model-other-count", "The rune says fewer inputs than the model has", one, one, f"{sentence} [f32[1, 17]]"
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
    yield ConformanceCase(
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
        yield ConformanceCase(
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
        yield ConformanceCase(
            f"model-bad-pointer-to-{name}",
            f"The model's {name} are not in the rune's memory",
            module(do("load", *values), data={MIME_AT: TFLITE.encode()}),
            error=fails("pointer", when="load"),
        )
    yield ConformanceCase(
        "model-bad-pointer-to-shape",
        "A descriptor points outside the rune's memory",
        module(
            do("load", MIME_AT, 24, MODEL_AT, 8, 512, 1, 512, 0),
            data={MIME_AT: TFLITE.encode(), 512: struct.pack("<2I", 65530, 60)},
        ),
        error=fails("pointer", when="load"),
    )
    yield ConformanceCase(
        "model-absurd-count",
        "More tensors than any model has",
        module(do("load", MIME_AT, 24, MODEL_AT, 8, 512, 5000, 512, 0), data={MIME_AT: TFLITE.encode()}),
        error=fails("request", when="load"),
    )
    yield ConformanceCase(
        "model-run-while-loading",
        "A browser loads models after _manifest, so none can be run in it",
        module(f"(drop {load})\n" + do("infer", 1, POINTERS_AT, POINTERS_AT), data=segments),
        error=fails("request", "before it was loaded", when="load"),
        needs=["tflite"],
    )


def _of_older_versions() -> Iterator[ConformanceCase]:
    model = model_case("add_f32_with_itself")
    run = model.runs[0]
    sections = (
        ("rune_version", b'{"compiler":{"name":"rune"},"crate_info":{"version":"0.2.1"},"version":"0.2.1"}'),
        ("rune_graph", b'{"base-image":"runicos/base","stages":{"0":{"capability":"RAW"}},"types":{},"names":{}}'),
    )
    head = struct.pack("<I", 15) + b"f32[1, 3, 4, 5]"
    yield ConformanceCase(
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
        expected=[[message(3, raw_tensor("f32[1, 3, 4, 5]", run.outputs[0]))]] * 2,
        needs=["tflite"],
    )
    preload = do("preload", MODEL_AT, len(model.data), 1, 1)
    yield ConformanceCase(
        "old-model-other-size",
        "An input of another size than the model's",
        module(preload, do("invoke", 1, INPUT_AT, 236, OUTPUT_AT, 240), data={MODEL_AT: model.data}),
        error=fails("request"),
        needs=["tflite"],
    )
    yield ConformanceCase(
        "old-model-damaged",
        "Bytes that are no model",
        module(do("preload", MODEL_AT, 100, 1, 1)),
        error=fails("host-model", "Unable to load", when="load"),
        needs=["tflite"],
    )
    yield ConformanceCase(
        "old-model-bad-pointer",
        "An output that is not in the rune's memory",
        module(preload, do("invoke", 1, INPUT_AT, 240, 65500, 240), data={MODEL_AT: model.data}),
        error=fails("pointer"),
        needs=["tflite"],
    )
    yield ConformanceCase(
        "old-model-of-no-one",
        "A model that was never loaded",
        module("", do("invoke", 1, INPUT_AT, 240, OUTPUT_AT, 240)),
        error=fails("request", "never loaded"),
    )
