"""The samples by which ranges are measured are of the train split alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.quantize.samples import MOST_SAMPLES, ModelInput, read_samples, split_samples
from lab.training.run import calibration_samples


@pytest.mark.parametrize("count", [3, 40, 3000])
def test_ranges_are_of_the_train_split(count: int, tmp_path: Path) -> None:
    inputs = np.linspace(0.2, 0.6, 2 * count, dtype=np.float32).reshape(2 * count, 1)
    inputs[count:] = 5
    features, archive = tmp_path / "features.npz", tmp_path / "samples.zip"
    np.savez(features, inputs=inputs, splits=np.repeat([0, 2], count))
    archive.write_bytes(calibration_samples(features))
    samples = read_samples(archive, [ModelInput("input", (1, 1))])
    assert len(samples) <= MOST_SAMPLES
    maxima = [float(each.values[0].max()) for each in split_samples(samples)[0]]
    assert 0.2 <= min(maxima) <= max(maxima) <= 0.6
