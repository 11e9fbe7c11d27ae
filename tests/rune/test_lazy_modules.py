"""Modules of a package are imported when something in them is looked up, and a short command imports few."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rune.lazy_modules import LazyModules

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazyModules:
    folder = tmp_path / "lazy_zoo"
    (folder / "birds").mkdir(parents=True)
    texts = {"__init__": "", "birds/__init__": "", "birds/owl": "NAMES = ['Owl']", "lynx": "NAMES = ['Lynx', 'Owlet']"}
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("lazy_zoo", "lazy_zoo.birds", "lazy_zoo.birds.owl", "lazy_zoo.lynx"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return LazyModules("lazy_zoo", str(folder))


def test_only_modules_that_name_a_word_are_imported(package: LazyModules) -> None:
    assert [module.__name__ for module in package.naming("Owl")] == ["lazy_zoo.birds.owl"]
    assert "lazy_zoo.lynx" not in sys.modules
    assert list(package.naming("Ow")) == []
    assert [module.__name__ for module in package.every()] == ["lazy_zoo.birds.owl", "lazy_zoo.lynx"]


def test_a_module_without_its_text_is_imported_for_every_word(
    package: LazyModules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _self: False)
    assert len(list(package.naming("Owl"))) == 2


def test_a_file_beside_a_module_has_another_suffix(package: LazyModules) -> None:
    assert package.beside("lazy_zoo.birds.owl", ".h").parts[-3:] == ("lazy_zoo", "birds", "owl.h")


@pytest.mark.slow
def test_checking_a_project_imports_no_ops_and_blocks_that_it_does_not_use() -> None:
    """A start is mostly imports: what the project lacks is left out."""
    script = (
        "import sys\nfrom rune.tools.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*(name for name in sys.modules if name.startswith('rune.')))"
    )
    command = [sys.executable, "-c", script, "check", str(EXAMPLES / "digits")]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = set(process.stdout.splitlines()[-1].split())
    assert "rune.compiler.anvil.ops.convolution.conv_2d" in modules
    assert "rune.blocks.label" in modules
    assert not modules & {"rune.compiler.anvil.ops.recurrence.svdf", "rune.blocks.fft", "rune.pyblock.ir"}
