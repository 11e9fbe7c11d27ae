"""`rune verify`: runes, projects and folders; its words, its JSON and its exit status."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.assessment.verify.inputs import generated_tensor
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.tensor import TensorType
from rune.tools.cli import main
from rune.tools.cli.failure import NOT_PROVEN
from tests.support.compiler.rebuilds import with_version
from tests.support.compiler.template_projects import around, rune_of, template, with_changed_weight
from tests.support.models.model_cases import compiled_model, refused_cases


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


@pytest.fixture
def sine(tmp_path: Path) -> Path:
    """The template in a folder, with its rune beside it."""
    folder = tmp_path / "sine"
    folder.mkdir()
    files = template("sine")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (tmp_path / "sine.rune").write_bytes(rune_of(MemoryFiles(files), "sine"))
    return folder


@pytest.mark.slow
def test_a_rune_is_verified_with_its_model(sine: Path) -> None:
    result = run(sine.with_suffix(".rune"), "--model", sine / "sine.tflite", "-n", "4", "--seed", "7")
    assert result.exit_code == NOT_PROVEN, result.output
    first, rebuild, inputs, reference, rune, model = result.stdout.splitlines()
    assert first.startswith("not rebuilt: the graph, labels and arguments are the rune's own; ")
    assert "identical to the reference on 8 inputs" in first
    assert rebuild.startswith("  rebuild: not rebuilt: ")
    assert inputs == "  inputs: seed 7; repeat them with --seed 7"
    assert reference.startswith("  reference: ai-edge-litert ")
    assert rune.startswith("  rune: the rune gives the same ")
    assert model.startswith("  sine (sine.tflite): ")


@pytest.mark.proof
def test_the_seed_that_is_printed_repeats_the_inputs_bit_by_bit(sine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs: list[bytes] = []

    def noted(kind: TensorType, number: int, seed: int) -> bytes:
        inputs.append(generated_tensor(kind, number, seed))
        return inputs[-1]

    for module in ("samples", "models.check", "models.boundary_inputs"):
        monkeypatch.setattr(f"rune.assessment.verify.{module}.generated_tensor", noted)

    def verified(*options: str) -> tuple[str, list[bytes]]:
        inputs.clear()
        result = run(sine, "-n", "3", *options)
        assert result.exit_code == 0, result.output
        (line,) = (line for line in result.stdout.splitlines() if "repeat them with" in line)
        return line.rpartition(" ")[2], list(inputs)

    seed, first = verified()
    again, second = verified("--seed", seed)
    other, third = verified()
    assert (again, sorted(second)) == (seed, sorted(first))
    assert other != seed
    assert sorted(third) != sorted(first)
    assert len(set(first)) > 2


@pytest.mark.slow
def test_a_folder_is_built_and_verified(sine: Path) -> None:
    result = run(sine, "-n", "2", "--format", "json")
    assert result.exit_code == 0, result.output
    payload = json.loads(result.stdout)
    assert payload["within"] is True
    assert [model["runs"] for model in payload["models"]] == ["compiled"]


@pytest.mark.slow
def test_a_folder_is_verified_as_its_forge_yml_has_it_built(tmp_path: Path) -> None:
    """A rune for speed has a second module, and of TFLite Micro's bits another is the judge."""
    files = around(compiled_model("conv_2d_i8_same"))
    for path in files.paths():
        (tmp_path / path).write_bytes(files.read(path))

    def verified(setting: str) -> Result:
        (tmp_path / "forge.yml").write_text(f"build: {{{setting}}}\n")
        return run(tmp_path, "-n", "2", "--format", "json")

    failure = verified("optimise: speed")
    assert failure.exit_code == 1
    assert json.loads(failure.stdout)["diagnostics"][0]["file"] == "forge.yml"
    result = verified("optimize: speed, match: tflm")
    assert result.exit_code == 0, result.output
    payload = json.loads(result.stdout)
    assert payload["second"]["inputs"] > 0 == payload["second"]["differing"]
    assert payload["reference"].startswith("tflite-micro ")


@pytest.mark.slow
def test_a_rune_is_verified_with_its_project(sine: Path) -> None:
    assert run(sine.with_suffix(".rune"), "--project", sine, "-n", "2").exit_code == 0


@pytest.mark.slow
def test_only_a_proven_rune_is_green(sine: Path) -> None:
    rune = sine.with_suffix(".rune")

    def verified(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["--color", "always", "verify", *map(str, arguments), "-n", "1"])

    assert verified(rune, "--project", sine).stdout.startswith("\x1b[32midentical to the reference on ")
    rune.write_bytes(with_version(rune.read_bytes()))
    other = verified(rune, "--project", sine)
    assert other.exit_code == NOT_PROVEN
    assert other.stdout.startswith("\x1b[33mnot rebuilt: made by 0.0.9; ")
    model = sine / "sine.tflite"
    model.write_bytes(with_changed_weight(model.read_bytes(), 1))
    wrong = verified(rune, "--project", sine)
    assert wrong.exit_code == 1
    assert wrong.stdout.startswith("\x1b[31m")
    assert "in the constants of op 1 FULLY_CONNECTED of sine" in wrong.stdout


@pytest.mark.slow
def test_another_model_of_the_same_shape_is_found_out(sine: Path) -> None:
    model = sine / "sine.tflite"
    model.write_bytes(with_changed_weight(model.read_bytes(), 1))
    result = run(sine.with_suffix(".rune"), "--model", f"sine={model}", "-n", "2")
    assert result.exit_code == 1
    assert "the constants of op 1 FULLY_CONNECTED of sine are not in it" in result.stdout


