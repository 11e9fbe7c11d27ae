"""The target `c`: its sources compile without a warning, and give wasm32's bytes whatever the compiler fuses."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rune.abi import OutputKind
from rune.blocks.catalogue import find_block
from rune.blocks.signature import ArgumentValue
from rune.capabilities.raw import RAW
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.names import fields, identifier
from rune.model.tflite import read_model
from rune.port import Port
from rune.running.runtime import Runtime
from rune.running.runtime.interpreters.tflite import open_tflite
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.conftest import REPOSITORY
from tests.support.compiler.extreme_sums import connected, pointwise, rescaled
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, passing_on
from tests.support.compiler.programs.c_programs import (
    STRICT,
    C,
    CFolder,
    assert_same,
    clang,
    gcc,
    sent_bytes,
    sources_of,
)
from tests.support.compiler.programs.c_projects import (
    INTEGER_MODELS,
    TEMPLATES,
    answered_inputs,
    input_types,
    model_project,
    mostly_proved_on,
    random_inputs,
    template,
)
from tests.support.models.model_cases import model_cases

FUSED = ("-O2", "-march=native", "-ffp-contract=fast")
FLAGS = {"not optimised": ("-O0",), "fused": FUSED}
"""The ends: as written, and with what a compiler may do to sums. `tests/proof/models/test_c_flags.py` has the rest."""
SANITIZED = (
    *("-O1", "-g", "-fno-var-tracking-assignments"),  # gcc says so where it gives up to follow the variables
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)
BOTH = pytest.mark.parametrize(
    "flags",
    [pytest.param(FUSED, id="fused"), pytest.param(SANITIZED, id="sanitized", marks=pytest.mark.proof)],
)


@pytest.fixture(scope="module", params=mostly_proved_on("c", TEMPLATES))
def c_build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, CFolder]:
    name = str(request.param)
    return name, CFolder.of(tmp_path_factory.mktemp(name), build(template(name), BuildOptions(name, target=C)).files)


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_a_template_gives_the_runes_bytes(c_build: tuple[str, CFolder], flags: Sequence[str]) -> None:
    name, folder = c_build
    rune = build(template(name), BuildOptions(name)).rune
    assert_same(folder, rune, answered_inputs(template(name), rune, answers=4), flags)


def test_a_template_compiles_with_clang_and_gives_the_same(c_build: tuple[str, CFolder]) -> None:
    name, folder = c_build
    rune = build(template(name), BuildOptions(name)).rune
    inputs = answered_inputs(template(name), rune, answers=2)
    flags = ("-O2", "-march=native", "-ffp-contract=fast")
    expected = sent_bytes(Runtime.load(rune), inputs)
    assert expected
    assert folder.outputs(inputs, flags, compiler=clang()) == expected


@pytest.mark.parametrize("name", mostly_proved_on("c", INTEGER_MODELS))
def test_an_integer_model_gives_the_runes_bytes(name: str, test_data: Path, tmp_path: Path) -> None:
    files = model_project((test_data / "models" / f"{name}.tflite").read_bytes())
    folder = CFolder.of(tmp_path, build(files, BuildOptions(name, target=C)).files)
    assert_same(folder, build(files, BuildOptions(name)).rune, random_inputs(input_types(files), runs=10), FUSED)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "step"),
    [
        pytest.param(FUSED, 8, id="fused, each eighth"),
        pytest.param(FUSED, 1, id="fused", marks=pytest.mark.proof),
        pytest.param(SANITIZED, 1, id="sanitized", marks=pytest.mark.proof),
    ],
)
def test_every_op_gives_the_runes_bytes_floats_too(flags: Sequence[str], step: int, tmp_path: Path) -> None:
    cases = model_cases()[::step]
    models = {case.name: read_model(case.data) for case in cases}
    pipeline = models_pipeline(models)
    folder = CFolder.of(tmp_path, sources_of(pipeline, models, "ops"))
    inputs = [[data for case in cases for data in case.runs[number % len(case.runs)].inputs] for number in range(3)]
    assert folder.outputs(inputs, flags) == sent_bytes(loaded(module_of(pipeline, models)), inputs)
    if flags is FUSED:
        assert "memcpy" in called(folder) <= {"memcpy", "memset"}, "gcc makes memset of some loops"


def extreme_models() -> dict[str, bytes]:
    """Models whose sums and bytes reach the ends of 32 bits."""
    weights = np.random.default_rng(3).integers(-127, 128, (3, 64)).astype(np.int8)
    models = {f"scale_{i}": rescaled(scale) for i, scale in enumerate((2.0**-20, 1000.0, 2.0**20))}
    for i, multiplier in enumerate((0.75, 1.0, 3.0, 1e-6, 1e6)):
        for j, bias in enumerate((-(2**31), 2**31 - 1, -(2**30))):
            models[f"pointwise_{i}_{j}"] = pointwise(weights, [bias, 0, -1000], multiplier, "none", -5)
    for i, (multiplier, bias) in enumerate(((0.3, 2**31 - 1), (0.3, -(2**31)), (100.0, 2**23))):
        models[f"connected_{i}"] = connected(weights, [bias, 0, -1000], multiplier)
    return models


@BOTH
def test_sums_at_the_ends_of_32_bits_are_the_references(flags: Sequence[str], tmp_path: Path) -> None:
    files = extreme_models()
    models = {name: read_model(data) for name, data in files.items()}
    folder = CFolder.of(tmp_path, sources_of(models_pipeline(models), models, "extreme"))
    generator = np.random.default_rng(1)
    frames = [
        [
            generator.integers(-128, 128, model.tensors[model.inputs[0]].count).astype(np.int8).tobytes()
            for model in models.values()
        ]
        for _ in range(4)
    ]
    interpreters = [open_tflite(data, reference=True) for data in files.values()]
    expected = b"".join(
        interpreter.run([data])[0] for frame in frames for interpreter, data in zip(interpreters, frame, strict=True)
    )
    assert folder.outputs(frames, flags) == expected


def called(folder: CFolder) -> set[str]:
    """The symbols that the compiled rune has from elsewhere."""
    command = ["nm", "--undefined-only", "--format=just-symbols", "rune.o"]
    listing = subprocess.run(command, cwd=folder.path, check=True, capture_output=True, text=True).stdout
    return set(listing.split()) - {"_GLOBAL_OFFSET_TABLE_"}


def test_nothing_is_called_but_memcpy_and_every_name_is_the_runes_own(c_build: tuple[str, CFolder]) -> None:
    name = c_build[0].replace("-", "_")
    folder = c_build[1]
    for level in ("-O0", "-O3"):
        subprocess.run([gcc(), "-std=c99", level, "-c", f"{name}.c", "-o", "rune.o"], cwd=folder.path, check=True)
        lines = subprocess.run(["nm", "rune.o"], cwd=folder.path, check=True, capture_output=True, text=True).stdout
        symbols = [(line.split()[-2], line.split()[-1]) for line in lines.splitlines()]
        assert {symbol for kind, symbol in symbols if kind == "U"} <= {"memcpy", "_GLOBAL_OFFSET_TABLE_"}
        exports = {symbol for kind, symbol in symbols if kind.isupper() and kind != "U"}
        counting = {"take_counts"} if (folder.path / f"{name}.watch.json").exists() else set()
        assert exports == {f"rune_{name}_{each}" for each in ("init", "run", "reset", "message", "trace", *counting)}


TWO = """
#include "digits.h"
#include "sine.h"
int main(void)
{
    static struct rune_digits_outputs scores;
    struct rune_sine_outputs sine;
    static uint8_t drawing[RUNE_DIGITS_INPUT_DRAWING_COUNT];
    float number = 0.5f;
    const struct rune_digits_inputs picture = {drawing};
    const struct rune_sine_inputs given = {&number};
    if (rune_digits_init() != RUNE_DIGITS_OK || rune_sine_init() != RUNE_SINE_OK)
        return 1;
    return rune_digits_run(&picture, &scores) + rune_sine_run(&given, &sine) + !(sine.result[0] > 0.4f);
}
"""


def test_two_runes_are_linked_into_one_program(tmp_path: Path) -> None:
    for name in ("digits", "sine"):
        CFolder.of(tmp_path, build(template(name), BuildOptions(name, target=C)).files)
    (tmp_path / "two.c").write_text(TWO)
    command = [gcc(), *STRICT, "-O2", "digits.c", "sine.c", "two.c", "-o", "two"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "two"], check=False).returncode == 0


def test_the_program_of_the_guide_compiles(tmp_path: Path) -> None:
    guide = (REPOSITORY / "docs" / "guides" / "targets.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```c\n(.*?)```", guide, re.DOTALL)
    folder = CFolder.of(tmp_path, build(template("digits"), BuildOptions("digits", target=C)).files)
    (tmp_path / "guide.c").write_text(
        f"int classify(void);\n{program}\nint main(void)\n{{\n    return classify();\n}}\n"
    )
    assert subprocess.run([folder.compiled(["-O2"], main="guide.c")], check=False).returncode == 1  # before init


U32 = TensorType(ElementType.U32, (1, 8))
INDEX = TensorType(ElementType.U32, (1,))


def with_block(path: str, kind: TensorType, arguments: dict[str, ArgumentValue], name: str = "in") -> Pipeline:
    """A pipeline of one block."""
    block = find_block(path)
    assert block is not None
    arguments = {each.name: each.default for each in block.arguments if each.default is not None} | arguments
    stages = (
        CapabilityStage(name, RAW, (), kind),
        BlockStage("block", path, block, arguments, (Port(name, 0),), block.outputs((kind,), arguments)),
        OutputStage("out", OutputKind.SERIAL, (Port("block", 0),)),
    )
    return Pipeline(stages, ())


def test_what_is_kept_between_runs_is_kept_and_can_be_reset(tmp_path: Path) -> None:
    pipeline = with_block("noise-filtering", U32, {"fresh": 0})
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "kept"))
    inputs = random_inputs([U32], runs=4)
    in_a_row = sent_bytes(loaded(module_of(pipeline)), inputs)
    assert folder.outputs(inputs, ["-O2"]) == in_a_row
    run = "        status = rune_kept_run"
    main = (tmp_path / "main.c").read_text().replace(run, f"        rune_kept_reset();\n{run}")
    (tmp_path / "main.c").write_text(main)
    alone = b"".join(sent_bytes(loaded(module_of(pipeline)), [frame]) for frame in inputs)
    assert folder.outputs(inputs, ["-O2"]) == alone
    assert alone != in_a_row


FAILING = """
#include <stdio.h>
#include "words.h"
int main(void)
{
    uint32_t index = 7;
    const struct rune_words_inputs inputs = {&index}, nothing = {0};
    struct rune_words_outputs outputs;
    printf("%d ", rune_words_run(&inputs, &outputs));
    printf("%d ", rune_words_init());
    printf("%d %d ", rune_words_run(&nothing, &outputs), rune_words_run(0, &outputs));
    printf("%d <%s> ", rune_words_run(&inputs, &outputs), rune_words_message());
    index = 1;
    printf("%d ", rune_words_run(&inputs, &outputs));
    printf("%d ", rune_words_init());
    printf("%d <%s> ", rune_words_run(&inputs, &outputs), rune_words_message());
    printf("%.*s\\n", (int)outputs.out[0].size, outputs.out[0].bytes);
    return 0;
}
"""


def test_what_goes_wrong_is_a_code_and_a_message_and_never_a_trap(tmp_path: Path) -> None:
    folder = CFolder.of(tmp_path, sources_of(with_block("label", INDEX, {"wordlist": "no\nyes"}), {}, "words"))
    (tmp_path / "failing.c").write_text(FAILING)
    program = folder.compiled(SANITIZED, main="failing.c")
    output = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    why = "Index out of bounds: there are 2 labels but label 7 was requested"
    assert output == f"1 0 2 2 4 <{why}> 1 0 0 <> yes\n"


SWITCHED = """
#include "sine.h"
int main(void)
{
    const unsigned before = __builtin_ia32_stmxcsr();
    int status;
    __builtin_ia32_ldmxcsr(before | SWITCH);
    status = rune_sine_init();
    __builtin_ia32_ldmxcsr(before);
    return status;
}
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the switches are those of x86-64")
@pytest.mark.parametrize("switch", ["0x4000u", "0x2000u", "0x8040u"], ids=["rounds up", "rounds down", "flushes"])
def test_a_processor_that_rounds_otherwise_is_told_at_the_start(switch: str, tmp_path: Path) -> None:
    folder = CFolder.of(tmp_path, build(template("sine"), BuildOptions("sine", target=C)).files)
    (tmp_path / "switched.c").write_text(SWITCHED)
    program = folder.compiled(["-O2", f"-DSWITCH={switch}"], main="switched.c")
    assert subprocess.run([program], check=False).returncode == 3
    assert subprocess.run([folder.compiled(["-O2", "-DSWITCH=0u"], main="switched.c")], check=False).returncode == 0


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("-ffast-math", "-ffast-math changes results"),
        ("-ffinite-math-only", "-ffinite-math-only changes results"),
        ("-funsafe-math-optimizations", "-ffast-math changes results"),
        ("-mfpmath=387", "FLT_EVAL_METHOD"),
        ("-D__BYTE_ORDER__=4321", "lowest byte comes first"),
    ],
)
def test_a_flag_that_changes_results_is_refused_by_name(flag: str, message: str, tmp_path: Path) -> None:
    CFolder.of(tmp_path, build(template("sine"), BuildOptions("sine", target=C)).files)
    command = [gcc(), "-std=c99", flag, "-c", "sine.c"]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert process.returncode != 0
    assert message in process.stderr


