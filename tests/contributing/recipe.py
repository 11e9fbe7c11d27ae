"""A page of docs/contributing, followed in a copy of the toolchain: its files are written where it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY
from tools.setup import API

PAGES = REPOSITORY / "docs" / "contributing"
_FILE = re.compile(r"^`(?P<path>[\w/.-]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_INSERTION = re.compile(
    r"^`(?P<path>[\w/.-]+)`, before (?P<quote>`+)(?P<anchor>[^\n]+?)(?P=quote):\n\n```\w+\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_PLACE = re.compile(r"^## \d+\. ", re.MULTILINE)


def files_of(page: str) -> Mapping[str, str]:
    """The files that a page shows, by their path."""
    return {match["path"]: match["text"] for match in _FILE.finditer((PAGES / page).read_text(encoding="utf-8"))}


@dataclass(frozen=True)
class RecipeInsertion:
    """Text that a page adds to a file of the project, before the only line that begins with the anchor."""

    path: str
    anchor: str
    text: str


def insertions_of(page: str) -> list[RecipeInsertion]:
    """The insertions that a page shows, in order."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return [RecipeInsertion(match["path"], match["anchor"], match["text"]) for match in _INSERTION.finditer(text)]


def places_of(page: str) -> int:
    return len(_PLACE.findall((PAGES / page).read_text(encoding="utf-8")))


@dataclass(frozen=True)
class ScratchCopy:
    """The toolchain, its tests and examples in a folder of their own."""

    folder: Path

    @staticmethod
    def at(folder: Path) -> ScratchCopy:
        for name in (
            "rune",
            "tests/rune/compiler/targets",
            "tests/rune/blocks",
            "tests/support",
            "examples",
            "docs/guides",
        ):
            # Compiled files come along: each process of the copy would compile all of them again.
            shutil.copytree(REPOSITORY / name, folder / name)
        shutil.copy(REPOSITORY / "tests" / "conftest.py", folder / "tests" / "conftest.py")
        return ScratchCopy(folder)

    @staticmethod
    def whole(folder: Path) -> ScratchCopy:
        """The web app too, with all tests; what set-up built for pages is linked, and the API's description copied:
        `python -m tools.reference` writes it again."""
        names = ("rune", "forge", "lab", "hmr", "hmrd", "benchmarks", "tests", "templates", "examples", "docs", "tools")
        for name in names:
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("manage.py", "pyproject.toml", "README.md", "CHANGELOG.md"):
            shutil.copy(REPOSITORY / name, folder / name)
        shutil.copytree(REPOSITORY / "frontend", folder / "frontend", ignore=shutil.ignore_patterns("node_modules"))
        (folder / "frontend" / "node_modules").symlink_to(REPOSITORY / "frontend" / "node_modules")
        (folder / "build").mkdir()
        shutil.copy(API, folder / API.relative_to(REPOSITORY))
        (folder / "static").symlink_to(REPOSITORY / "static")
        (folder / "dist").symlink_to(REPOSITORY / "dist")
        return ScratchCopy(folder)

    def insert(self, insertion: RecipeInsertion) -> None:
        file = self.folder / insertion.path
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = (index for index, line in enumerate(lines) if line.startswith(insertion.anchor))
        file.write_text("".join([*lines[:place], insertion.text, *lines[place:]]), encoding="utf-8")

    def app_tests(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs tests of a whole copy, with its database."""
        return self.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", *arguments)

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        assert target.parent.parent.is_dir(), f"{path} is in no place of the project"
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs Python with this copy in place of the project."""
        # The settings of the tests are named in the environment of the process that runs them.
        variables = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**variables, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def registration_tests(self) -> subprocess.CompletedProcess[str]:
        """The test that says what was forgotten of a target or an op."""
        return self.tests("tests/rune/compiler/targets/test_target_discovery.py")

    def tests(self, *paths: str) -> subprocess.CompletedProcess[str]:
        """Runs tests of this copy, and stops at the first that fails."""
        options = (
            "-q",
            "-x",
            "-c",
            os.devnull,
            "--rootdir",
            str(self.folder),
            "-p",
            "no:cacheprovider",
            "-p",
            "no:django",
        )
        return self.python("-m", "pytest", *options, "--import-mode=importlib", *paths)
