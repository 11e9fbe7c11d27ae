"""Windows over a stream: when they come, what is in them, and that what depends on them waits; in C alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rune.abi import OutputKind
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import ArgumentValue, BlockError
from rune.capabilities.raw import RAW
from rune.port import Port
from rune.running.container import with_steps
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.pipelines import loaded, module_of, run
from tests.support.compiler.programs.c_programs import CFolder, sources_of

WINDOW = CATALOGUE["window"]
SOUND = np.random.default_rng(7).integers(-32768, 32768, 400, np.int16)


def _pipeline(chunk: int, size: int, hop: int) -> Pipeline:
    """A window, what normalises it, and the chunk itself beside it."""
    kind = TensorType(ElementType.I16, (chunk,))
    arguments = {"size": size, "hop": hop}
    outputs = WINDOW.outputs_for((kind,), arguments)
    scaled = CATALOGUE["audio_float_conversion"]
    floats = scaled.outputs_for((outputs[0].type,), {})
    return Pipeline(
        (
            CapabilityStage("audio", RAW, (("length", kind.size),), kind),
            BlockStage("window", "window", WINDOW, arguments, (Port("audio", 0),), outputs),
            BlockStage("scaled", "audio_float_conversion", scaled, {}, (Port("window", 0),), floats),
            OutputStage("scaled_out", OutputKind.TENSOR, (Port("scaled", 0),)),
            OutputStage("chunk_out", OutputKind.TENSOR, (Port("audio", 0),)),
            OutputStage("window_out", OutputKind.TENSOR, (Port("window", 0), Port("audio", 0))),
        ),
        (),
    )


def _windows(sound: NDArray[np.int16], chunk: int, size: int, hop: int) -> Iterator[NDArray[np.int16] | None]:
    """The expected window of each run: the last `size` samples, when there are so many and a hop of them is new."""
    last: int | None = None
    for end in range(chunk, len(sound) + 1, chunk):
        if end >= size and (last is None or end - last >= hop):
            last = end
            yield sound[end - size : end]
        else:
            yield None


CASES = [(10, 40, 20), (10, 40, 10), (40, 40, 40), (10, 35, 30), (1, 3, 2), (25, 100, 100)]


@pytest.mark.slow
@pytest.mark.parametrize(("chunk", "size", "hop"), CASES)
def test_a_run_gives_a_window_when_a_hop_is_new_and_nothing_otherwise(chunk: int, size: int, hop: int) -> None:
    rune = loaded(module_of(_pipeline(chunk, size, hop)))
    scaled_out, chunk_out, window_out = (request.id for request in rune.outputs)
    for number, window in enumerate(_windows(SOUND, chunk, size, hop)):
        samples = SOUND[number * chunk : (number + 1) * chunk]
        messages = {message.channel: message.tensors for message in run(rune, [samples.tobytes()])}
        assert messages[chunk_out][0].elements == tuple(samples.tolist())
        if window is None:
            assert set(messages) == {chunk_out}
            continue
        assert messages[window_out][0].elements == tuple(window.tolist())
        assert messages[window_out][1].elements == tuple(samples.tolist())
        assert len(messages[scaled_out][0].elements) == size


def test_a_rune_that_waits_still_lets_its_steps_be_called_one_by_one() -> None:
    rune = with_steps(module_of(_pipeline(10, 40, 20)))
    assert rune is not None
    assert rune.steps == 6


@pytest.mark.slow
def test_c_hops_as_the_rune_does_and_a_reset_begins_anew(tmp_path: Path) -> None:
    pipeline = _pipeline(10, 40, 20)
    rune = loaded(module_of(pipeline))
    frames = [[SOUND[at : at + 10].tobytes()] for at in range(0, len(SOUND), 10)]
    expected = b"".join(
        np.array(tensor.elements, "<f4" if tensor.element is ElementType.F32 else "<i2").tobytes()
        for frame in frames
        for message in run(rune, frame)
        for tensor in message.tensors
    )
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "hops"))
    assert folder.outputs(frames, ["-O1", "-fsanitize=address,undefined"]) == expected
    assert "int32_t window_out_0_is_new;" in (tmp_path / "hops.h").read_text()
    again = (
        (tmp_path / "main.c").read_text().replace("status = rune_hops_run", "rune_hops_reset(); status = rune_hops_run")
    )
    (tmp_path / "again.c").write_text(again)
    chunks = b"".join(frame[0] for frame in frames)
    assert folder.outputs_of("again.c", frames, ["-O1"]) == chunks


@each_case(
    ("kind", "arguments", "message"),
    [
        (TensorType(ElementType.I16, (10,)), {"size": 5, "hop": 0}, "smaller than what each run adds, 10"),
        (TensorType(ElementType.I16, (10,)), {"size": 40, "hop": 15}, "no multiple of what each run adds, 10"),
        (TensorType(ElementType.I16, (10,)), {"size": 40, "hop": 50}, "what is between is lost"),
        (TensorType(ElementType.I16, (0,)), {"size": 40, "hop": 0}, "takes numbers"),
        (TensorType(ElementType.UTF8, (4,)), {"size": 40, "hop": 0}, "takes numbers"),
    ],
)
def test_a_window_says_what_it_cannot_do(kind: TensorType, arguments: dict[str, ArgumentValue], message: str) -> None:
    with pytest.raises(BlockError, match=message):
        WINDOW.outputs_for((kind,), arguments)


def test_what_a_window_keeps_is_said() -> None:
    (state,) = WINDOW.states_for((TensorType(ElementType.F32, (1, 3)),), {"size": 50, "hop": 5})
    assert str(state.type) == "f32[50, 3]"
    assert "nothing comes until 50 have been read after a restart" in str(state)
