"""Attacks that a rune's own word once hid: verify builds the project again, and believes nothing that the rune says."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import numpy as np
import pytest

from rune.assessment.verify.verification import Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import read_model
from rune.project.files import MemoryFiles
from rune.running.container import canonical_json, pack
from tests.support.compiler.rebuilds import digits, is_proven, judged, with_graph, with_version
from tests.support.compiler.template_projects import rune_of, template, weighted_operators

pytestmark = [pytest.mark.slow, pytest.mark.protects("compiling/false-runes")]

FEW = VerificationEffort(inputs=2, seed=1)
OTHER = "sha256:other"
"""The digest of a toolchain that is not this one."""
BITS = 100


def is_called_right(verification: Verification) -> bool:
    return verification.is_within and verification.is_complete


def with_reversed_weights(data: bytes) -> bytes:
    """The model file with the weights of its last layer in the opposite order."""
    model = read_model(data)
    weights = model.tensors[model.operators[weighted_operators(model)[-1]].inputs[1]].data
    assert weights is not None
    start = np.frombuffer(weights, "u1").ctypes.data - np.frombuffer(data, "u1").ctypes.data
    return data[:start] + bytes(weights)[::-1] + data[start + len(weights) :]


@pytest.mark.parametrize("version", [None, "0.0.9"])
def test_reversed_weights_with_the_digest_of_the_right_model_are_found(version: str | None) -> None:
    files = template("digits")
    changed = files | {"digits.tflite": with_reversed_weights(files["digits.tflite"])}
    assert changed != files
    digest = f"sha256:{hashlib.sha256(files['digits.tflite']).hexdigest()}"
    rune = pack(rune_of(MemoryFiles(changed), "digits"), {"certificate": canonical_json({"digits.tflite": digest})})
    rune = rune if version is None else with_version(rune, version)
    verification = verify(MemoryFiles(files), rune, effort=FEW)
    assert not verification.is_within
    assert verification.rebuild is not None
    assert any("in the constants of op" in each for each in verification.rebuild.differences)


@pytest.mark.parametrize("toolchain", [None, OTHER])
@pytest.mark.parametrize("version", [None, "0.0.9"])
def test_a_rune_that_says_that_it_has_no_models_is_wrong(version: str | None, toolchain: str | None) -> None:
    files, result = digits()

    def change(graph: dict[str, Any]) -> None:
        graph["models"] = {}

    rune = with_graph(result.rune, change)
    rune = rune if version is None else with_version(rune, version)
    rebuild = judged(rune, result, toolchain)
    assert rebuild.is_wrong
    assert not is_proven(rebuild)
    assert not is_called_right(verify(files, rune, effort=FEW, toolchain=toolchain))


@pytest.mark.parametrize("toolchain", [None, OTHER])
def test_a_rune_whose_host_runs_the_models_is_never_called_right(toolchain: str | None) -> None:
    files, _ = digits()
    rune = build(files, BuildOptions("digits", host_models=True)).rune
    verification = verify(files, rune, effort=FEW, toolchain=toolchain)
    assert not is_called_right(verification)
    assert "the host runs" in verification.sentence()


@pytest.mark.parametrize("toolchain", [None, OTHER])
def test_no_flipped_bit_anywhere_in_the_file_is_called_right(toolchain: str | None) -> None:
    """No bit is left out, whether it changes no answer or is in what the rune says of itself."""
    _, result = digits()
    choose = random.Random(29)
    for _ in range(BITS):
        place = choose.randrange(len(result.rune) * 8)
        changed = bytearray(result.rune)
        changed[place // 8] ^= 1 << place % 8
        assert not is_proven(judged(bytes(changed), result, toolchain)), place