@pytest.mark.proof
def test_the_report_of_a_build_says_which_toolchain_built_the_rune(sine: Path, tmp_path: Path) -> None:
    rune, report = sine.with_suffix(".rune"), tmp_path / "report.json"
    build_report = build(MemoryFiles(template("sine")), BuildOptions("sine")).report.to_json()
    arguments = (rune, "--project", sine, "--report", report, "-n", "2")
    for content in (
        {"report": build_report},
        {**build_report, "toolchain_digest": "sha256:another"},
        {key: value for key, value in build_report.items() if key != "toolchain_digest"},
    ):
        report.write_text(json.dumps(content))
        result = run(*arguments, "-f", "json")
        assert result.exit_code == 0, result.output
        # The same bytes are the same, no matter who is said to have made them.
        assert json.loads(result.stdout)["rebuild"]["state"] == "identical"
    report.write_text(json.dumps(build_report | {"rune": {"size": 1, "digest": "sha256:another"}}))
    assert "is the report of another rune" in run(*arguments).stderr
    for text in ("[]", "[" * 200_000):
        report.write_text(text)
        assert "is not the report of a build" in run(*arguments).stderr


@pytest.mark.slow
def test_files_are_tried_first(sine: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.bin").write_bytes(struct.pack("<f", number))
    result = run(sine, "--raw", tmp_path / "1.bin", "--raw", tmp_path / "2.bin", "-n", "3", "-f", "json")
    assert json.loads(result.stdout)["rune"] == {
        "inputs": 3,
        "distinct": 3,
        "tensors": {"runs": 3, "compared": 3, "missing": []},
        "files": 2,
        "bytes": json.loads(result.stdout)["rune"]["bytes"],
        "differing": 0,
        "failure": None,
        "suspect": None,
        "refusal": None,
        "origin": "this",
    }


def test_a_file_of_another_length_is_refused(sine: Path, tmp_path: Path) -> None:
    (tmp_path / "long.bin").write_bytes(bytes(5))
    result = run(sine, "--raw", tmp_path / "long.bin")
    assert result.exit_code == 1
    assert "5 bytes" in result.stderr


def test_without_the_model_it_says_what_to_give(sine: Path) -> None:
    result = run(sine.with_suffix(".rune"))
    assert result.exit_code == 1
    assert "give it with --model sine=FILE" in result.stderr


def test_a_model_for_a_stage_that_is_not_there_is_told_which_there_are(sine: Path) -> None:
    result = run(sine.with_suffix(".rune"), "--model", f"other={sine / 'sine.tflite'}")
    assert result.exit_code == 2
    assert "sine=FILE" in result.stderr


@pytest.mark.slow
def test_a_rune_whose_host_runs_the_model_needs_none_and_is_not_verified(tmp_path: Path) -> None:
    path = tmp_path / "hosted.rune"
    path.write_bytes(build(MemoryFiles(template("sine")), BuildOptions("sine", host_models=True)).rune)
    result = run(path, "-n", "2")
    assert result.exit_code == 1
    first, _reference, model = result.stdout.splitlines()
    assert first == "not verified: the host runs model 1"
    assert model.startswith("  model 1: run by the host, ")


@pytest.mark.proof
def test_a_project_whose_host_runs_the_model_is_not_verified(tmp_path: Path) -> None:
    files = around(refused_cases()[0].data)
    for name in files.paths():
        (tmp_path / name).write_bytes(files.read(name))
    result = run(tmp_path, "-n", "2")
    assert result.exit_code == 1
    assert result.stdout.startswith("not verified: the host runs model\n")


def test_a_project_that_does_not_check_is_shown_as_such(sine: Path) -> None:
    (sine / "sine.tflite").unlink()
    result = run(sine)
    assert result.exit_code == 1
    assert "has 1 error" in result.stderr
    assert "sine.tflite" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("{folder}", "--model", "a.tflite"), ("{rune}", "--model", "a.tflite", "--project", "{folder}"), ("{folder}/no",)],
)
def test_it_is_told_when_it_is_called_wrongly(sine: Path, arguments: tuple[str, ...]) -> None:
    command = [each.format(folder=sine, rune=sine.with_suffix(".rune")) for each in arguments]
    assert run(*command).exit_code == 2


def test_a_model_alone_is_told_to_be_no_rune_rather_than_read_as_text(sine: Path) -> None:
    outcome = run(sine / "sine.tflite")
    assert outcome.exit_code == 1
    assert "it is neither a rune nor a Runefile" in outcome.stderr
    assert "Runefile has" not in outcome.output


@pytest.mark.slow
def test_bytes_that_do_not_load_are_not_called_another_toolchains(sine: Path) -> None:
    (sine / "eight.rune").write_bytes(b"\0asm\1\0\0\0")
    outcome = run(sine / "eight.rune", "--project", sine)
    assert outcome.exit_code == 1
    assert "it does not load" in outcome.stdout
    assert "toolchain" not in outcome.output


@pytest.mark.parametrize("data", [b"", b"\0asm", b"\0asm\1\0\0\0", b"\0asm\1\0\0\0\0\xff", b"pipeline: {"])
def test_any_file_ends_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.rune"
    path.write_bytes(data)
    result = run(path)
    assert result.exit_code == 1
    assert "Error" in result.stderr
    assert "Traceback" not in result.output
