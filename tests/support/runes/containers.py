"""Containers to damage, and the pipeline of one."""

from __future__ import annotations

from rune.abi import ModelFormat, OutputKind
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import BlockOutput
from rune.capabilities import sound
from rune.port import Port
from rune.running.container import pack, rune_sections
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Pipeline, Resource
from rune.tensor import ElementType, TensorType
from tests.support.runes.wasm_bytes import MODULE

GOOD = pack(
    MODULE,
    [
        *rune_sections({"rune": {"name": "x"}, "tensors": {"a": {"dimensions": [1, 2]}}}, [("words", b"yes\nno")]),
        (".rune_proc_block", b'{"type_name":"A"}'),
    ],
)
SOUND = TensorType(ElementType.I16, (16000,))
SPECTRUM = TensorType(ElementType.U32, (1, 1960))
SCORES = TensorType(ElementType.F32, (1, 8))
INDEX = TensorType(ElementType.U32, (1,))
WORD = TensorType(ElementType.UTF8, (1,))
PIPELINE = Pipeline(
    stages=(
        CapabilityStage("audio", sound.SOUND, (("hz", 16000), ("sample_duration_ms", 1000)), SOUND),
        BlockStage(
            "fft",
            "hotg-ai/proc-blocks@v0.11.3#fft",
            CATALOGUE["fft"],
            {"sample_rate": 16000, "window_overlap": 0.6666667},
            (Port("audio", 0),),
            (BlockOutput(SPECTRUM),),
        ),
        ModelStage(
            "model",
            "model.tflite",
            None,
            ModelFormat.TENSORFLOW_LITE,
            (Port("fft", 0),),
            (SPECTRUM,),
            (SCORES, INDEX),
        ),
        BlockStage(
            "label", "label", CATALOGUE["label"], {"wordlist": "yes\nno"}, (Port("model", 1),), (BlockOutput(WORD, 9),)
        ),
        OutputStage("serial", OutputKind.SERIAL, (Port("label", 0), Port("model", 0))),
    ),
    resources=(
        Resource("WORDS", None, "words.txt", False),
        Resource("FALLBACK", "other", None, False),
        Resource("BLOB", None, "blob.bin", True),
    ),
)
