"""Blocks of a project in Python, in a rune: what it gives, how it fails, and what a check says of them."""

from __future__ import annotations

import struct

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.pyblock.numbers import to_f32
from rune.running.runtime import Runtime
from rune.running.runtime.errors import RuneError
from rune.source.runefile import check
from rune.source.runefile.blocks.python_blocks import python_file
from tests.support.cases import each_case
from tests.support.compiler.pipelines import run
from tests.support.compiler.programs.c_programs import sent_bytes
from tests.support.compiler.python_blocks.block_projects import RUNEFILE, agreeing_programs, project_of, together

SMOOTH = b'''"""Average the scores."""
def smooth(x: f32["n"], *, alpha: f32 = 0.25, last: State[f32["n"]]) -> f32["n"]:
    for i in range(len(x)):
        last[i] = last[i] + alpha * (x[i] - last[i])
    return last
'''


def _project(block: bytes = SMOOTH, **arguments: object) -> MemoryFiles:
    args = ", ".join(f"{name}: {value}" for name, value in arguments.items())
    return MemoryFiles({"Runefile.yml": RUNEFILE.format(arguments=args).encode(), "smooth.py": block})


def _floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def test_a_block_runs_with_its_argument_and_keeps_its_state() -> None:
    rune = Runtime.load(build(_project(alpha=0.5), BuildOptions("smooth")).rune)
    last, frames = [0.0] * 4, [_floats(1.0, -0.1, 3.0, 0.3), _floats(0.7, 0.7, -2.0, 1e-3)]
    for frame in frames:
        samples = struct.unpack("<4f", frame)
        last = [to_f32(old + to_f32(0.5 * to_f32(x - old))) for old, x in zip(last, samples, strict=True)]
        assert sent_bytes(rune, [[frame]]) == _floats(*last)


def test_a_failure_names_the_file_and_the_line() -> None:
    block = SMOOTH.replace(b"    return last", b"    last[int(last[0])] = 0.0\n    return last")
    rune = Runtime.load(build(_project(block, alpha=1.0), BuildOptions("smooth")).rune)
    assert sent_bytes(rune, [[_floats(3.0, 0.0, 0.0, 0.0)]])
    with pytest.raises(RuneError) as error:
        run(rune, [_floats(20.0, 0.0, 0.0, 0.0)])
    assert "smooth.py:5: index 20 is out of range for 4 elements" in str(error.value)


def test_the_same_project_gives_the_same_bytes() -> None:
    assert build(_project(), BuildOptions("smooth")).rune == build(_project(), BuildOptions("smooth")).rune


def test_problems_stand_in_the_block_s_file_and_at_the_stage() -> None:
    report = check(_project(SMOOTH + b"    last.append(1.0)\n    return nothing\n"), PUBLISHED_BLOCKS)
    problems = [(each.file, each.code, each.span.start.line) for each in report.diagnostics]
    assert problems == [("Runefile.yml", "RUNE0119", 9), ("smooth.py", "RUNE0112", 6), ("smooth.py", "RUNE0114", 7)]
    assert report.pipeline is None


@each_case(
    ("block", "code", "message"),
    [
        (SMOOTH.replace(b'f32["n"], *', b'f64["n"], *'), "RUNE0066", "f64[n] as x and not f32[4]"),
        (SMOOTH.replace(b'x: f32["n"]', b'x: f32["n", "m"]'), "RUNE0066", "f32[n, m]"),
        (SMOOTH.replace(b"alpha: f32 = 0.25", b"alpha: f32"), "RUNE0064", "alpha"),
        (b"\xff", "RUNE0020", "smooth.py"),
    ],
)
def test_a_block_that_does_not_fit_its_stage(block: bytes, code: str, message: str) -> None:
    diagnostics = [each for each in check(_project(block), PUBLISHED_BLOCKS).diagnostics if each.file == "Runefile.yml"]
    assert [each.code for each in diagnostics] == [code]
    assert message in diagnostics[0].message


def test_an_argument_is_read_as_its_parameter_says() -> None:
    for arguments, code in (({"alpha": "loud"}, "RUNE0065"), ({"beta": 1}, "RUNE0063"), ({"alpha": 1e39}, "RUNE0065")):
        diagnostics = check(_project(SMOOTH, **arguments), PUBLISHED_BLOCKS).diagnostics
        assert [each.code for each in diagnostics] == [code]


@each_case("path", ["../smooth.py", "./a/../smooth.py", "./smooth.py@v1", "smooth.py", "./smooth"])
def test_paths_that_mean_no_block_in_python(path: str) -> None:
    assert python_file(path) is None


@pytest.mark.slow
def test_programs_give_the_same_bytes_in_one_rune_as_in_python() -> None:
    programs = agreeing_programs(range(8))
    rune = Runtime.load(build(project_of(programs), BuildOptions("blocks")).rune)
    frames, expected = together(programs)
    assert sent_bytes(rune, frames) == expected
