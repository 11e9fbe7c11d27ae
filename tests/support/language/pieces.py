"""Runefiles, and pieces of them, that fuzzers begin with."""

from __future__ import annotations

from hypothesis import strategies as st

GOOD = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: { hz: 16000, sample_duration_ms: 1000 }
    outputs: [{ type: i16, dimensions: [16000] }]
  rest:
    proc-block: modulo
    inputs: [audio]
    args: { modulus: 2 }
  model:
    model: $MODEL
    inputs: [rest]
    outputs:
      - type: f32
        dimensions: [1, 2]
  best:
    proc-block: most_confident_indices
    inputs: [model]
  word:
    proc-block: label
    inputs: [best]
    args:
      wordlist: $WORDS
  serial:
    out: SERIAL
    inputs: [word, model.0]
resources:
  MODEL: { path: ./m.tflite, type: binary }
  WORDS:
    inline: |
      one
      two
"""
PIECES = st.sampled_from(
    [
        *"[]{}:,&*!|>'\"%@`#?-$\n\t ~é\U0001f600",
        *(": ", "- ", "\n  ", "\n    ", "---", "...", "<<: ", "&a ", "*a", "!!str "),
        *("version: 1\n", "pipeline:\n", "resources:\n", "image: x\n", "model", "proc-block", "capability", "out"),
        *("inputs", "outputs", "args", "type", "dimensions"),
        *("1", "-1", "1e999", "0x", "null", "true", "$A", "a.1", "fft", "SERIAL", "RAW"),
    ]
)
LEGACY_PIECES = st.sampled_from(
    [
        *"<>[],=-_#\\\"' \n\r\t@$.\x00é",
        *("FROM ", "CAPABILITY", "PROC_BLOCK", "MODEL", "OUT ", "RUN ", "\\\n", "\\ \r\n"),
        *(
            "<I16[16000]>",
            "<_,_>",
            "<F32[1,2], UTF8>",
            "a ",
            "b ",
            "SOUND",
            "RAW",
            "serial",
            "fft",
            "label ",
            "m.tflite",
        ),
        *("--labels=a,b", "--hz 16000", "--length=", "-x 1", "--wordlist 'a b'", "1e999", "99999999999999999999"),
    ]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**70),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["a", "b", "b.1", "$A", "fft", "label", "modulo", "f32", "utf8", "RAW", "IMAGE", "SERIAL", "@2*3"]),
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_SCALARS, inner, max_size=3), max_leaves=6
)
_KEYS = [
    "model",
    "proc-block",
    "capability",
    "out",
    "inputs",
    "outputs",
    "args",
    "type",
    "dimensions",
    "path",
    "inline",
]
_ARGUMENTS = [
    "hz",
    "width",
    "height",
    "sample_duration_ms",
    "pixel-format",
    "length",
    "count",
    "wordlist",
    "modulus",
    "format",
]
_TYPES = st.lists(st.fixed_dictionaries({"type": _VALUES, "dimensions": _VALUES}), max_size=2) | _VALUES
_STAGES = st.dictionaries(
    st.sampled_from(_KEYS),
    st.one_of(_VALUES, _TYPES, st.dictionaries(st.sampled_from(_ARGUMENTS), _SCALARS, max_size=4)),
    max_size=5,
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "version": st.just(1) | _VALUES,
        "image": st.just("x") | _VALUES,
        "pipeline": st.dictionaries(st.sampled_from("abcd"), _STAGES | _VALUES, max_size=4) | _VALUES,
        "resources": st.dictionaries(st.sampled_from("AB"), _STAGES | _VALUES, max_size=2) | _VALUES,
    }
)
SPEECH = """\
# Which of three words was said
FROM runicos/base

CAPABILITY<I16[16000]> audio SOUND --hz 16000 --sample-duration-ms 1000
MODEL<I16[1, 16000],F32[1,3]> model ./words.tflite
PROC_BLOCK<_,_> best hotg-ai/rune@v0.1.2#proc_blocks/most_confident_indices --count=1
PROC_BLOCK<_, UTF8[1]> word hotg-ai/proc-blocks@v0.11.3#label \\
    --wordlist=one,two, \\
    # the third
    "two and one"
OUT serial

RUN audio model best word serial
"""
