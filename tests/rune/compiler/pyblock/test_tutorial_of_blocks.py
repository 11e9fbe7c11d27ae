"""The tutorial's app is what the tutorial says: its tests pass, and its rune counts claps."""

from __future__ import annotations

import io
import re
import struct
import wave
from collections.abc import Sequence

import pytest

from rune.compiler.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.pyblock.testing.python import run_tests
from rune.project.files import MemoryFiles
from rune.running.runtime import Runtime
from rune.source.runefile import check
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.source.runefile.blocks.test_files import find_test_files
from tests.conftest import REPOSITORY
from tests.support.compiler.pipelines import run

TUTORIAL = (REPOSITORY / "docs" / "guides" / "first-block.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```python (\w+\.py)\n(.*?)```", TUTORIAL, re.DOTALL))
FIRST, REST = re.findall(r"```yaml\n(.*?)```", TUTORIAL, re.DOTALL)
RUNEFILE = FIRST.partition("  claps:\n")[0] + REST
"""The Runefile at the end."""
(ROOM,) = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
"""The test with a recording."""
WINDOW = 1024


def clapping(windows: int, claps: tuple[int, ...]) -> list[int]:
    """Silence with a hiss, and in these windows a clap: a burst that dies away."""
    samples = []
    for window in range(windows):
        for at in range(WINDOW):
            hiss = (at * 7919 + window * 104729) % 41 - 20
            burst = (at * 15485863) % 40000 - 20000 if window in claps else 0
            samples.append(hiss + burst * (WINDOW - at) // WINDOW)
    return samples


def sound_of(samples: Sequence[int]) -> bytes:
    """A wav of one channel at 16 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


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
