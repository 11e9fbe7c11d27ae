"""`rune build --target`: what is written for each target, and what a target without a host refuses by name."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target, targets
from rune.model.tflite import read_model
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.running.container import read_rune
from rune.source.runefile import HostResourceOptions
from rune.source.runefile.codes import Code
from rune.tools.cli import main
from rune.tools.cli.building.places import output_paths
from rune.tools.cli.files.project import project_of
from tests.support.models.model_cases import refused_cases

GOOD = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u8, dimensions: [4]}]}
  out: {out: serial, inputs: [in]}
"""
HOST_MODEL = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: i8, dimensions: [1, 5]}]}
  model: {model: ./model.tflite, inputs: [in], outputs: [{type: i8, dimensions: [1, 5]}]}
  out: {out: serial, inputs: [model]}
"""
WORDS = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u32, dimensions: [1]}]}
  label:
    proc-block: label
    inputs: [in]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS}
  out: {out: serial, inputs: [label]}
resources:
  WORDS: {inline: "a\\nb", type: string}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "my-app"
    folder.mkdir()
    (folder / "Runefile.yml").write_text(GOOD)
    return folder


def rune_build(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["build", *map(str, arguments)])


@pytest.mark.slow
def test_a_package_is_written_to_an_archive_of_the_targets_name(project: Path) -> None:
    result = rune_build(project, "--target", "c")
    assert (result.exit_code, result.output) == (0, "")
    with zipfile.ZipFile(project / "my-app-c.zip") as archive:
        assert {"rune_my_app/include/my_app.h", "rune_my_app/src/my_app.c"} <= set(archive.namelist())
    assert not (project / "my-app.rune").exists()


@pytest.mark.slow
def test_several_targets_are_built_in_one_call(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    options = ["--target", "c", "--target", "wasm32-mvp", "--target", "wasm32", "--target", "c"]
    result = rune_build(project, *options, "-o", folder)
    assert (result.exit_code, result.output) == (0, "")
    assert {path.name for path in folder.iterdir()} == {"my-app-c.zip", "my-app.rune", "my-app-wasm32-mvp.rune"}
    summary = json.loads(rune_build(project, *options, "-o", folder, "--format", "json").stdout)
    assert [each["target"] for each in summary["builds"]] == ["c", "wasm32-mvp", "wasm32"]
    assert all(each["report"]["target"] == each["target"] for each in summary["builds"])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("wasm32-mvp", "wasm32"), ("my-app-wasm32-mvp.rune", "my-app.rune")),
        (("wasm32", "wasm32-mvp"), ("my-app.rune", "my-app-wasm32-mvp.rune")),
        (("c", "wasm32-mvp"), ("my-app-c.zip", "my-app-wasm32-mvp.rune")),
    ],
)
def test_the_order_of_targets_does_not_decide_which_rune_has_the_plain_name(
    names: tuple[str, ...], expected: tuple[str, ...], project: Path
) -> None:
    targets_ = [find_target(name) for name in names]
    places = output_paths(None, project_of(project), "my-app", targets_, is_one=False)
    assert tuple(place.name for place in places) == expected


def test_a_target_that_a_project_cannot_be_built_for_is_named_and_the_others_are_built(project: Path) -> None:
    model = next(case.data for case in refused_cases() if case.name == "relu_0_to_1_i8")
    (project / "model.tflite").write_bytes(model)
    (project / "Runefile.yml").write_text(HOST_MODEL)
    result = rune_build(project, "--target", "cortex-m4", "--target", "wasm32")
    assert result.exit_code == 1
    assert 'The target cortex-m4 has no host that could run the model "model.tflite"' in result.output
    assert "Error: There was a build error for cortex-m4" in result.output
    assert (project / "my-app.rune").exists()
    assert not (project / "my-app-cortex-m4.zip").exists()


@pytest.mark.parametrize("target", ["wasm32", "wasm32-mvp"])
def test_a_rune_is_written_to_a_file(target: str, project: Path) -> None:
    assert rune_build(project, "--target", target).exit_code == 0
    rune = read_rune((project / "my-app.rune").read_bytes())
    assert rune.graph is not None
    assert rune.graph["rune"]["name"] == "my-app"


@pytest.mark.slow
def test_a_program_that_was_begun_is_never_written_over(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "firmware" / "deep"
    assert rune_build(project, "--target", "c", "-o", folder).exit_code == 0
    (folder / "main.c").write_text("/* mine */")
    (folder / "notes.txt").write_text("mine too")
    (folder / "src" / "my_app.c").write_text("/* old */")
    assert rune_build(project, "--target", "c", "-o", folder).exit_code == 0
    assert (folder / "main.c").read_text() == "/* mine */"
    assert (folder / "notes.txt").read_text() == "mine too"
    assert "rune_my_app_run" in (folder / "src" / "my_app.c").read_text()


def test_a_package_is_not_written_among_other_files(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "src").mkdir(parents=True)
    (folder / "report.json").write_text("[]")
    result = rune_build(project, "--target", "c", "-o", folder)
    assert result.exit_code == 1
    assert f"The folder {folder} is not empty, and holds no package. Name another one." in result.output
    assert (folder / "report.json").read_text() == "[]"


def test_an_unknown_target_is_an_error_that_lists_them_all(project: Path) -> None:
    result = rune_build(project, "--target", "cortex-m99")
    assert result.exit_code == 2
    assert "there is no target 'cortex-m99'" in result.output
    assert all(target.name in result.output for target in targets())


@pytest.mark.slow
def test_the_report_names_the_target_and_its_files(project: Path) -> None:
    for target, names in (("c", {"include/my_app.h", "src/my_app.c", "main.c"}), ("wasm32", {"my-app.rune"})):
        summary = json.loads(rune_build(project, "--target", target, "--format", "json").stdout)
        assert summary["report"]["target"] == target
        assert {file["path"] for file in summary["report"]["files"]} >= names
        assert ("rune" in summary["report"]) is (target == "wasm32")


def test_what_does_not_fit_a_target_is_a_wrong_use(project: Path) -> None:
    (project / "file").write_text("")
    for arguments, message in (
        (["--target", "c", "--timed"], "--timed is for runes"),
        (["--target", "c", "-o", "-"], "the target c makes several files"),
        (["--target", "c", "-o", str(project / "file")], "the target c makes several files"),
        (["--target", "wasm32", "-o", str(project)], "a rune is a file"),
        (
            ["--target", "c", "--target", "wasm32", "-o", str(project / "file")],
            "is not a folder, and there are several",
        ),
        (["--target", "c", "--target", "wasm32", "-o", "-"], "is not a folder, and there are several"),
        (["--target", "wasm32-mvp", "--target", "wasm32", "--explain"], "--explain is about one target"),
    ):
        result = rune_build(project, *arguments)
        assert result.exit_code == 2
        assert message in result.output


def refusals(files: MemoryFiles, **options: object) -> list[tuple[str, str, tuple[str, ...]]]:
    with pytest.raises(BuildFailed) as error:
        build(files, BuildOptions("app", target=find_target("c"), **options))  # type: ignore[arg-type]
    return [(each.code, each.message, each.notes) for each in error.value.diagnostics]


@pytest.mark.slow
def test_a_model_that_needs_a_host_is_refused_by_name_and_still_builds_for_others() -> None:
    model = next(case.data for case in refused_cases() if case.name == "relu_0_to_1_i8")
    files = MemoryFiles({"Runefile.yml": HOST_MODEL.encode(), "model.tflite": model})
    ((code, message, notes),) = refusals(files)
    assert code == Code.TARGET_LACKS.value
    assert message == 'The target c has no host that could run the model "model.tflite"'
    assert notes == ("It needs RELU_0_TO_1 with int8.",)
    assert build(files, BuildOptions("app")).rune
    assert build(files, BuildOptions("app", target=find_target("wasm32-mvp"))).rune


def test_a_resource_of_the_host_is_refused_by_name() -> None:
    files = MemoryFiles({"Runefile.yml": WORDS.encode()})
    ((code, message, _),) = refusals(files, host_resources=HostResourceOptions(every=True))
    assert code == Code.TARGET_LACKS.value
    assert message == 'The target c has no host that could give the resource "WORDS"'
    assert build(files, BuildOptions("app", target=find_target("c"))).files


def test_marks_and_watched_wires_are_for_a_host() -> None:
    files = MemoryFiles({"Runefile.yml": GOOD.encode()})
    with pytest.raises(ValueError, match="c has no host that could watch or time what runs"):
        build(files, BuildOptions("app", target=find_target("c"), timed=True))
    with pytest.raises(ValueError, match="c has no host that could watch or time what runs"):
        build(files, BuildOptions("app", target=find_target("c"), watched=(Port("in", 0),)))


def test_a_model_for_the_host_by_wish_is_refused_too() -> None:
    model = (Path(__file__).parents[4] / "examples" / "sine" / "sine.tflite").read_bytes()
    text = HOST_MODEL.replace("i8", "f32").replace("[1, 5]", "[1, 1]")
    files = MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": model})
    ((_, message, notes),) = refusals(files, host_models=True)
    assert message.endswith('run the model "model.tflite"')
    assert notes == ()


@pytest.mark.slow
def test_verify_knows_a_rune_of_either_target_and_still_one_of_another_model(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["new", "sine", str(tmp_path / "app")]).exit_code == 0
    for target in (each.name for each in targets() if each.makes_rune):
        rune = tmp_path / f"{target}.rune"
        assert rune_build(tmp_path / "app", "--target", target, "-o", rune).exit_code == 0
        arguments = ["verify", str(rune), "--project", str(tmp_path / "app"), "-n", "2"]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        weights = max(
            read_model((tmp_path / "app" / "sine.tflite").read_bytes()).tensors, key=lambda t: len(t.data or b"")
        )
        # Kernels have the weights in an order of their own: one of them is found by itself.
        largest = max(np.frombuffer(bytes(weights.data or b""), "<f4"), key=abs)
        assert rune.read_bytes().count(largest.tobytes()) == 1
        rune.write_bytes(rune.read_bytes().replace(largest.tobytes(), (-largest).tobytes()))
        assert CliRunner().invoke(main, arguments).exit_code == 1
