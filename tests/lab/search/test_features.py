"""Candidates that read the same have the same file of features, which is that of a run of their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import lab.search.features as shared
from lab.recipes.arguments import Values
from lab.recipes.numbers import usual_scaling
from lab.refusal import Refused
from lab.search.features import SharedFeatures
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.run import WrittenFeatures, write_features
from rune.source.policy.sections.training import Training
from tests.support.patience import PATIENCE
from tests.support.training.motion_data import write_motion


@pytest.fixture
def base(tmp_path: Path) -> PreparedRun:
    samples = write_motion(tmp_path / "samples", takes=1, seconds=1)
    return prepare_run(Training("motion", "samples", arguments={"filters": 16, "window": 20, "hop": 20}), samples, {})


def with_values(base: PreparedRun, values: Values) -> PreparedRun:
    return replace(base, settings=replace(base.settings, values={**base.settings.values, **values}))


def written(features: SharedFeatures, run: PreparedRun, target: Path) -> WrittenFeatures:
    return features.write(run, target, lambda _share, _text: None)


def test_networks_behind_one_front_end_share_its_features(base: PreparedRun, tmp_path: Path) -> None:
    features, (first, other, longer) = SharedFeatures(tmp_path), (tmp_path / name for name in "abc")
    own = write_features(base, tmp_path / "own", lambda _share, _text: None)
    assert written(features, base, first).notes == own.notes
    assert written(features, with_values(base, {"filters": 4, "stride": 4}), other).notes == own.notes
    assert first.read_bytes() == (tmp_path / "own").read_bytes()
    assert first.samefile(other)
    written(features, with_values(base, {"window": 25}), longer)
    assert longer.read_bytes() != first.read_bytes()
    written(features, base, longer)  # a file of that name is replaced
    assert longer.samefile(first)


def test_features_that_are_refused_are_refused_again(base: PreparedRun, tmp_path: Path) -> None:
    features = SharedFeatures(tmp_path)
    for _ in range(2):
        with pytest.raises(Refused, match="shorter than a window"):
            written(features, with_values(base, {"window": 1000}), tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_front_ends_that_are_computed_at_the_same_time_have_files_of_their_own(
    base: PreparedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def write(run: PreparedRun, target: Path, _report: object) -> WrittenFeatures:
        target.write_text(str(run.settings.values["window"]))
        both.wait()  # each has written before either goes on
        return WrittenFeatures([target.read_text()], usual_scaling(3), 2)

    monkeypatch.setattr(shared, "write_features", write)
    features = SharedFeatures(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(written, features, with_values(base, {"window": window}), tmp_path / f"of-{window}")
            for window in (20, 25)
        ]
        assert [run.result().notes for run in runs] == [["20"], ["25"]]
    assert [(tmp_path / f"of-{window}").read_text() for window in (20, 25)] == ["20", "25"]
