"""`rune evaluate`: its three forms, and its exit status."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from rune.aim import AIMS
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.capabilities.raw import RAW
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_variant
from rune.datasets.content.wav import wav_bytes
from rune.model.tflite import read_model, signature
from rune.tools.cli import main
from rune.tools.cli.assessment.evaluate import _limits, _missed_limits
from tests.support.compiler.template_projects import around
from tests.support.models.model_cases import compiled_model
from tests.support.runes.sound_runes import RATE, always, graph_of
from tests.support.runes.wat_runes import mirror


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.rune"
    path.write_bytes(mirror(RAW, 8, "f32[2]"))
    return path


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Two samples of the label 0, of which the rune takes one for 1, and one of the label 1."""
    folder = tmp_path / "samples"
    for name, first, second in (("0/a.raw", 1, 0), ("0/b.raw", 0, 1), ("1/c.raw", 0, 1)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(struct.pack("<2f", first, second))
    return folder


def test_the_text_says_how_many_are_right_and_that_they_are_few(app: Path, samples: Path) -> None:
    result = run(app, "--samples", samples)
    assert result.exit_code == 0
    assert "2 of 3 samples right: 66.7 %" in result.stdout
    assert "too few samples" in result.stdout
    assert "0/b.raw (0): classified as 1" in result.stdout


def test_json_has_figures_and_outcomes(app: Path, samples: Path) -> None:
    report = json.loads(run(app, "--samples", samples, "-f", "json").stdout)
    assert (report["samples"], report["right"], report["accuracy"]["is_precise"]) == (3, 2, False)
    assert report["confusion"] == {"labels": ["0", "1"], "answers": ["0", "1"], "counts": [[1, 1], [0, 1]]}
    assert [each["name"] for each in report["outcomes"]] == ["0/a.raw", "0/b.raw", "1/c.raw"]


@pytest.mark.protects("uploads/uneven-times")
def test_a_recording_of_another_rate_is_named_with_what_became_of_it(tmp_path: Path) -> None:
    path = tmp_path / "app.rune"
    path.write_bytes(mirror(RAW, 8, "f32[2]"))
    for name, step in {"0/1": 10, "0/2": 10, "1/3": 20, "1/4": 10}.items():
        (tmp_path / "samples" / name).parent.mkdir(parents=True, exist_ok=True)
        rows = "".join(f"{row * step},1,0\n" for row in range(4))
        (tmp_path / "samples" / f"{name}.csv").write_text(f"time_ms,heat,light\n{rows}")
    result = run(path, "--samples", tmp_path / "samples")
    assert result.stderr.splitlines()[0] == (
        "Note: 1/3.csv: Its rows are 20 ms apart, and those of the data 10 ms. It is resampled to 10 ms: 7 rows "
        "instead of 4."
    )


def test_junit_has_a_case_for_each_sample_and_names_what_was_wrong(app: Path, samples: Path) -> None:
    (samples / "1" / "odd\ufffe.raw").write_bytes(b"")
    root = ElementTree.fromstring(run(app, "--samples", samples, "-f", "junit").stdout)
    [suite] = root.findall("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    assert suite.get("skipped") == "1"
    [failure] = suite.findall("testcase[@name='0/b.raw']/failure")
    assert failure.get("message") == "classified as 1"


def test_a_limit_that_is_missed_ends_with_status_1_and_says_which(app: Path, samples: Path) -> None:
    assert run(app, "--samples", samples, "--least-accuracy", "66").exit_code == 0
    result = run(app, "--samples", samples, "--least-accuracy", "67")
    assert result.exit_code == 1
    assert "Accuracy: 66.7 %, and the limit is at least 67 %." in result.stderr
    unknown = run(app, "--samples", samples, "--most-false-alarms", "1")
    assert unknown.exit_code == 1
    assert unknown.stderr == "False alarms: No recording that lasts longer than a window was run.\n"


def outcomes(right: int, count: int) -> Evaluation:
    return Evaluation(
        ("a",), tuple(SampleOutcome(str(each), "a", "a" if each < right else "b") for each in range(count))
    )


@pytest.mark.parametrize(("right", "count", "percent"), [(57, 100, 57), (959, 1000, 95.9), (1, 200, 0.5)])
def test_an_accuracy_that_is_exactly_the_limit_meets_it(right: int, count: int, percent: float) -> None:
    assert list(_missed_limits(outcomes(right, count), _limits(percent, None))) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "count", "percent", "sentence"),
    [
        (8996, 10000, 90, "89.96 %, and the limit is at least 90 %."),
        (0, 9, 99.95, "0 %, and the limit is at least 99.95 %."),
    ],
)
def test_a_missed_limit_is_written_with_the_digits_that_show_it(
    right: int, count: int, percent: float, sentence: str
) -> None:
    [message] = _missed_limits(outcomes(right, count), _limits(percent, None))
    assert message.startswith(f"Accuracy: {sentence}")


