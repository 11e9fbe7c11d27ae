"""Refuses tests that import from the folder of other tests: `python -m tools.checks.shared_helpers`.

A helper stands beside the tests that use it. When tests of another folder use it too, it moves to `tests/support`, so
that nobody looks for it, or changes it, in a room that is about something else. A test may import from its own folder,
from folders above and below it, and from `tests/support`. It may import a whole test, to run it in other circumstances.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from tools.setup import ROOT

_SUPPORT = PurePosixPath("tests/support")
_ALL = PurePosixPath("tests")


def foreign_imports(texts: Mapping[str, str]) -> Iterator[str]:
    """A message for each import of a helper from another folder. `texts` are the modules of the tests, by path."""
    for path, text in sorted(texts.items()):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests."):
                for name in node.names:
                    module = _module(node.module, name.name, texts)
                    if module and not _is_near(PurePosixPath(path).parent, module.parent) and not _is_test(name.name):
                        yield (
                            f"{path}:{node.lineno}: {name.name} is of {module}, a folder of other tests: move it to "
                            "tests/support"
                        )


def _module(package: str, name: str, texts: Mapping[str, str]) -> PurePosixPath | None:
    """The file that `from package import name` reads, or None when it is no module of the tests."""
    for module in (package, f"{package}.{name}"):
        if (path := f"{module.replace('.', '/')}.py") in texts:
            return PurePosixPath(path)
    return None


def _is_near(folder: PurePosixPath, home: PurePosixPath) -> bool:
    """Returns whether tests of a folder may import what stands in `home`."""
    return home.is_relative_to(_SUPPORT) or home == _ALL or home.is_relative_to(folder) or folder.is_relative_to(home)


def _is_test(name: str) -> bool:
    return name.startswith("test_")


def main() -> int:
    """Prints what is refused; the exit status."""
    output = subprocess.run(
        ["git", "ls-files", "-z", "tests/*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    names = [name for name in output.split("\0") if name and (ROOT / name).is_file()]
    messages = list(foreign_imports({name: Path(ROOT / name).read_text("utf-8") for name in names}))
    print("\n".join(messages), end="\n" if messages else "")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
