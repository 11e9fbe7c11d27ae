"""Packages: what is refused, what is in them, and that their self-test tells right code from wrong."""

from __future__ import annotations

import io
import json
import re
import subprocess
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from rune.compiler.anvil.compiling import allowance
from rune.compiler.anvil.compiling.allowance import Allowance, CompilerLimits
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.sources import Sources
from rune.compiler.anvil.target import Target
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildStep
from rune.compiler.targets.lookup import find_target, targets
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.devices.firmware.board import PICO
from rune.devices.firmware.errors import FirmwareRefused
from rune.devices.packages import firmware
from rune.devices.packages.contents import Contents
from rune.devices.packages.errors import NoFirmware, NothingGolden, SelfTestFailed
from rune.devices.packages.packaging import package
from rune.devices.packages.sandbox import SandboxFailed
from rune.project.files import MemoryFiles
from rune.watch.record import WatchRecord
from tests.support.compiler.programs.c_programs import STRICT, clang, gcc
from tests.support.compiler.programs.c_projects import template
from tests.support.compiler.programs.package_programs import PackageFolder, called, packaged, spoiled
from tests.support.shares import mostly_proved

C = find_target("c")
FUSED = ("-O3", "-march=native", "-ffp-contract=fast")
NEVER_RIGHT = """\
version: 1
image: runicos/base
pipeline:
  indices: {capability: RAW, outputs: [{type: u32, dimensions: [20]}]}
  label:
    proc-block: label
    inputs: [indices]
    outputs: [{type: utf8, dimensions: [20]}]
    args: {wordlist: "only"}
  out: {out: serial, inputs: [label]}
"""


def wrong(target: Target, program: Program, plan: Plan, name: str) -> Sources:
    """An emitter with a defect."""
    code = C.emit(program, plan, name)
    return Sources(
        {
            path: spoiled(text.decode()).encode() if path.endswith(f"{name}.c") else text
            for path, text in code.files.items()
        }
    )


def wrong_on_drawings(target: Target, program: Program, plan: Plan, name: str) -> Sources:
    """An emitter with a defect that noise does not meet: four pixels that are the same."""
    files = dict(C.emit(program, plan, name).files)
    text, count = re.subn(
        r"memcpy\((arena\.bytes \+ \d+), inputs->(\w+), (\d+)\);",
        r"memcpy(\1, inputs->\2, \3);\n    const uint8_t *const in = inputs->\2;\n"
        r"    for (int i = 0; i < \3 && in[0] == in[1] && in[1] == in[2] && in[2] == in[3]; i++)\n"
        r"        (\1)[i] = 99;",
        files[f"{name}.c"].decode(),
        count=1,
    )
    assert count == 1
    return Sources({**files, f"{name}.c": text.encode()})


@pytest.mark.proof
def test_code_that_is_wrong_on_a_recording_of_the_project_alone_leaves_no_build() -> None:
    digits = template("digits")
    right = json.loads(packaged("digits", "c").files["report.json"])
    assert right["self_test"] == {"runs": 16, "recordings": 1}
    with pytest.raises(SelfTestFailed, match="first where answer is sent"):
        package(digits, BuildOptions("digits", target=replace(C, emitter=wrong_on_drawings)))
    noise = MemoryFiles({path: digits.read(path) for path in digits.paths() if not path.endswith(".png")})
    assert package(noise, BuildOptions("digits", target=replace(C, emitter=wrong_on_drawings))).report


@pytest.mark.slow
@pytest.mark.protects("compiling/wrong-packages")
def test_code_that_gives_other_bytes_than_the_rune_leaves_no_build() -> None:
    with pytest.raises(SelfTestFailed, match="The code for c gives other results than the rune, first where") as error:
        package(template("digits"), BuildOptions("digits", target=replace(C, emitter=wrong)))
    assert error.value.step == "scores is sent"


def stopping(target: Target, program: Program, plan: Plan, name: str) -> Sources:
    """An emitter whose code stops."""
    files = dict(C.emit(program, plan, name).files)
    begin = b"int rune_sine_init(void)\n{\n"
    assert begin in files["sine.c"]
    files["sine.c"] = files["sine.c"].replace(begin, begin + b"    __builtin_trap();\n")
    return Sources(files)


@pytest.mark.slow
def test_code_that_stops_leaves_no_build() -> None:
    with pytest.raises(SandboxFailed, match="The code of the package does not run: "):
        package(template("sine"), BuildOptions("sine", target=replace(C, emitter=stopping)))


@pytest.mark.slow
def test_a_rune_that_fails_on_every_input_has_no_self_test_and_says_so() -> None:
    with pytest.raises(NothingGolden, match="On each of 16 generated inputs the rune fails"):
        package(MemoryFiles({"Runefile.yml": NEVER_RIGHT.encode()}), BuildOptions("never", target=C))


