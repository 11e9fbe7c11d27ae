"""The references of the blocks for motion, whose golden vectors the C gives, give what SciPy gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rune.blocks.common import filter_design
from tests.support.cases import each_case
from tests.support.compiler.block_references import motion
from tests.support.compiler.block_references.motion import WALK

LIBRARY = json.loads((Path(motion.__file__).parent / "library_signals.json").read_text(encoding="utf-8"))
X = WALK[:, 0]


def _computed(name: str) -> Any:
    what, *words = name.split()
    arguments: dict[str, Any] = {"sample_rate": 60.0, "fresh": 1, "quality": 5.0, "taps": 31, "high": 12.0}
    match what:
        case "iir":
            return motion.iir(
                {**arguments, "kind": words[0], "order": int(words[1]), "cutoff": float(words[2])}, [[X]]
            )[0]
        case "taps":
            return motion.taps({**arguments, "kind": words[0], "cutoff": 5.0})
        case "detrend":
            return motion.detrend({"kind": words[0]}, [X])[0]
        case "resample":
            up, down = map(int, words)
            return motion.resample({"sample_rate": down * 100, "to_rate": up * 100}, [X])[0]
    features = motion.spectral_features({**arguments, "peaks": 1, "bands": "0, 20.5"}, [X])[0][0]
    return features[[0, 1, 2, 4, 5]]


@each_case("name", LIBRARY)
def test_a_reference_gives_what_scipy_gives(name: str) -> None:
    np.testing.assert_allclose(_computed(name), LIBRARY[name], rtol=3e-6, atol=3e-6)


@pytest.mark.parametrize("kind", ["lowpass", "highpass", "bandpass"])
def test_designed_taps_are_those_of_scipy(kind: str) -> None:
    weights = filter_design.windowed_sinc(kind, 31, filter_design.Band(5.0 / 60.0, 12.0 / 60.0))
    np.testing.assert_allclose(weights, LIBRARY[f"taps {kind}"], rtol=1e-9, atol=1e-12)
