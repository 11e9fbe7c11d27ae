"""The language runs in Pyodide, the Python of browsers, under Node: its own tests, with nothing that is compiled."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from tests.support.shares import share_of

pytestmark = pytest.mark.foreign

REPOSITORY = Path(__file__).parents[3]
PYODIDE = REPOSITORY / "frontend/node_modules/pyodide"
HERE = Path(__file__).parent / "pyodide"
RUN = HERE / "run.mjs"
TESTED = ("tests/rune/source/runefile", "tests/rune/editing/language")
LEFT_OUT = {
    "tests/rune/source/runefile/test_diagnostic_pages.py": "some of the pages need a build",
    "tests/rune/source/runefile/test_runefile_is_light.py": "a page starts no processes",
    "tests/rune/source/runefile/test_block_test_fixes.py": "the tests of a block are run by processes",
    "tests/rune/source/runefile/test_schema.py": "the checker of JSON Schemas has compiled parts",
    "tests/rune/source/runefile/test_sound_presets.py": "the presets are built into runes",
    "tests/rune/source/runefile/test_teaching.py": "what was taught is built into runes",
}
"""Files whose tests need what only a machine has, with the reason. All others must pass."""
PROJECT = (
    *TESTED,
    "rune",
    "tests/conftest.py",
    "docs/reference",
    "docs/guides/published-blocks.md",
    "examples",
)
DISTRIBUTIONS = ("PyYAML", "pytest", "iniconfig", "pluggy", "packaging", "pygments", "hypothesis", "sortedcontainers")
COMPILED = (".so", ".pyd", ".pyx", ".pyc")
PYTEST = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
SETTINGS = """\
[pytest]
addopts = -q --strict-markers --strict-config --import-mode=importlib -p no:cacheprovider --capture=sys
filterwarnings = error
markers =
""" + "".join(f"    {marker}\n" for marker in PYTEST["markers"])


@dataclass(frozen=True)
class PyodideReport:
    """The results of the tests inside."""

    status: int
    passed: int
    failed: int
    skipped: int
    reasons: tuple[str, ...]
    compiled: tuple[str, ...]
    python: str


def helpers_of(files: Iterable[Path]) -> set[Path]:
    """Returns the modules of tests/ that these files import, and those that the modules import in turn."""
    helpers: set[Path] = set()
    waiting = [file for file in files if file.suffix == ".py"]
    while waiting:
        new = _imports_of(waiting.pop()) - helpers
        helpers |= new
        waiting += new
    return helpers


def _imports_of(file: Path) -> set[Path]:
    """The modules of tests/ that one file imports, be they named as `from package import module` or in full."""
    names = [
        name
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tests.")
        for name in (node.module, *(f"{node.module}.{each.name}" for each in node.names))
    ]
    paths = {REPOSITORY / f"{str(name).replace('.', '/')}.py" for name in names}
    return {path for path in paths if path.is_file()}


def _project_files() -> Iterator[tuple[Path, str]]:
    paths = [REPOSITORY / part for part in PROJECT]
    files = {file for path in paths for file in ((path,) if path.is_file() else path.rglob("*")) if file.is_file()}
    test_files = [file for file in files if file.is_relative_to(REPOSITORY / "tests")]
    for file in sorted(files | helpers_of(test_files)):
        if "__pycache__" not in file.parts:
            yield file, str(file.relative_to(REPOSITORY))


def _package_files() -> Iterator[tuple[Path, str]]:
    """The packages that the tests need, as pip put them here, without what is compiled."""
    for name in DISTRIBUTIONS:
        for file in distribution(name).files or ():
            if file.suffix not in COMPILED and ".." not in file.parts:
                yield Path(str(file.locate())), f"packages/{file}"
    yield HERE / "hypothesis_native.py", "packages/hypothesis/_native.py"


def _packed(folder: Path) -> Path:
    archive = folder / "project.zip"
    with zipfile.ZipFile(archive, "w") as zip_file:
        for file, name in (*_project_files(), *_package_files()):
            zip_file.write(file, name)
        zip_file.writestr("pytest.ini", SETTINGS)
    return archive


def run_in_pyodide(folder: Path, arguments: list[str], timeout: float) -> tuple[PyodideReport, str]:
    """Runs pytest with these arguments; the report, and all that was printed."""
    node = shutil.which("node")
    assert node is not None, "Node is needed: it came with the front end's build"
    result = subprocess.run(
        [node, str(RUN), str(PYODIDE), str(_packed(folder)), json.dumps(arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    report = PyodideReport(**{**answer, "reasons": tuple(answer["reasons"]), "compiled": tuple(answer["compiled"])})
    return report, result.stdout


WHOLE = [*TESTED, *(f"--ignore={file}" for file in LEFT_OUT)]
LONG = ("hostile", "large", "thousand", "many", "every", "everything")
FILES = sorted(
    str(file.relative_to(REPOSITORY))
    for folder in TESTED
    for file in (REPOSITORY / folder).rglob("test_*.py")
    if str(file.relative_to(REPOSITORY)) not in LEFT_OUT
)
SHARE = [
    *share_of(FILES, 3),
    *("-m", "not hypothesis and not proof"),
    *("-k", "not (" + " or ".join(LONG) + ")"),
]
"""A third of the files, without tests of many or large files: tests/foreign/command/test_pyodide_whole.py runs all."""


def assert_passed(report: PyodideReport, output: str) -> None:
    """Nothing failed, nothing was left out for a reason that is not known, and nothing compiled was loaded."""
    assert report.status == 0, output[-8000:]
    assert report.failed == 0
    assert report.compiled == ()
    assert all(reason.startswith("Skipped: no test data") for reason in report.reasons), report.reasons


@pytest.mark.proof
def test_the_tests_of_the_language_pass_in_pyodide(tmp_path: Path) -> None:
    report, output = run_in_pyodide(tmp_path, SHARE, timeout=900)
    assert_passed(report, output)
    assert report.passed > 100


def test_a_helper_of_a_helper_goes_along() -> None:
    helpers = helpers_of([REPOSITORY / "tests/rune/editing/language/test_edit_any_runefile.py"])
    assert {str(each.relative_to(REPOSITORY)) for each in helpers} >= {
        "tests/support/language/written_runefiles.py",
        "tests/support/properties.py",
    }


def test_what_is_left_out_is_there() -> None:
    assert all((REPOSITORY / file).is_file() for file in LEFT_OUT)