@pytest.mark.slow
def test_a_project_is_built_for_evaluation_as_its_forge_yml_says(tmp_path: Path) -> None:
    model = compiled_model("fully_connected_f32_plain")
    (kind,) = (each.type for each in signature(read_model(model)).inputs)
    assert kind is not None
    files, (folder, samples) = around(model), (tmp_path / each for each in ("project", "samples/0"))
    for path in (folder, samples):
        path.mkdir(parents=True)
    for name in files.paths():
        (folder / name).write_bytes(files.read(name))
    (samples / "a.raw").write_bytes(bytes(kind.size))

    (folder / "forge.yml").write_text("build: {optimize: size}\nlimits: {size: 1 MB}\n")
    (limit,) = json.loads(run(folder, "--samples", samples.parent, "--format", "json").stdout)["limits"]
    expected, usual = (
        len(build(files, BuildOptions("project", target=find_variant("wasm32", aim))).rune) for aim in AIMS[:2]
    )
    assert limit["figure"]["value"] == expected != usual


@pytest.mark.slow
def test_limits_are_not_met_by_samples_that_the_model_learned_from(tmp_path: Path) -> None:
    model = compiled_model("fully_connected_f32_plain")
    (kind,) = (each.type for each in signature(read_model(model)).inputs)
    assert kind is not None
    files, folder = around(model), tmp_path / "project"
    for path in ("samples/0", "divided/train/0", "divided/test/0"):
        (folder / path).mkdir(parents=True)
        (folder / path / "a.raw").write_bytes(bytes(kind.size))
    for name in files.paths():
        (folder / name).write_bytes(files.read(name))

    def evaluated(data: str, samples: str, *options: str) -> Result:
        text = f"limits: {{accuracy: 0 %}}\ntraining: {{recipe: table, data: {data}}}\n"
        (folder / "forge.yml").write_text(text, "utf-8")
        return run(folder, "--samples", folder / samples, *options)

    result = evaluated("samples", "samples", "--least-accuracy", "0")
    assert result.exit_code == 1
    assert "Note: The model learned from some of these samples" in result.stderr
    assert "Accuracy: not known. The model learned from some of these samples" in result.output
    assert evaluated("divided", "samples").exit_code == 0
    assert evaluated("divided", "divided").exit_code == 0
    # `rune train` wrote down for what it used each file of data that names no splits.
    (folder / "samples/0/b.raw").write_bytes(bytes(kind.size))
    splits = {"version": 1, "splits": {}, "recordings": {"0/a.raw": "train", "0/b.raw": "test"}}
    (folder / "model.splits.json").write_text(json.dumps(splits))
    result = evaluated("samples", "samples", "--split", "test", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [each["name"] for each in json.loads(result.stdout)["outcomes"]] == ["0/b.raw"]
    assert [evaluated("samples", "samples", "--split", split).exit_code for split in ("train", "holdout")] == [0, 1]


def test_limits_of_packages_are_judged_by_what_the_rune_needs_there(tmp_path: Path, samples: Path) -> None:
    """No emulator counts on `c`: the least that is needed breaks a limit, and keeps none."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Runefile.yml").write_text(
        "version: 1\nimage: runicos/base\npipeline:\n  two:\n    capability: RAW\n    outputs:\n"
        "      - {type: f32, dimensions: [2]}\n  out:\n    out: TENSOR\n    inputs: [two]\n",
        "utf-8",
    )
    (folder / "forge.yml").write_text("limits: {ram: {c: 1 B, z80: 1 kB}, flash: {c: 1 GB}}\n", "utf-8")
    result = run(folder, "--samples", samples)
    assert result.exit_code == 1
    assert "✗ RAM on c: missed." in result.stdout
    assert "? RAM on z80: not known. The build has no package for z80." in result.stdout
    assert "? Flash on c: not known. Nothing was measured on c: no emulator" in result.stdout


def test_a_table_and_a_zip_give_the_same_as_a_folder(app: Path, samples: Path, tmp_path: Path) -> None:
    table = samples / "all.csv"
    table.write_text("file,label,split\n0/a.raw,0,\n0/b.raw,0,\n1/c.raw,1,train\n")
    assert "1 of 2 samples right" in run(app, "--samples", table).stdout
    assert "1 of 1 sample right" in run(app, "--samples", table, "--split", "train").stdout
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as zip_file:
        for path in samples.rglob("*.*"):
            zip_file.write(path, path.relative_to(samples))
    assert "1 of 2 samples right" in run(app, "--samples", archive).stdout


def test_no_samples_of_the_split_and_no_samples_at_all_end_with_status_1(app: Path, samples: Path) -> None:
    result = run(app, "--samples", samples, "--split", "holdout")
    assert (result.exit_code, "no samples of the split holdout" in result.stderr) == (1, True)
    result = run(app, "--samples", samples / "0")
    assert (result.exit_code, "There are no samples" in result.stderr) == (1, True)


def test_a_rune_without_answers_is_refused(tmp_path: Path, samples: Path) -> None:
    path = tmp_path / "number.rune"
    path.write_bytes(mirror(RAW, 8, "f64[1]"))
    result = run(path, "--samples", samples)
    assert result.exit_code == 1
    assert "neither a label nor a score" in result.stderr


def test_samples_that_are_too_long_for_the_rune_are_listed_and_nothing_is_left(tmp_path: Path, samples: Path) -> None:
    path = tmp_path / "small.rune"
    path.write_bytes(mirror(RAW, 4, "u16[2]"))
    result = run(path, "--samples", samples)
    assert result.exit_code == 1
    assert "left out: 3 files" in result.stdout
    assert "No sample could be run." in result.stderr


@pytest.fixture
def sound_rune(tmp_path: Path) -> tuple[Path, Path]:
    """A rune that answers hammer whatever it hears, and a recording of it."""
    app, folder = tmp_path / "hearing.rune", tmp_path / "sounds"
    app.write_bytes(always([181, 74], graph_of(["hammer", "knock"])))
    (folder / "hammer").mkdir(parents=True)
    (folder / "hammer" / "a.wav").write_bytes(wav_bytes(RATE, b"\1\0" * RATE))
    return app, folder


def test_a_rune_of_sounds_is_tried_on_silence_noise_and_tones(sound_rune: tuple[Path, Path]) -> None:
    app, sounds = sound_rune
    text = run(app, "--samples", sounds).stdout
    assert (
        "The model calls silence hammer, 71 % sure. In 60 of 60 sounds of silence, noise and tones it calls hammer."
        in text
    )
    background = json.loads(run(app, "--samples", sounds, "-f", "json").stdout)["background"]
    assert (background["sounds"], background["called"][0]["label"]) == (60, "hammer")


def test_a_rune_of_another_input_is_not(app: Path, samples: Path) -> None:
    assert "silence" not in run(app, "--samples", samples).stdout
    assert json.loads(run(app, "--samples", samples, "-f", "json").stdout)["background"] is None