def test_a_rune_is_no_package() -> None:
    with pytest.raises(ValueError, match="wasm32 makes a rune"):
        package(template("sine"), BuildOptions("sine", target=WASM32))


@pytest.fixture
def digits(tmp_path: Path) -> PackageFolder:
    return PackageFolder.of(tmp_path, packaged("digits", "x86_64-linux"))


@pytest.mark.slow
def test_the_self_test_names_the_first_step_that_differs(digits: PackageFolder) -> None:
    digits.spoil_weights()
    result, step = digits.self_test(["-O2"]).split()
    assert int(result) > 1
    assert re.fullmatch(r"digits_[A-Z0-9_]+(_layer_\w+)?(_to_digits_[A-Z0-9_]+(_layer_\w+)?)?", step)
    readme = (digits.path / "README.md").read_text()
    (listed_step,) = re.findall(rf"^\| {result} \| (.+) \|$", readme, re.MULTILINE)
    assert step == re.sub(r"[^A-Za-z0-9]+", "_", listed_step)[:40].strip("_")


@pytest.mark.slow
@pytest.mark.parametrize("flags", [("-O0",), FUSED], ids=["not optimised", "fused"])
def test_the_self_test_passes_with_this_machines_compilers(flags: tuple[str, ...], digits: PackageFolder) -> None:
    assert digits.self_test(flags) == "0 nothing\n"
    if flags is FUSED:
        assert digits.self_test(flags, compiler=clang()) == "0 nothing\n"


