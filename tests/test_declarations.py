"""Facts that Python declares for the front end reach it, and are declared nowhere else in it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tools.generators.declarations import declared_files
from tools.generators.learner import module
from tools.setup import DECLARED_FOLDER

_CONSTANT = re.compile(r"^\s*(?:export )?const ([A-Z][A-Z0-9_]*)\b", re.MULTILINE)
_IMPORT = re.compile(r"import \{([^}]*)\} from \"[./]*/declared/[a-z-]+\"")


def declared_names() -> set[str]:
    return {name for text in declared_files().values() for name in _CONSTANT.findall(text)}


def second_declarations(modules: dict[str, str], names: set[str]) -> list[str]:
    """Returns the module and the name of each constant that is declared by Python already."""
    return [f"{path}: {name}" for path, text in modules.items() for name in _CONSTANT.findall(text) if name in names]


def modules() -> dict[str, str]:
    files = (file for file in DECLARED_FOLDER.parent.rglob("*.ts*") if DECLARED_FOLDER not in file.parents)
    return {str(Path(file).relative_to(DECLARED_FOLDER.parent)): file.read_text("utf-8") for file in files}


def test_the_front_end_has_the_same_declarations() -> None:
    if not DECLARED_FOLDER.exists():
        pytest.skip("the front end was not built here")
    files = {each.name: each.read_text("utf-8") for each in DECLARED_FOLDER.iterdir()}
    text = files.pop("learner.ts")
    assert files == declared_files()
    assert base64.b64encode(module()).decode() in text


def test_a_second_declaration_is_found() -> None:
    copies = {"a.ts": "export const MAX_FILES = 500;\n", "b.ts": "const LINES = 3;\nuse(MAX_FILES);\n"}
    assert second_declarations(copies, declared_names()) == ["a.ts: MAX_FILES"]


def test_the_front_end_declares_none_of_them_again() -> None:
    assert second_declarations(modules(), declared_names()) == []


def test_the_front_end_reads_each_limit() -> None:
    read = {name.strip() for text in modules().values() for names in _IMPORT.findall(text) for name in names.split(",")}
    limits = {name for file, text in declared_files().items() if "limits" in file for name in _CONSTANT.findall(text)}
    assert limits - read == set()
