"""The archive for the page's Python answers without anything else: the same as the language in this process."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.service import LanguageService
from tools.generators.language import PYODIDE_PYTHON, block_sources, library_files, pack, packed_files

EXAMPLES = Path(__file__).parents[2] / "examples"
ANSWER = """
import json, sys
sys.path.append(sys.argv[1])
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.service import LanguageService
service = LanguageService(PUBLISHED_BLOCKS)
print(json.dumps([json.loads(service.answer_text(json.dumps(request))) for request in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's folder, as the page's Python unpacks it."""
    folder = tmp_path_factory.mktemp("packed")
    pack(dict(packed_files()), folder / "stage", folder / "language.zip")
    with zipfile.ZipFile(folder / "language.zip", "a") as archive:
        for name, place in block_sources().items():
            archive.write(place, name)
        archive.extractall(folder / "language")
    return folder / "language"


def in_the_page(folder: Path, requests: list[dict[str, Any]]) -> list[Any]:
    """The answers of the packed language: nothing but Python's own library and the archive can be imported."""
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ANSWER, str(folder)],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    answers: list[Any] = json.loads(process.stdout)
    return answers


def here(requests: list[dict[str, Any]]) -> list[Any]:
    service = LanguageService(PUBLISHED_BLOCKS)
    return [json.loads(service.answer_text(json.dumps(request))) for request in requests]


def files_of(example: str) -> dict[str, Any]:
    return {
        path.name: {"text": path.read_text("utf-8")}
        for path in sorted((EXAMPLES / example).iterdir())
        if path.suffix in (".yml", ".txt")
    }


def test_the_library_of_python_is_packed_as_bytecode(tmp_path: Path) -> None:
    files = dict(library_files(tmp_path / "sources"))
    assert {"typing.py", "pyodide/__init__.py", "encodings/utf_8.py"} <= files.keys()
    few = {name: place for name, place in files.items() if name in ("colorsys.py", "pyodide/py.typed")}
    library = tmp_path / "library.zip"
    pack(few, tmp_path / "stage", library)
    name = "colorsys.pyc" if sys.version_info[:2] == PYODIDE_PYTHON else "colorsys.py"
    with zipfile.ZipFile(library) as archive:
        assert archive.namelist() == [name, "pyodide/py.typed"]
    program = (
        "import sys, zlib; sys.path = sys.argv[1:]; import colorsys as c; print(c.rgb_to_hsv(1, 0, 0), c.__file__)"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(library)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.strip() == f"(0.0, 1.0, 1) {library / name}"


@pytest.mark.slow
def test_the_packed_language_checks_each_example(folder: Path) -> None:
    examples = sorted(path.parent.name for path in EXAMPLES.glob("*/Runefile.yml"))
    requests: list[dict[str, Any]] = [
        request for each in examples for request in ({"ask": "open", "files": files_of(each)}, {"ask": "check"})
    ]
    assert len(examples) >= 6
    assert in_the_page(folder, requests) == here(requests)


@pytest.mark.slow
def test_the_packed_language_makes_and_checks_a_block_of_the_project(folder: Path) -> None:
    creation = {
        "ask": "new-block",
        "name": "smooth",
        "source": {"stage": "number", "index": 0},
        "feeds": {"stage": "within_a_turn", "index": 0},
    }
    opening = {"ask": "open", "files": files_of("sine")}
    (_, new) = in_the_page(folder, [opening, creation])
    assert [each["path"] for each in new["answer"]["files"]] == ["smooth.py", "smooth_test.py"]
    files = {each["path"]: {"text": each["text"]} for each in new["answer"]["files"]}
    change = {"smooth.py": {"text": files["smooth.py"]["text"].replace("return", "retur")}}
    requests: list[dict[str, Any]] = [
        opening,
        creation,
        {"ask": "change", "files": files},
        {"ask": "check"},
        {"ask": "copy-block", "stage": "within_a_turn"},
        *({"ask": ask, "file": "smooth.py", "offset": 10} for ask in ("hover", "complete", "symbols", "tokens")),
        {"ask": "change", "files": change},
        {"ask": "check", "file": "smooth.py"},
    ]
    answers = in_the_page(folder, requests)
    assert answers == here(requests)
    assert answers[-1]["answer"]["diagnostics"], "the broken block has a problem"
