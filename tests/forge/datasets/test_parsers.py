"""No process of the server's own parses what people send as samples: the isolated process does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cases import each_case

FORGE = Path(__file__).parents[3] / "forge"
PARSERS = (
    *("zipfile", "tarfile", "gzip", "bz2", "lzma", "zlib", "wave", "csv", "pickle"),
    *("xml.etree", "PIL", "soundfile", "fastparquet", "pyarrow", "pandas", "numpy", "cbor2", "h5py", "scipy"),
    *("rune.datasets.content.read", "rune.datasets.content.wav", "rune.datasets.content.pictures"),
    *("rune.datasets.content.motion", "rune.datasets.content.table", "rune.datasets.convert"),
    *("rune.datasets.export.layouts", "rune.datasets.layouts", "rune.datasets.parts"),
    "rune.assessment.evaluation.reading",
)
CHILD_MODULES = ("compute/child/", "projects/history/process.py", "projects/git/process.py")
"""These run in an isolated process, or in one of their own with limits."""
WRITES = "writes files and reads none"
NAMES = "takes a limit, a name or a type, and no function that reads"
NO_SAMPLES = "a project's files and not samples; checked before anything is unpacked (docs/security/uploads.md)"
READS = "reads samples that the isolated process wrote, in the forms that it writes (docs/security/recordings.md)"
COUNTS = "computes with counts, whose bytes `rune.watch` reads and checks; reads no samples"
ARRAYS = {"numpy", "numpy.typing.NDArray"}
READERS = {
    "accounts/audit/export.py": ({"csv"}, WRITES),
    "builds/bins/samples.py": ({"zipfile"}, WRITES),
    "exposure/exports/lines.py": ({"csv"}, WRITES),
    "fleet/bulk/label_table.py": ({"csv"}, "reads labels of devices as text, and no samples"),
    "fleet/lists/rows.py": ({"csv"}, WRITES),
    "core/http/compression.py": ({"gzip"}, WRITES),
    "datasets/pages/data.py": ({"rune.datasets.export.layouts.EXPORT_LAYOUTS"}, NAMES),
    "datasets/pages/versions.py": ({"rune.datasets.export.layouts.EXPORT_LAYOUTS"}, NAMES),
    "datasets/samples/actions/cut.py": (
        {
            "rune.datasets.content.read.read_content",
            *(f"rune.datasets.parts.cutting.{name}" for name in ("cut", "length_of")),
            *(f"rune.datasets.parts.search.{name}" for name in ("Part", "PartSearch", "find_parts")),
        },
        READS,
    ),
    "datasets/samples/content.py": ({"rune.datasets.content.read.MAX_BYTES"}, NAMES),
    "datasets/models/samples.py": ({"rune.datasets.content.table.MEDIA_TYPE"}, NAMES),
    "datasets/samples/parts_api.py": ({f"rune.datasets.parts.search.{name}" for name in ("Part", "PartSearch")}, NAMES),
    "datasets/versions/api.py": ({"rune.datasets.export.layouts.EXPORT_LAYOUTS"}, READS),
    "learning/start/examples.py": ({"zipfile"}, WRITES),
    "learning/learnable_data/archive.py": ({"zipfile"}, WRITES),
    "projects/files/read_archive.py": (
        {"rune.datasets.layouts.containers.zip_names.zip_name", "zipfile"},
        NO_SAMPLES,
    ),
    "projects/versions/write_archive.py": ({"zipfile"}, WRITES),
    "registry/listings/picture.py": ({f"PIL.{name}" for name in ("Image", "ImageDraw", "ImageFont")}, WRITES),
    "rollouts/forecasting.py": ({"numpy"}, COUNTS),
    "rollouts/work/evidence.py": ({"numpy"}, COUNTS),
    "telemetry/alerts/accuracy.py": ({"numpy"}, COUNTS),
    "telemetry/alerts/judging.py": ({"numpy"}, COUNTS),
    "telemetry/intake/access.py": (ARRAYS, COUNTS),
    "telemetry/totals/sums.py": (ARRAYS, COUNTS),
    "telemetry/totals/tables.py": ({"csv"}, WRITES),
    "telemetry/watch/past.py": ({"numpy"}, COUNTS),
}
"""The parsers that each module imports, with the reason. A module here may import no other parser."""


def imports_of(source: str) -> Iterator[str]:
    """The modules that a source imports, and each name that it takes of a module behind the module's."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def parsers_in(source: str) -> set[str]:
    """The parsers that a source imports."""
    beginnings = tuple(f"{parser}." for parser in PARSERS)
    return {name for name in imports_of(source) if f"{name}.".startswith(beginnings)}


@pytest.mark.slow
@pytest.mark.protects("recordings/parsers")
def test_what_imports_a_parser_is_known_with_the_reason() -> None:
    importing = {
        place.relative_to(FORGE).as_posix(): parsers
        for place in FORGE.rglob("*.py")
        if not place.relative_to(FORGE).as_posix().startswith(CHILD_MODULES)
        and (parsers := parsers_in(place.read_text("utf-8")))
    }
    assert importing == {place: parsers for place, (parsers, _) in READERS.items()}


@each_case(
    ("source", "parser"),
    [
        ("import zipfile", "zipfile"),
        ("def f():\n    from PIL import Image", "PIL.Image"),
        ("from rune.datasets.content import wav", "rune.datasets.content.wav"),
        ("import numpy as np", "numpy"),
        ("import json, wave", "wave"),
        ("from rune.datasets.content.read import read_content", "rune.datasets.content.read.read_content"),
    ],
)
def test_a_parser_is_found_wherever_it_is_imported(source: str, parser: str) -> None:
    others = "from rune.datasets.content.content import Content\nimport zipfiles\nfrom . import views"
    assert parsers_in(f"{source}\n{others}") == {parser}
    assert parsers_in(others) == set()