def test_integer_paths_hold_no_floating_point(tmp_path: Path) -> None:
    kind = TensorType(ElementType.U8, (4,))
    pipeline = with_block("signed_pixels", kind, {})
    text = sources_of(pipeline, {}, "whole")["whole.c"].decode()
    assert "rune_arithmetic_is_exact" not in text
    assert "FLT_EVAL_METHOD" not in text
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "whole"))
    flags = ["-O2", "-mno-sse", "-mno-80387"] if platform.machine() == "x86_64" else ["-O2"]
    subprocess.run([gcc(), "-std=c99", *flags, "-c", "whole.c"], cwd=folder.path, check=True)


NAMES = [
    "int",
    "linux",
    "a b",
    "a-b",
    "a__b",
    "1st",
    "",
    "é",
    "class",
    "x" * 100,
    "*/ int x; /*",
    "EOF",
    "A",
    "Ab",
    "aB",
]


@pytest.mark.protects("compiling/shipped-c")
def test_a_name_becomes_an_identifier_of_its_own() -> None:
    identifiers = fields(NAMES)
    assert len({each.upper() for each in identifiers}) == len(NAMES)
    assert all(re.fullmatch(r"[A-Za-z](_?[A-Za-z0-9])*", each) for each in identifiers)
    assert not {"int", "linux", "class", "EOF"} & set(identifiers)
    assert identifier("My App.v2") == "My_App_v2"


