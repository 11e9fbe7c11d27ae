"""Runes that are optimised for size: little code, the same integers, and a refusal where it means nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.aim import AIMS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target, find_variant, targets
from rune.devices.packages.packaging import package
from rune.project.files import MemoryFiles
from rune.tools.cli import main
from tests.rune.compiler.targets.test_wasm32_mvp import outputs
from tests.support.compiler.programs.c_projects import model_project, template

MOST_CODE = 8192
SOUND_FRONT = 1024
"""Bytes of a rune beyond its constants."""
COUNTING = 1024
"""Bytes that counting adds to a rune: code, an export, the section of its bins."""
SMALL = {
    target.name: small for target in targets() if target.makes_rune and (small := target.variant("size")) is not None
}


def test_the_targets_that_make_runes_have_a_smaller_one_of_the_same_name() -> None:
    assert SMALL.keys() == {target.name for target in targets() if target.makes_rune}
    assert {name: target.name for name, target in SMALL.items()} == {name: name for name in SMALL}
    assert {target.optimized_for for target in SMALL.values()} == {"size"}


@pytest.mark.parametrize("name", ["mlperf_ad_int8", "mlperf_ic_int8", "mlperf_kws_int8", "mlperf_vww_int8"])
def test_a_rune_has_little_more_than_its_constants(name: str, test_data: Path) -> None:
    starter = model_project((test_data / "models" / f"{name}.tflite").read_bytes())
    # Numbers as text take 370 bytes of code more.
    runefile = starter.read("Runefile.yml").replace(b"SERIAL", b"TENSOR")
    files = MemoryFiles({"Runefile.yml": runefile, "model.tflite": starter.read("model.tflite")})
    counting = build(files, BuildOptions("app", target=SMALL["wasm32"])).report
    plain = MemoryFiles({"Runefile.yml": b"watch: off\n" + runefile, "model.tflite": starter.read("model.tflite")})
    report = build(plain, BuildOptions("app", target=SMALL["wasm32"])).report
    assert counting.size - report.size <= (COUNTING if counting.counts else 0)
    # The starter of the keyword model computes its features from sound, which takes code too.
    front = SOUND_FRONT if name == "mlperf_kws_int8" else 0
    assert 0 < report.size - report.memory.constants <= MOST_CODE + front


@pytest.mark.parametrize("target", SMALL)
def test_integers_are_the_same_as_those_of_a_fast_rune(target: str) -> None:
    files = template("digits")
    fast, small = (build(files, BuildOptions("app", target=each)).rune for each in (find_target(target), SMALL[target]))
    assert len(small) < len(fast)
    inputs = [[bytes((number * step) % 256 for number in range(784))] for step in (0, 1, 7, 91)]
    assert outputs(small, inputs) == outputs(fast, inputs)


def test_the_command_builds_it_and_the_report_says_so(tmp_path: Path) -> None:
    project = Path(__file__).parents[4] / "examples" / "digits"
    arguments = ["build", str(project), "-o", str(tmp_path / "small.rune"), "--format", "json", "--optimize", "size"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["report"]["optimized_for"] == "size"


def test_sources_are_left_to_their_own_compiler(tmp_path: Path) -> None:
    project = Path(__file__).parents[4] / "examples" / "digits"
    result = CliRunner().invoke(
        main, ["build", str(project), "-o", str(tmp_path / "c"), "--target", "c", "--optimize", "size"]
    )
    assert result.exit_code == 2
    assert "--optimize size changes nothing for c: its sources are compiled by you, with -Os or -O3" in result.stderr
    assert not (tmp_path / "c").exists()


def test_of_several_targets_those_that_can_be_built_so_are(tmp_path: Path) -> None:
    project = Path(__file__).parents[4] / "examples" / "sine"

    def build_for(*targets: str) -> Result:
        options = [part for target in targets for part in ("--target", target)]
        return CliRunner().invoke(main, ["build", str(project), "-o", str(tmp_path), *options, "--optimize", "speed"])

    result = build_for("cortex-m4", "wasm32-mvp")
    assert result.exit_code == 1
    assert "The target wasm32-mvp is not optimised for speed, only for: balanced, size" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["sine-cortex-m4.zip"]
    refusal = build_for("wasm32-mvp")
    assert (refusal.exit_code, "only for: balanced, size" in refusal.stderr) == (2, True)


@pytest.mark.proof
def test_the_library_of_a_package_is_compiled_for_what_was_asked() -> None:
    """The package is for the smallest core, with all three aims. The sources are the same."""
    packages = {
        aim: package(template("digits"), BuildOptions("digits", target=find_variant("cortex-m0plus", aim)))
        for aim in AIMS
    }
    sizes = {aim: len(each.files["lib/librune_digits.a"]) for aim, each in packages.items()}
    assert sizes["size"] < min(sizes["balanced"], sizes["speed"]), sizes
    assert sizes["balanced"] != sizes["speed"]
    assert {each.report.optimized_for for each in packages.values()} == set(AIMS)
    assert len({each.files["src/digits.c"] for each in packages.values()}) == 1
    assert b"compiled for cortex-m0plus with -Os" in packages["size"].files["README.md"]
