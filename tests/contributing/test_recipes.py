"""The recipes of docs/contributing work: each is followed in a copy of the project, and the named test misses what is
left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contributing.recipe import PAGES, ScratchCopy, files_of, places_of
from tests.model_cases import refused_cases

LOGISTIC = """
import sys
import numpy as np
from pathlib import Path
import rune
from rune.building import build
from rune.files import MemoryFiles
from rune.runefile.starter import starter
from rune.runtime import Runtime
from rune.targets import find_target
from rune.tflite import read_model, signature

assert Path(rune.__file__).is_relative_to(Path.cwd()), rune.__file__
data = Path(sys.argv[1]).read_bytes()
text = starter(signature(read_model(data)), "model.tflite")
files = MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": data})
given = np.array([-90, -1, 0, 0.5, 30], np.float32)
for target in ("wasm32", "wasm32-mvp"):
    result = build(files, "app", target=find_target(target))
    assert [model.runs for model in result.report.models] == ["compiled"]
    loaded = Runtime.load(result.rune)
    ((message,),) = [loaded.call({loaded.capabilities[0].id: given.tobytes()})]
    print(np.array(message.tensors[0].elements, np.float32).tobytes().hex())
assert "rune_logistic_float32" in build(files, "app", target=find_target("c")).files["app.c"].decode()
"""


def test_a_recipe_has_six_places_at_most() -> None:
    pages = [page.name for page in PAGES.glob("add-*.md")]
    assert {"add-an-op.md", "add-a-target.md"} <= set(pages)
    assert all(0 < places_of(page) <= 6 for page in pages)


def test_an_op_is_added_by_its_recipe(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    copy, files = ScratchCopy.at(tmp_path), files_of("add-an-op.md")
    assert len(files) == 3
    for path, text in files.items():
        if path == "rune/kernels/portable/logistic.py":
            assert copy.found().returncode == 1  # the computation has no kernel yet
        copy.write(path, text)
    assert copy.found().returncode == 0
    model = tmp_path / "logistic.tflite"
    model.write_bytes(next(case.data for case in refused_cases() if case.name == "logistic_f32"))
    ran = copy.python("-c", LOGISTIC, str(model))
    assert ran.returncode == 0, ran.stderr
    with_vectors, without = ran.stdout.split()
    assert with_vectors == without
    expected = 1 / (1 + np.exp(-np.array([-90, -1, 0, 0.5, 30])))
    assert np.allclose(np.frombuffer(bytes.fromhex(without), "<f4"), expected, rtol=1e-6)


def test_a_target_is_added_by_its_recipe(tmp_path: Path) -> None:
    copy, files = ScratchCopy.at(tmp_path), files_of("add-a-target.md")
    ((path, text),) = files.items()
    copy.write(path, text)
    assert copy.found().returncode == 1  # the guide has no row for it
    guide = tmp_path / "docs" / "guides" / "targets.md"
    guide.write_text(
        f"{guide.read_text(encoding='utf-8')}\n| `wasm32-bulk` | `NAME.rune` | engines |\n", encoding="utf-8"
    )
    found = copy.found()
    assert found.returncode == 0, found.stdout
    printed = []
    for target in ("wasm32", "wasm32-bulk"):
        made = copy.python("-m", "rune.cli", "build", "examples/digits", "--target", target, "-o", f"{target}.rune")
        assert made.returncode == 0, made.stderr
        ran = copy.python("-m", "rune.cli", "run", f"{target}.rune", "--generated")
        assert ran.returncode == 0, ran.stderr
        printed.append(ran.stdout)
    assert printed[0] == printed[1]
    runes = [(tmp_path / f"{target}.rune").read_bytes() for target in ("wasm32", "wasm32-bulk")]
    assert len(runes[0]) > len(runes[1])
