"""The audio blocks under wasmtime: byte for byte what published runes give."""

from __future__ import annotations

import hashlib
import wave
from pathlib import Path

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import ArgumentValue, BlockError
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.block_module import BlockModule, Vector, vectors_of

FFT, NOISE_FILTERING = CATALOGUE["fft"], CATALOGUE["noise_filtering"]
VECTORS = [*vectors_of(FFT), *vectors_of(NOISE_FILTERING)]
SECOND = TensorType(ElementType.I16, (16_000,))
SPECTRUM = TensorType(ElementType.U32, (1, 1960))

PUBLISHED = {
    "up": (
        "42901a28d1a954d34920d9f0536f1a1a7963ab913f91eafa6a70d5815b386221",
        "7bc5bf0fd02d47716c076ef49aede73dad3be323a82946d2e600fbd140d1034b",
        "dd29f6f73ab5753a5568c0a515c3eaeb35bf42936733cd044ed55279ab565118",
    ),
    "left": (
        "f8c8288043024ddc3cfb651d94b17a54deb3002b6dbc921454da17793855cf02",
        "996ebff0767e3b7e9c3d5c2c312c4100e2d164f00408a1cbe2e03695c636b164",
        "185bf8c2d696abbc4e5ef8e34a5f2140ff4e0c9cd02b894e58f4cdfc5db71137",
    ),
}
"""SHA-256 of what a published rune makes of a recording: fft, then two runs of noise-filtering."""


def _defaults(block: str, **overrides: ArgumentValue) -> dict[str, ArgumentValue]:
    return {a.name: a.default for a in CATALOGUE[block].arguments if a.default is not None} | overrides


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> BlockModule:
    return BlockModule(VECTORS, tmp_path_factory.mktemp("audio"))


@pytest.mark.slow
def test_the_noise_filter_remembers_unless_it_is_told_to_be_fresh(module: BlockModule) -> None:
    by_name = {vector.name: vector for vector in compiled("noise_filtering")}
    keeps, fresh = by_name["the defaults"], by_name["fresh"]
    assert module.run(keeps) == module.run(fresh)
    assert module.run(keeps, times=2) != module.run(keeps)
    assert module.run(fresh, times=2) == module.run(fresh)


@pytest.mark.slow
def test_a_stream_of_ten_minutes_ends_as_it_began_with_a_fresh_noise_filter(module: BlockModule) -> None:
    four_windows_a_second = 10 * 60 * 4
    (fresh,) = (vector for vector in compiled("noise_filtering") if vector.name == "fresh")
    assert module.run(fresh, times=four_windows_a_second) == module.run(fresh)


def compiled(name: str) -> list[Vector]:
    """The very vectors that were compiled."""
    return [vector for vector in VECTORS if vector.block.name == name]


@pytest.mark.slow
def test_recordings_give_the_bytes_of_a_published_rune(test_data: Path, tmp_path: Path) -> None:
    vectors: dict[str, tuple[Vector, Vector]] = {}
    for word in PUBLISHED:
        with wave.open(str(test_data / "samples" / f"{word}.wav")) as reader:
            sound = memoryview(reader.readframes(reader.getnframes())).cast("h").tolist()
        spectrum = memoryview((test_data / "golden" / f"{word}.fft.u32le").read_bytes()).cast("I").tolist()
        vectors[word] = (
            Vector(FFT, word, _defaults("fft"), ((SECOND, sound),), (), None),
            Vector(NOISE_FILTERING, word, _defaults("noise_filtering"), ((SPECTRUM, spectrum),), (), None),
        )
    module = BlockModule([vector for pair in vectors.values() for vector in pair], tmp_path)
    for word, (spectrum_digest, first, second) in PUBLISHED.items():
        fft, noise_filtering = vectors[word]
        (bands,) = module.run(fft)
        assert (
            hashlib.sha256(b"".join(int(band).to_bytes(4, "little") for band in bands)).hexdigest() == spectrum_digest
        )
        for times, digest in ((1, first), (2, second)):
            (features,) = module.run(noise_filtering, times=times)
            assert hashlib.sha256(bytes(int(feature) & 0xFF for feature in features)).hexdigest() == digest


@each_case(
    ("block", "inputs", "arguments", "message"),
    [
        ("fft", (TensorType(ElementType.F32, (16_000,)),), {}, "takes sound as i16 samples"),
        ("fft", (TensorType(ElementType.I16, (0,)),), {}, "at least one sample"),
        ("fft", (SECOND, SECOND), {}, "takes 1 input"),
        ("fft", (SECOND,), {"window_overlap": 1.0}, "never move on"),
        ("fft", (TensorType(ElementType.I16, (100,)),), {"window_overlap": 0.0}, "give no frame"),
        ("noise_filtering", (SECOND,), {}, r"u32\[1, n\]"),
        ("noise_filtering", (TensorType(ElementType.U32, (1960,)),), {}, r"u32\[1, n\]"),
        ("noise_filtering", (TensorType(ElementType.U32, (1, 0)),), {}, r"u32\[1, n\]"),
        ("noise_filtering", (SPECTRUM, SPECTRUM), {}, "takes 1 input"),
        ("noise_filtering", (SPECTRUM,), {"gain_bits": 10}, "gain_bits must be 11 or more"),
    ],
)
def test_an_audio_block_says_what_it_cannot_take(
    block: str, inputs: tuple[TensorType, ...], arguments: dict[str, ArgumentValue], message: str
) -> None:
    with pytest.raises(BlockError, match=message):
        CATALOGUE[block].outputs(inputs, _defaults(block, **arguments))


def test_a_fresh_noise_filter_needs_no_state() -> None:
    assert NOISE_FILTERING.code((SPECTRUM,), _defaults("noise_filtering")).state_size == 4 * 1960
    assert NOISE_FILTERING.code((SPECTRUM,), _defaults("noise_filtering", fresh=1)).state_size == 0


def test_the_gain_table_has_the_published_ends() -> None:
    (gains,) = NOISE_FILTERING.code((SPECTRUM,), _defaults("noise_filtering")).constants
    table = memoryview(gains).cast("h").tolist()
    assert table[:14] == [32636, 32636, 32635, 0, 0, 0, 32635, 1, -2, 0, 32634, 1, -2, 0]
    assert table[-7:] == [8, -8, 4, 0, 4, -2, 0]


@pytest.mark.slow
def test_the_frames_of_a_second_start_where_they_always_did() -> None:
    starts = memoryview(FFT.code((SECOND,), _defaults("fft")).constants[0]).cast("I").tolist()
    assert starts[:4] == [0, 318, 636, 954]
    assert starts[-2:] == [14946, 15264]
