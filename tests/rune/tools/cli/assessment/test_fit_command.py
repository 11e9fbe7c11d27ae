"""`rune boards` and `rune fit` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.devices.boards.lookup import boards
from rune.tools.cli import main
from rune.tools.cli.files.policy import require_policy, target_figures
from rune.tools.cli.files.project import project_of
from tests.support.compiler.programs.board_programs import core
from tests.support.compiler.template_projects import template

SINE = Path(__file__).parents[5] / "examples" / "sine"
SOUND = """
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 16000, sample_duration_ms: 500}
    outputs: [{type: i16, dimensions: [8000]}]
  out:
    out: TENSOR
    inputs: [audio]
"""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without compilers for small cores and without emulators."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("arm-none-eabi-gcc") is None


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def project(folder: Path, text: str) -> str:
    (folder / "Runefile.yml").write_text(text, "utf-8")
    return str(folder)


def test_an_unknown_board_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    result = run("fit", str(tmp_path), "--board", "arduino-zer")
    assert result.exit_code == 2
    assert "there is no board 'arduino-zer'; did you mean arduino-zero" in result.stderr


def test_a_project_with_errors_is_refused_with_its_diagnostics(tmp_path: Path) -> None:
    result = run("fit", project(tmp_path, SOUND.replace("[8000]", "[1]")), "--board", "arduino-zero")
    assert result.exit_code == 1
    assert "error[RUNE" in result.stderr
    assert "Error: There was 1 error; no board was tried" in result.stderr


def test_a_rune_in_place_of_a_project_is_named_as_one(tmp_path: Path) -> None:
    rune = tmp_path / "sine.rune"
    assert run("build", str(SINE), "-o", str(rune), "--quiet").exit_code == 0
    for command in (("fit",), ("check",), ("build",)):
        result = run(*command, str(rune))
        assert result.exit_code == 1
        assert f'"{rune}" is a rune, not a project: name the folder or the Runefile' in result.stderr
        assert result.stderr.isprintable() or result.stderr.rstrip("\n").isprintable()


def test_the_boards_are_listed() -> None:
    lines = run("boards").stdout.splitlines()
    assert len(lines) == 1 + len(boards())
    assert any(line.startswith("raspberry-pi-pico ") and line.endswith(" cortex-m0plus") for line in lines)


def test_the_list_as_json_has_the_source_of_each_figure() -> None:
    boards = json.loads(run("boards", "--format", "json").stdout)["boards"]
    assert all({"ram", "flash", "clock_mhz"} <= set(board["sources"]) for board in boards)


@pytest.mark.parametrize(
    ("key", "core", "target", "machine"),
    [
        ("esp32-s3-devkitc-1", "Xtensa LX7", "c", None),
        ("esp-eye", "Xtensa LX6", "c", None),
        ("seeed-xiao-esp32s3-sense", "Xtensa LX7", "c", None),
        ("arm-mps3-an547", "Cortex-M55", "cortex-m55", "mps3-an547"),
    ],
)
def test_a_board_says_what_is_executed_and_what_is_only_estimated(
    key: str, core: str, target: str, machine: str | None
) -> None:
    rows = json.loads(run("boards", "--format", "json").stdout)["boards"]
    row = next(each for each in rows if each["key"] == key)
    assert (row["core"], row["target"]) == (core, target)
    assert ("Nothing is executed" in row["executed"]) is (machine is None)
    assert machine is None or f"QEMU's machine {machine}" in row["executed"]
    assert row["executed"] in run("fit", str(SINE), "--board", key).stdout


@pytest.mark.usefixtures("bare")
def test_without_emulators_a_rune_may_fit_and_the_missing_program_is_named() -> None:
    result = run("fit", str(SINE), "--board", "nrf52840-dk")
    assert result.exit_code == 0
    assert "may fit" in result.stdout
    assert "not known" in result.stdout
    assert "Not measured on cortex-m4: arm-none-eabi-gcc is missing; Debian's package gcc-arm" in result.stdout


@pytest.mark.usefixtures("bare")
def test_a_rune_that_is_too_large_for_the_board_ends_with_status_1(tmp_path: Path) -> None:
    long = SOUND.replace("500", "2000").replace("8000", "32000")
    result = run("fit", project(tmp_path, long), "--board", "microbit-v1", "--format", "json")
    assert result.exit_code == 1
    (board_fit,) = json.loads(result.stdout)["fits"]
    assert board_fit["verdict"] == "too large"
    assert board_fit["ram"]["excess"] == board_fit["ram"]["needed"] - 16_384 > 0


@pytest.mark.usefixtures("bare")
def test_boards_without_an_emulated_core_say_so() -> None:
    assert "Not measured on c: no emulator" in run("fit", str(SINE), "--board", "esp32-devkit").stdout


@pytest.mark.usefixtures("bare")
def test_all_boards_are_asked_about_where_none_is_named() -> None:
    result = run("fit", str(SINE))
    assert result.exit_code == 0
    assert all(f"{board.key} " in result.stdout for board in boards())


@pytest.mark.usefixtures("bare")
def test_a_missing_measurement_is_named_once_for_each_target(tmp_path: Path) -> None:
    lines = run("fit", project(tmp_path, SOUND)).stdout.splitlines()
    targets = {board.target for board in boards()}
    assert sorted(line.split()[3].rstrip(":") for line in lines if line.startswith("Not measured")) == sorted(targets)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("target", "board"),
    [
        ("cortex-m0plus", "raspberry-pi-pico"),
        ("cortex-m4", "nrf52840-dk"),
        ("cortex-m33", "raspberry-pi-pico-2"),
        ("cortex-m7", "teensy-41"),
        ("rv32imc", "esp32-c3-devkitm-1"),
    ],
)
def test_a_rune_is_measured_on_the_emulated_core(target: str, board: str, tmp_path: Path) -> None:
    core(target)
    result = run("fit", project(tmp_path, SOUND), "--board", board, "--format", "json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    (on_target,), (fits,) = report["targets"], report["fits"]
    assert on_target["not_measured"] is None
    assert on_target["instructions"] > 0
    assert on_target["ram"] >= 2 * 16_000  # The program's frame, and the output.
    assert fits["verdict"] == "fits"
    assert fits["time"]["period"] == 500
    assert 0 < fits["time"]["least"] < fits["time"]["most"]


@pytest.mark.proof
def test_boards_and_limits_are_asked_about_what_forge_yml_wishes(tmp_path: Path) -> None:
    core("cortex-m4")
    folder = tmp_path / "sine"
    folder.mkdir()
    for name, data in template("sine").items():
        (folder / name).write_bytes(data)

    def figures_for(aim: str) -> tuple[str, int, int]:
        (folder / "forge.yml").write_text(
            f"build: {{optimize-packages: {aim}}}\nlimits: {{flash: {{cortex-m4: 1 kB}}}}\n"
        )
        text, as_json = (
            run("fit", str(folder), "--board", "nrf52840-dk", "--format", form).stdout for form in ("text", "json")
        )
        (on_target,) = json.loads(as_json)["targets"]
        project = project_of(folder)
        limited = target_figures(project, require_policy(project.files))["cortex-m4"]
        return text, on_target["flash"], limited.flash

    small, fast = figures_for("size"), figures_for("speed")
    assert "with -Os on an emulated core" in small[0]
    assert "with -O3 on an emulated core" in fast[0]
    assert small[1] == small[2] < fast[1] == fast[2]


@pytest.mark.proof
def test_what_the_compiler_is_told_changes_flash_and_instructions() -> None:
    core("cortex-m4")

    def needs(optimize: str) -> tuple[int, int]:
        output = run("fit", str(SINE), "--board", "nrf52840-dk", "--optimize", optimize, "--format", "json").stdout
        (on_target,) = json.loads(output)["targets"]
        return on_target["flash"], on_target["instructions"]

    size, balanced, speed = needs("size"), needs("balanced"), needs("speed")
    assert size[0] <= balanced[0] < speed[0]
    assert size[1] >= balanced[1] > speed[1]
    assert (
        "with -Os on an emulated core" in run("fit", str(SINE), "--board", "nrf52840-dk", "--optimize", "size").stdout
    )
