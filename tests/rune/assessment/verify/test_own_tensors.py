"""Outputs of a model are looked for in the rune's own memory: a label hides no other weight."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from rune.assessment.verify.runes.own_tensors import TensorSearch, changed, places_of
from rune.assessment.verify.runes.verification import OwnTensors, RuneVerification, ToolchainOrigin
from rune.assessment.verify.verification import Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import read_model
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.toolchain import toolchain_digest
from tests.support.compiler.template_projects import drawn, rune_of, weighted_operators, with_changed_weight

OTHER = "sha256:other"
PORT = Port("model", 0)


class TensorMemory:
    """The memory of a rune, as bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, start: int, size: int) -> bytes:
        return self.data[start : start + size]


def searched(runs: list[tuple[bytes, list[bytes]]], expected: Mapping[Port, bytes] | None = None) -> tuple[Port, ...]:
    """The tensors that are missing after runs: of each, what the tensor should be, and the memory after each step."""
    search = TensorSearch()
    for tensor, memories in runs:
        search.expected_tensors = expected or {PORT: tensor}
        for step, memory in enumerate(memories):
            search.after(step, TensorMemory(memory))  # type: ignore[arg-type]
        search.end_run()
    return search.missing([PORT])


def test_a_tensor_that_is_nowhere_is_missing() -> None:
    assert searched([(b"abcd", [b"....", b"..abce.."])]) == (PORT,)


def test_a_tensor_that_is_at_one_place_in_one_run_and_at_another_in_the_next_is_missing() -> None:
    assert searched([(b"ab", [b"ab......"]), (b"cd", [b"..cd...."])]) == (PORT,)


def test_a_tensor_that_comes_after_another_step_is_missing() -> None:
    assert searched([(b"ab", [b"ab......", b"........"]), (b"cd", [b"........", b"cd......"])]) == (PORT,)


def test_a_tensor_that_is_always_at_its_place_after_its_step_is_found() -> None:
    assert searched([(b"ab", [b"........", b"..ab..ab"]), (b"cd", [b"cd......", b"....cdcd"])]) == ()


def test_a_tensor_that_is_overwritten_later_is_found() -> None:
    assert searched([(b"ab", [b"..ab....", b"........"]), (b"cd", [b"..cd....", b"cd......"])]) == ()


@pytest.mark.parametrize("size", [1, 2, 15, 16, 17, 40])
def test_all_places_are_found(size: int) -> None:
    generator = np.random.default_rng(size)
    memory = generator.integers(0, 3, 5_000, dtype=np.uint8).tobytes()
    tensor = memory[1_234 : 1_234 + size]
    slow = [at for at in range(len(memory)) if memory[at : at + size] == tensor]
    assert places_of(tensor, memory).tolist() == slow


def test_more_than_the_memory_is_nowhere() -> None:
    assert places_of(b"abc", b"ab").tolist() == []
    assert places_of(b"", b"ab").tolist() == []


def test_a_tensor_that_its_memory_held_before_is_found() -> None:
    assert searched([(b"....", [b"........", b"........"]), (b"abcd", [b"........", b"abcd...."])]) == ()


OTHER_PORT = Port("later", 0)


@pytest.mark.parametrize(("later", "missing"), [(b"xy", ()), (b"..", (OTHER_PORT,))])
def test_a_tensor_that_only_some_runs_make_is_looked_for_in_those(later: bytes, missing: tuple[Port, ...]) -> None:
    """The window of a stream, for one, is not full in each run."""
    search = TensorSearch()
    runs: list[tuple[dict[Port, bytes], bytes]] = [
        ({PORT: b"ab"}, b"ab......"),
        ({PORT: b"cd", OTHER_PORT: b"xz"}, b"cd..xz.."),
        ({OTHER_PORT: b"xy"}, b"....%b.." % later),
        ({PORT: b"ef"}, b"ef......"),
    ]
    for tensors, memory in runs:
        search.expected_tensors = tensors
        search.after(0, TensorMemory(memory))  # type: ignore[arg-type]
        search.end_run()
    assert search.missing([PORT, OTHER_PORT, Port("never", 0)]) == missing


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (b"", b"abc", (0, 3)),
        (b"a" * 20, b"a" * 20, (0, 0)),
        (b"a" * 20, b"a" * 19 + b"b", (16, 20)),
        (b"a" * 40, b"a" * 9 + b"b" + b"a" * 30, (8, 16)),
        (b"a" * 42, b"b" + b"a" * 40 + b"b", (0, 42)),
    ],
)
def test_the_stretch_that_a_step_changed_is_known(before: bytes, after: bytes, expected: tuple[int, int]) -> None:
    assert changed(before, after) == expected


