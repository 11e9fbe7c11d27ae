"""A run expects a number of windows before they are computed: its network is compiled for batches of as many."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.training.preparing import prepare_run
from lab.training.run import expected_windows, write_features
from rune.source.policy.sections.training import Training
from tests.support.training.motion_data import write_motion


@pytest.mark.parametrize(("window", "hop"), [(100, 25), (50, 50), (20, 5)])
def test_as_many_windows_of_motion_are_expected_as_its_rows_fill(window: int, hop: int, tmp_path: Path) -> None:
    write_motion(tmp_path / "samples")
    training = Training("motion", "samples", arguments={"window": window, "hop": hop})
    run = prepare_run(training, tmp_path / "samples", {})
    features = write_features(run, tmp_path / "features.npz", lambda _share, _text: None)
    assert features.train_windows > len(run.dataset.recordings)
    assert expected_windows(run) == features.train_windows