@pytest.mark.slow
def test_fast_mathematics_is_refused_by_name(digits: PackageFolder) -> None:
    command = [gcc(), "-ffast-math", f"-I{digits.path / 'include'}", "-c", digits.sources[0], "-o", "/dev/null"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode != 0
    assert "-ffast-math changes results" in process.stderr


TWO = """
#include "digits.h"
#include "sine.h"
int main(void)
{
    return rune_digits_selftest() + rune_sine_selftest();
}
"""


@pytest.mark.slow
def test_two_runes_stand_in_one_program_by_sources_and_by_libraries(digits: PackageFolder, tmp_path: Path) -> None:
    sine = PackageFolder.of(tmp_path, packaged("sine", "x86_64-linux"))
    (tmp_path / "two.c").write_text(TWO)
    include = [f"-I{each.path / 'include'}" for each in (digits, sine)]
    called([gcc(), *STRICT, "-O1", *include, "two.c", *digits.sources, *sine.sources, "-o", "two"], tmp_path)
    assert subprocess.run([tmp_path / "two"], check=False).returncode == 0
    libraries = [str(next((each.path / "lib").iterdir())) for each in (digits, sine)]
    called([gcc(), *STRICT, *include, "two.c", *libraries, "-o", "linked"], tmp_path)
    assert subprocess.run([tmp_path / "linked"], check=False).returncode == 0


@pytest.mark.slow
def test_what_does_not_call_the_self_test_has_nothing_of_it(digits: PackageFolder, tmp_path: Path) -> None:
    (tmp_path / "without.c").write_text('#include "digits.h"\nint main(void)\n{\n    return rune_digits_init();\n}\n')
    library = str(digits.path / "lib" / "librune_digits.a")
    called(
        [gcc(), "-Wl,--gc-sections", f"-I{digits.path / 'include'}", "without.c", library, "-o", "without"], tmp_path
    )
    symbols = called(["nm", "without"], tmp_path)
    assert "rune_digits_init" in symbols
    assert "selftest" not in symbols
    assert "rune_digits_trace" not in symbols


@pytest.mark.slow
def test_the_same_project_gives_the_same_bytes() -> None:
    again = package(template("sine"), BuildOptions("sine", target=find_target("cortex-m4")))
    assert again.zipped() == packaged("sine", "cortex-m4").zipped()


@pytest.mark.slow
def test_the_archive_is_one_folder_with_all_that_was_promised() -> None:
    package = packaged("sine", "cortex-m4")
    with zipfile.ZipFile(io.BytesIO(package.zipped())) as archive:
        names = set(archive.namelist())
        assert {name.split("/")[0] for name in names} == {"rune_sine"}
        assert archive.read("rune_sine/include/sine.h") == package.files["include/sine.h"]
    assert set(package.files) >= {
        "LICENSE",
        "NOTICE",
        "README.md",
        "include/sine.h",
        "lib/librune_sine.a",
        "report.json",
        "src/sine.c",
        "src/sine_selftest.c",
    }
    report = json.loads(package.files["report.json"])
    assert report["target"] == "cortex-m4"
    assert report["self_test"] == {"runs": 2, "recordings": 0}
    assert "steps" not in report
    assert {file["path"] for file in report["files"]} == set(package.files) - {"report.json"}


@pytest.mark.slow
def test_the_licence_is_the_projects_own() -> None:
    assert packaged("sine", "cortex-m4").files["LICENSE"] == (Path(__file__).parents[4] / "LICENSE").read_bytes()
    assert b"* sine.tflite" in packaged("sine", "cortex-m4").files["NOTICE"]


@pytest.mark.slow
@pytest.mark.protects("compiling/shipped-c")
@pytest.mark.parametrize("name", ['x"); system("id"); //', "${CMAKE} $<1:;>\nexecute_process()", "a\nhelp\n*/ é"])
def test_names_of_a_user_are_in_no_file_that_a_tool_runs(name: str) -> None:
    result = package(template("sine"), BuildOptions(name, target=C))
    assert re.fullmatch(r"rune_[A-Za-z0-9_]+", result.folder)
    for path, data in result.files.items():
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", path)
        if path not in ("README.md", "report.json"):
            assert name not in data.decode("ascii")
    assert name not in result.files["README.md"].decode()
    assert json.loads(result.files["report.json"])["name"] == name


@pytest.mark.slow
def test_the_readmes_program_compiles_and_says_how_to_feed_it(digits: PackageFolder, tmp_path: Path) -> None:
    readme = (digits.path / "README.md").read_text()
    assert "a picture of 28 x 28 pixels, row by row from the top left, grey, one value for each pixel" in readme
    require_program(readme, digits.path / "include", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["inputs", "outputs", "infer"])
def test_the_readmes_program_compiles_whatever_a_stage_is_called(stage: str, tmp_path: Path) -> None:
    runefile = (
        "version: 1\nimage: runicos/base\npipeline:\n"
        f"  {stage}: {{capability: RAW, outputs: [{{type: f32, dimensions: [2]}}]}}\n"
        f"  out: {{out: serial, inputs: [{stage}]}}\n"
    )
    result = package(MemoryFiles({"Runefile.yml": runefile.encode()}), BuildOptions("plain", target=C))
    (tmp_path / "plain.h").write_bytes(result.files["include/plain.h"])
    require_program(result.files["README.md"].decode(), tmp_path, tmp_path)


def require_program(readme: str, headers: Path, folder: Path) -> None:
    """Compiles the program of a README."""
    (program,) = re.findall(r"```c\n(.*?)```", readme, re.DOTALL)
    (folder / "program.c").write_text(f"int infer(void);\n{program}")
    called([gcc(), *STRICT, "-c", f"-I{headers}", "program.c"], folder)


def test_firmware_that_is_refused_gives_its_reason_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise FirmwareRefused("too large")

    monkeypatch.setattr(firmware, "make", refuse)
    contents = SimpleNamespace(target=find_target("pico"), title="", interface=None, steps=())
    with pytest.raises(NoFirmware, match="too large") as error:
        firmware.firmware_of(cast(Contents, contents), b"", {}, PICO.key, Allowance(CompilerLimits()))
    assert error.value.__suppress_context__


@pytest.mark.slow
@pytest.mark.parametrize(
    "target",
    mostly_proved((target for target in targets() if not target.makes_rune), 4, lambda target: target.name),
)
def test_every_target_that_makes_no_rune_makes_a_package(target: Target) -> None:
    package = packaged("sine", target.name)
    assert ("lib/librune_sine.a" in package.files) is (target.library is not None)
    assert target.library is not None or target.name == "c"


@pytest.mark.slow
@pytest.mark.protects("compiling/resources")
def test_all_builds_of_a_package_its_self_test_and_its_library_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each build keeps the limit, and all of them together do not."""
    late = 0.0
    monkeypatch.setattr(allowance, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + late))

    def pass_by(_: BuildStep) -> None:
        nonlocal late
        late += 400.0

    files = template("sine")
    with pytest.raises(CompileError, match="stopped after 700 seconds"):
        package(files, BuildOptions("sine", target=C, limits=CompilerLimits(wall_seconds=700.0)), log=pass_by)
    assert late == 800.0
    late = 0.0
    assert package(files, BuildOptions("sine", target=C, limits=CompilerLimits(wall_seconds=900.0)), log=pass_by).files


def test_a_package_that_counts_says_in_what() -> None:
    package = packaged("digits", "c")
    record = WatchRecord.from_json(json.loads(package.files["digits.watch.json"]))
    count = sum(record.layout.sizes)
    assert f"#define RUNE_DIGITS_COUNTS {count}\n" in package.files["include/digits.h"].decode()
    assert f"copies the {count} counters out" in package.files["README.md"].decode()
    plain = packaged("sine", "c")
    assert not any(path.endswith(".watch.json") for path in plain.files)
    assert "take_counts" not in plain.files["include/sine.h"].decode() + plain.files["README.md"].decode()