@pytest.mark.protects("compiling/shipped-c")
@pytest.mark.parametrize("name", ["string", "Time", "stdint", "math", "main", "Main"])
def test_a_rune_hides_no_header_of_the_system_and_no_file_of_ours(name: str, tmp_path: Path) -> None:
    folder = CFolder.of(tmp_path, sources_of(passing_on(U32, OutputKind.TENSOR), {}, name))
    assert folder.name == f"{name}_rune"
    data = bytes(range(32))
    assert folder.outputs([[data]], ["-O1", "-I."]) == data


@pytest.mark.protects("compiling/shipped-c")
@pytest.mark.parametrize("name", [*NAMES, '"); abort(); //', "../../x", "%s%n", "日本語"])
def test_names_of_a_user_stay_names(name: str, tmp_path: Path) -> None:
    kind = TensorType(ElementType.F64, (2,))
    files = sources_of(passing_on(kind, OutputKind.SERIAL, name=name or "x", out=name + "o"), {}, name)
    assert all("/" not in path and path.isascii() for path in files)
    folder = CFolder.of(tmp_path, files)
    data = np.array([0.5, -1e300]).tobytes()
    assert folder.outputs([[data]], ["-O1"]) == data


def test_the_header_is_one_for_cplusplus_too(c_build: tuple[str, CFolder]) -> None:
    name = c_build[0].replace("-", "_")
    folder = c_build[1]
    command = [*clang(), "-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-pedantic-errors", "-Werror"]
    (folder.path / "a.cpp").write_text(f'#include "{name}.h"\nint main() {{ return rune_{name}_init(); }}\n')
    subprocess.run([*command, "-fsyntax-only", "a.cpp"], cwd=folder.path, check=True)


def test_the_same_project_gives_the_same_sources() -> None:
    assert (
        build(template("sine"), BuildOptions("sine", target=C)).files
        == build(template("sine"), BuildOptions("sine", target=C)).files
    )


def test_the_report_says_what_was_made() -> None:
    result = build(template("digits"), BuildOptions("digits", target=C))
    report = result.report.to_json()
    assert report["target"] == "c"
    assert "rune" not in report
    assert {file["path"]: file["size"] for file in report["files"]} == {
        path: len(data) for path, data in result.files.items()
    }
    assert report["memory"]["pages"] is None
    assert report["memory"]["serial"] == 0
    with pytest.raises(ValueError, match="c makes no rune"):
        _ = result.rune
