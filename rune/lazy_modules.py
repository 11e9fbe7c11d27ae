"""The modules of a package, imported when something in them is looked up.

A command uses a few of the many ops, kernels and blocks, and importing all of them would take longer than its work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType


class LazyModules:
    """The modules below a package whose folder is `folder`, in its sub-packages too, which are imported
    at the first use."""

    def __init__(self, package: str, folder: str) -> None:
        self._package = package
        self._folder = folder

    @cached_property
    def _sources(self) -> dict[str, str | None]:
        """The text of each module by its name, in the order of the names; None where there is only bytecode."""
        entries = walk_packages([self._folder], f"{self._package}.")
        return {entry.name: _text(self.beside(entry.name, ".py")) for entry in entries if not entry.ispkg}

    def beside(self, name: str, suffix: str) -> Path:
        """Returns the file of a module, with another suffix."""
        return Path(self._folder, *name.removeprefix(f"{self._package}.").split(".")).with_suffix(suffix)

    def naming(self, word: str) -> Iterator[ModuleType]:
        """Imports the modules whose text has the word, and those whose text is not there, in the order of names."""
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        for name, text in self._sources.items():
            # A pattern alone takes ten times as long where the word is not there.
            if text is None or (word in text and pattern.search(text)):
                yield import_module(name)

    def every(self) -> Iterator[ModuleType]:
        """Imports all modules, in the order of names."""
        yield from map(import_module, self._sources)


def _text(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None
