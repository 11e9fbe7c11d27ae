"""`rune watch`: the edges and the reference that it writes, the build that reads them, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rune.datasets.content.wav import wav_bytes
from rune.running.container import read_watch
from rune.tools.cli import main
from rune.watch.layout import WatchLayout
from tests.conftest import REPOSITORY

RATE = 16000


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def _sound(seed: int, loudness: int, seconds: float = 1.0) -> bytes:
    noise = np.random.default_rng(seed).normal(0, loudness, int(RATE * seconds))
    return wav_bytes(RATE, noise.clip(-32768, 32767).astype("<i2").tobytes())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The template of spoken words, which watches the level of its sound."""
    folder = tmp_path / "words"
    shutil.copytree(REPOSITORY / "examples" / "keywords", folder)
    runefile = folder / "Runefile.yml"
    text = runefile.read_text()
    runefile.write_text(text.replace("    capability: SOUND\n", "    capability: SOUND\n    watch: level\n", 1))
    return folder


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Sounds of ten loudnesses for training, and three for testing, of which one is of two seconds."""
    folder = tmp_path / "samples"
    for number in range(10):
        _write(folder / "train" / "unknown" / f"{number}.wav", _sound(number, 10 * 2**number))
    for number in range(3):
        _write(folder / "test" / "silence" / f"{number}.wav", _sound(20 + number, 30, 1 + (number == 2)))
    return folder


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _file(project: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((project / "rune.watch").read_text())
    return value


def test_the_edges_are_those_of_training_and_the_reference_counts_the_tests(project: Path, samples: Path) -> None:
    result = run("watch", samples, project)
    assert result.exit_code == 0, result.output
    value = _file(project)
    layout = WatchLayout.from_json(value["layout"])
    (level,) = layout.features
    assert len(level.edges) == 9
    assert level.edges[0] == pytest.approx(20**2, rel=0.05)
    assert level.edges[-1] == pytest.approx((10 * 2**9) ** 2, rel=0.05)
    answers = sum(value["reference"]["labels"])
    assert answers == sum(value["reference"]["confidence"]) == sum(value["reference"]["features"][0])
    assert value["counted"] == 3
    assert answers > 3, "a sound of two seconds has several windows"
    assert "right" not in value, "the label of a sound is not that of each window"
    assert "Wrote rune.watch: edges from 10 samples (the training samples)" in result.output
    assert f"Reference: {answers} answers on 3 test samples" in result.output


def test_of_sounds_of_one_window_the_right_answers_are_counted(project: Path, samples: Path, tmp_path: Path) -> None:
    (samples / "test" / "silence" / "2.wav").unlink()
    result = run("watch", samples, project)
    assert result.exit_code == 0, result.output
    value = _file(project)
    # The network of the template is not trained: it has the same answer on both.
    silence = value["layout"]["labels"]["names"].index("silence")
    assert value["right"] == value["reference"]["labels"][silence]
    assert f"Reference: 2 answers on 2 test samples, {value['right']} of them right" in result.output
    rune = tmp_path / "words.rune"
    assert run("build", project, "-o", rune).exit_code == 0
    record = read_watch(rune.read_bytes())
    assert record is not None
    assert record.right == value["right"]
    assert f"2 runs on the test samples, {value['right']} of them right" in run("inspect", rune).output


def test_a_build_has_the_edges_and_the_reference(project: Path, samples: Path, tmp_path: Path) -> None:
    assert run("watch", samples, project).exit_code == 0
    rune = tmp_path / "words.rune"
    assert run("build", project, "-o", rune).exit_code == 0
    record = read_watch(rune.read_bytes())
    value = _file(project)
    assert record is not None
    assert record.to_json() == {key: value[key] for key in ("layout", "reference")}
    text = run("inspect", rune).output
    assert f"Reference: {record.reference.answers if record.reference else 0} runs on the test samples" in text
    sizes = [line.split() for line in text.splitlines() if line.split()[1:2] and line.split()[0].isdigit()]
    assert sum(int(line[1]) for line in sizes if line[1].isdigit()) >= 154


def test_the_same_samples_write_the_same_file(project: Path, samples: Path) -> None:
    assert run("watch", samples, project).exit_code == 0
    first = (project / "rune.watch").read_bytes()
    assert run("watch", samples, project).exit_code == 0
    assert (project / "rune.watch").read_bytes() == first
    _write(samples / "test" / "silence" / "0.wav", _sound(99, 30))
    assert run("watch", samples, project).exit_code == 0
    assert (project / "rune.watch").read_bytes() != first


def test_without_splits_all_samples_give_edges_and_reference(project: Path, samples: Path) -> None:
    result = run("watch", samples / "train", project)
    assert result.exit_code == 0, result.output
    assert "all samples, as none is for training" in result.output
    assert _file(project)["counted"] == 10


def test_a_stale_file_does_not_keep_it_from_being_written_again(project: Path, samples: Path) -> None:
    (project / "rune.watch").write_text("{}")
    assert "RUNE0130" in run("check", project).output
    assert run("watch", samples, project).exit_code == 0
    assert run("check", project).exit_code == 0


def test_a_feature_of_floats_is_counted_after_it(project: Path, samples: Path) -> None:
    runefile = project / "Runefile.yml"
    text = (
        runefile.read_text()
        .replace("    watch: level\n", "")
        .replace("    proc-block: log_mel\n", "    proc-block: log_mel\n    watch: [level, mean]\n")
    )
    runefile.write_text(text)
    assert "RUNE0129" in run("check", project).output
    assert run("watch", samples, project).exit_code == 0
    assert "RUNE0129" not in run("check", project).output
    features = _file(project)["layout"]["features"]
    assert [(each["stage"], each["statistic"]) for each in features] == [
        ("spectrogram", "level"),
        ("spectrogram", "mean"),
    ]
    counts = _file(project)["reference"]["features"]
    assert sum(counts[0]) == sum(counts[1]) == sum(_file(project)["reference"]["labels"])


def test_a_sample_that_cannot_be_read_is_named(project: Path, samples: Path) -> None:
    _write(samples / "train" / "unknown" / "broken.wav", b"RIFF")
    result = run("watch", samples, project)
    assert result.exit_code == 0, result.output
    assert "Left out train/unknown/broken.wav" in result.output


def test_a_project_that_counts_nothing_is_refused(project: Path, samples: Path) -> None:
    runefile = project / "Runefile.yml"
    runefile.write_text(runefile.read_text().replace("\npipeline:\n", "\nwatch: off\npipeline:\n", 1))
    result = run("watch", samples, project)
    assert result.exit_code == 1
    assert "it counts nothing" in result.output
    assert not (project / "rune.watch").exists()


def test_a_project_with_errors_is_refused(project: Path, samples: Path) -> None:
    (project / "Runefile.yml").write_text("version: 1\n")
    result = run("watch", samples, project)
    assert result.exit_code == 1
    assert not (project / "rune.watch").exists()


def test_a_run_prints_what_was_counted(project: Path, samples: Path, tmp_path: Path) -> None:
    rune = tmp_path / "words.rune"
    assert run("build", project, "-o", rune).exit_code == 0
    sound = samples / "test" / "silence" / "0.wav"
    last = json.loads(run("run", rune, "--sound", sound, "--repeats", "3", "--counts").stdout.splitlines()[-1])
    assert sum(last["counts"]["labels"]) == 3
    text = run("run", rune, "--sound", sound, "--counts", "--format", "text").stdout
    assert "counted 1 run\n1 with the answer" in text


def test_a_rune_that_counts_nothing_has_no_counts_to_print(tmp_path: Path) -> None:
    rune = tmp_path / "sine.rune"
    assert run("build", REPOSITORY / "examples" / "sine", "-o", rune).exit_code == 0
    result = run("run", rune, "--generated", "--counts")
    assert result.exit_code == 1
    assert "counts nothing" in result.output
