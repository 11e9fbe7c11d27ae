"""The recipe of a board works in a copy of the project, and a forgotten place is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contributing.recipe import ScratchCopy, files_of, insertions_of


@pytest.mark.proof
def test_a_board_is_added_by_its_recipe(tmp_path: Path) -> None:
    page = "add-a-board.md"
    copy, files, insertions = ScratchCopy.whole(tmp_path), files_of(page), insertions_of(page)
    ((path, text),) = files.items()
    core, changelog = insertions
    fits = ("-m", "rune.tools.cli", "fit", "examples/sine", "--board", Path(path).stem)
    boards = "tests/rune/devices/boards"

    unknown_board = copy.python(*fits)
    assert unknown_board.returncode != 0
    assert "no board 'example'" in unknown_board.stderr

    copy.write(path, text)
    unknown_core = copy.app_tests(boards)
    assert unknown_core.returncode != 0, unknown_core.stdout
    assert "core has 'cortex-m23', which is not one of" in unknown_core.stdout

    copy.insert(core)
    unnamed_board = copy.app_tests(boards)
    assert unnamed_board.returncode == 1, unnamed_board.stdout
    assert "1 failed" in unnamed_board.stdout
    assert "['Example Board'] == []" in unnamed_board.stdout

    copy.insert(changelog)
    result = copy.app_tests(boards)
    assert result.returncode == 0, result.stdout
    fit = copy.python(*fits)
    assert fit.returncode == 0, fit.stderr
    assert "Example Board" in fit.stdout