LABEL_ONLY = """
version: 1
image: runicos/base
pipeline:
  drawing:
    capability: IMAGE
    outputs: [{type: u8, dimensions: [1, 28, 28, 1]}]
    args: {source: 0, width: 28, height: 28, pixel-format: "@PixelFormat::GrayScale"}
  pixels:
    proc-block: hotg-ai/proc-blocks#image-normalization
    inputs: [drawing]
    outputs: [{type: f32, dimensions: [1, 28, 28, 1]}]
  digits:
    model: ./digits.tflite
    inputs: [pixels]
    outputs: [{type: f32, dimensions: [1, 11]}]
  best:
    proc-block: hotg-ai/proc-blocks#most_confident_indices
    inputs: [digits]
    outputs: [{type: u32, dimensions: [1]}]
    args: {count: 1}
  label:
    proc-block: hotg-ai/proc-blocks#label
    inputs: [best]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $LABELS}
  answer: {out: serial, inputs: [label]}
resources:
  LABELS: {path: ./labels.txt, type: string}
"""


def label_only() -> dict[str, bytes]:
    """The digits of which only the label is sent."""
    return drawn() | {"Runefile.yml": LABEL_ONLY.encode()}


def as_of_another_toolchain(files: MemoryFiles, rune: bytes) -> Verification:
    """The verification of a rune whose code is another, as it logs the end of its stages."""
    options = [BuildOptions("verified")]
    return verify(files, rune, effort=VerificationEffort(inputs=6, seed=1), toolchain=OTHER, options=options)


@pytest.fixture(scope="module")
def false_rune() -> tuple[MemoryFiles, bytes]:
    """A project, and a rune with another weight whose labels are the same."""
    files = label_only()
    for operator in weighted_operators(read_model(files["digits.tflite"])):
        wrong = files | {"digits.tflite": with_changed_weight(files["digits.tflite"], operator)}
        rune = build(MemoryFiles(wrong), BuildOptions("verified", timed=True)).rune
        verification = as_of_another_toolchain(MemoryFiles(files), rune).rune
        if not verification.differing:
            return MemoryFiles(files), rune
    raise AssertionError("each of the weights shows in the labels")


@pytest.mark.slow
@pytest.mark.protects("compiling/false-runes")
def test_another_weight_behind_a_label_is_not_verified_where_another_toolchain_made_the_rune(
    false_rune: tuple[MemoryFiles, bytes],
) -> None:
    verification = as_of_another_toolchain(*false_rune)
    assert verification.rune.origin is ToolchainOrigin.OTHER
    assert verification.rune.differing == 0
    assert verification.rune.tensors == OwnTensors(6, 6, ("digits",))
    assert not verification.is_complete
    assert "what digits should give is nowhere in its memory" in verification.sentence()
    assert Verification.from_json(verification.to_json()) == verification


@pytest.mark.slow
def test_another_weight_behind_a_label_is_an_error_of_this_toolchain(false_rune: tuple[MemoryFiles, bytes]) -> None:
    assert not verify(*false_rune, effort=VerificationEffort(inputs=6, seed=1), toolchain=toolchain_digest()).is_within


def test_what_the_models_of_a_right_rune_give_is_found_in_it() -> None:
    files = MemoryFiles(label_only())
    verification = verify(files, rune_of(files), effort=VerificationEffort(inputs=6, seed=1), toolchain=OTHER)
    assert verification.rune.tensors == OwnTensors(6, 6, ())
    assert verification.is_within
    assert verification.is_complete
    assert verification.rune.files == 1
    assert 1 < verification.rune.distinct <= 6
    assert "its models' outputs are in its memory as they should be (6)" in verification.rune.sentence()


def test_a_rune_whose_steps_nobody_can_call_is_undecided_where_another_toolchain_made_it() -> None:
    unseen = RuneVerification(3, 0, 30, origin=ToolchainOrigin.OTHER, tensors=OwnTensors())
    assert unseen.is_undecided
    assert "its memory cannot be read between its steps" in unseen.sentence()
    assert not RuneVerification(3, 0, 30, origin=ToolchainOrigin.THIS, tensors=OwnTensors()).is_undecided
