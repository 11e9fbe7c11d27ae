"""The tutorial's app is what the tutorial says: its tests pass, and its rune counts claps."""

from __future__ import annotations

import re
import struct

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.pyblock.testing.python import run_tests
from rune.running.runtime import Runtime
from rune.source.runefile import check
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.source.runefile.blocks.test_files import find_test_files
from tests.support.compiler.pipelines import run
from tests.support.compiler.python_blocks.tutorial import FILES, FIRST, RUNEFILE, TUTORIAL, WINDOW, clapping, sound_of

(ROOM,) = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
"""The test with a recording."""


def test_the_first_runefile_checks() -> None:
    assert check(MemoryFiles({"Runefile.yml": FIRST.encode()}), PUBLISHED_BLOCKS).diagnostics == ()


@pytest.mark.slow
def test_the_app_of_the_tutorial_counts_claps_and_its_tests_pass() -> None:
    files = MemoryFiles({"Runefile.yml": RUNEFILE.encode(), **{name: text.encode() for name, text in FILES.items()}})
    assert check(files, PUBLISHED_BLOCKS).diagnostics == ()
    tests = find_test_files(files)
    assert tests == ("clap_test.py", "level_test.py")
    assert [each.failure for path in tests for each in run_tests(read_tests(files, path))] == [None] * 6
    contents = {"level.py": FILES["level.py"].encode(), "level_test.py": ROOM.encode()}
    contents["samples/claps.wav"] = sound_of(clapping(30, (12,)))
    assert [each.failure for each in run_tests(read_tests(MemoryFiles(contents), "level_test.py"))] == [None]
    rune = Runtime.load(build(files, BuildOptions("clap")).rune)
    samples = clapping(30, (3, 12, 20))
    counts = []
    for window in range(30):
        data = struct.pack(f"<{WINDOW}h", *samples[window * WINDOW : (window + 1) * WINDOW])
        (message,) = run(rune, [data])
        counts.append(message.tensors[0].elements[0])
    assert counts == [0] * 3 + [1] * 9 + [2] * 8 + [3] * 10
