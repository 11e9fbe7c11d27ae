"""The range of pixels that is chosen for a model of floats decides whether it agrees with its int8 twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image

import rune
from rune.tools.cli import main

SIDE = 32
PICTURES = 60


def parts_of(photograph: Path) -> list[NDArray[np.uint8]]:
    """Squares of any size and place of a photograph, made as small as the model reads them."""
    chance = np.random.default_rng(1)
    picture = Image.open(photograph).convert("RGB")
    parts = []
    for _ in range(PICTURES):
        side = int(chance.integers(SIDE, min(picture.size)))
        left, top = (int(chance.integers(0, whole - side + 1)) for whole in picture.size)
        part = picture.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        parts.append(np.asarray(part, np.uint8))
    return parts


def rune_of(model: Path, *options: str) -> rune.Rune:
    """The rune that a new project around a model builds."""
    folder = "-".join((model.stem, *options))
    result = CliRunner().invoke(main, ["new", "--model", str(model), folder, *options])
    assert result.exit_code == 0, result.stderr
    return rune.build(folder).load()


@pytest.mark.proof
@pytest.mark.parametrize("samples", ["flower.jpg", "person_grayscale.png"])
def test_a_model_fed_from_0_to_255_agrees_with_its_twin_and_fed_from_0_to_1_does_not(
    samples: str, test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    models = test_data / "models"
    twin = rune_of(models / "mlperf_ic_int8.tflite")
    as_bytes = rune_of(models / "mlperf_ic_float.tflite", "--pixels", "0-255")
    as_shares = rune_of(models / "mlperf_ic_float.tflite", "--pixels", "0-1")
    right = wrong = 0
    for picture in parts_of(test_data / "samples" / samples):
        prediction = int(np.argmax(twin(image=picture)["serial"]))
        right += prediction == int(np.argmax(as_bytes(image=picture.astype(np.float32))["serial"]))
        wrong += prediction == int(np.argmax(as_shares(image=picture)["serial"]))
    assert right >= 0.8 * PICTURES, f"{right} of {PICTURES}"
    assert wrong <= 0.4 * PICTURES, f"{wrong} of {PICTURES}"
