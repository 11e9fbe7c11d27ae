"""No process of the server's own parses what people send as samples: the isolated process does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FORGE = Path(__file__).parents[3] / "forge"
PARSERS = (
    *("zipfile", "tarfile", "gzip", "bz2", "lzma", "wave", "csv", "pickle"),
    *("xml.etree", "PIL", "soundfile", "fastparquet", "pyarrow", "pandas", "numpy", "cbor2", "h5py", "scipy"),
    *("rune.datasets.content.read", "rune.datasets.content.wav", "rune.datasets.content.pictures"),
    *("rune.datasets.content.motion", "rune.datasets.content.table", "rune.datasets.convert"),
    *("rune.datasets.layouts", "rune.datasets.parts", "rune.running.evaluation.reading"),
)
ISOLATED = ("compute/child", "projects/history/process.py", "projects/git/process.py")
"""These run in an isolated process, or in one of their own with limits."""
WRITES = "writes files and reads none"
NO_SAMPLES = "a project's files and not samples; checked before anything is unpacked (docs/security/uploads.md)"
STORED = "reads a sample that the isolated process wrote, in the one form that it writes"
KNOWN = {
    "accounts/audit/export.py": WRITES,
    "projects/archives/write_archive.py": WRITES,
    "learning/training/running/data.py": WRITES,
    "registry/discovery/listings/picture.py": WRITES,
    "projects/archives/read_archive.py": NO_SAMPLES,
    "serving/backup/archive.py": "the operator's own backups",
    "datasets/samples/actions/cut.py": STORED,
    "datasets/samples/parts_api.py": STORED,
    "datasets/recordings/content.py": "takes the limit of bytes from there",
    "datasets/samples/models.py": "takes the name of a media type from there",
    "core/http/compression.py": WRITES,
}


def imports_of(source: str) -> Iterator[str]:
    """The modules that a source imports, and the names that it takes of them as modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def parses(source: str) -> bool:
    return any(name == parser or name.startswith(f"{parser}.") for name in imports_of(source) for parser in PARSERS)


@pytest.mark.slow
@pytest.mark.protects("recordings/parsers")
def test_what_imports_a_parser_is_known_with_the_reason() -> None:
    importing = {
        place.relative_to(FORGE).as_posix()
        for place in FORGE.rglob("*.py")
        if not place.relative_to(FORGE).as_posix().startswith(ISOLATED) and parses(place.read_text("utf-8"))
    }
    assert importing == KNOWN.keys()


@pytest.mark.parametrize(
    "source",
    [
        "import zipfile",
        "def f():\n    from PIL import Image",
        "from rune.datasets.content import wav",
        "import numpy as np",
        "from rune.datasets.content.read import read_content",
    ],
)
def test_a_parser_is_found_wherever_it_is_imported(source: str) -> None:
    assert parses(source)
    assert not parses("from rune.datasets.content.content import Content\nimport zipfiles")
